// Package state holds the nouns that a worker, its herder and the stores speak of:
// task ids, states and statuses.
//
// Floor 2. Connect: org.apache.kafka.connect.runtime.AbstractStatus, TargetState,
// ConnectorTaskId.
package state

import (
	"strconv"
	"time"
)

// TaskID names one task of a connector.
type TaskID struct {
	Connector string
	Task      int
}

// String returns connector-task.
func (id TaskID) String() string { return id.Connector + "-" + strconv.Itoa(id.Task) }

// State is what a connector or task is doing, in Connect's spelling.
type State string

// The states of connectors and tasks. Stopped is for connectors only.
const (
	Unassigned State = "UNASSIGNED"
	Running    State = "RUNNING"
	Paused     State = "PAUSED"
	Stopped    State = "STOPPED"
	Failed     State = "FAILED"
	Restarting State = "RESTARTING"
	Destroyed  State = "DESTROYED"
)

// Target is what the user wants a connector to do, in Connect's spelling.
type Target string

// The target states.
const (
	TargetStarted Target = "STARTED"
	TargetPaused  Target = "PAUSED"
	TargetStopped Target = "STOPPED"
)

// Status is the state of a connector or task as the REST API shows it.
type Status struct {
	State      State
	Trace      string // of the failure; "" for none
	WorkerID   string
	Generation int
	Version    string // of the plugin; "" when unknown
	Stuck      Stuck
}

// Stuck is a call of a connector or task that has not returned for longer than it
// should; the zero value for none.
type Stuck struct {
	Call  string    // the method, such as Put
	Since time.Time // when it was called
}

// Is tells whether there is such a call.
func (s Stuck) Is() bool { return s.Call != "" }
