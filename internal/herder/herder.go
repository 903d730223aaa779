// Package herder is what both herders share: the interface through which the REST
// API and the command line speak to a worker, and its errors.
//
// A herder decides what runs; its worker runs it. standalone keeps everything in
// memory and one process.
//
// Floor 5. Connect: org.apache.kafka.connect.runtime.Herder and AbstractHerder.
package herder

import (
	"context"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
)

// Herder answers requests. Every method may be called from any goroutine and returns
// when the request is done or ctx ends; none waits for a connector that hangs unless
// it says so. Errors that a client shall see are *Error.
type Herder interface {
	// Connectors returns the names of all connectors, sorted.
	Connectors(ctx context.Context) ([]string, error)
	Connector(ctx context.Context, name string) (Connector, error)
	// PutConnector creates a connector or gives it another configuration, after
	// validating it, and waits until it has started and has its tasks. target is ""
	// to keep the target state.
	PutConnector(ctx context.Context, r PutRequest) (c Connector, created bool, err error)
	// PatchConnector changes single keys; nil removes one.
	PatchConnector(ctx context.Context, name string, patch map[string]*string) (Connector, error)
	DeleteConnector(ctx context.Context, name string) error

	ConnectorStatus(ctx context.Context, name string) (Status, error)
	TaskStatus(ctx context.Context, id state.TaskID) (TaskStatus, error)
	TaskConfigs(ctx context.Context, name string) ([]Task, error)

	// SetTarget pauses, resumes or stops a connector. It does not wait for it.
	SetTarget(ctx context.Context, name string, target state.Target) error
	// Restart restarts what the request names and waits for the connector to start.
	Restart(ctx context.Context, r RestartRequest) (Status, error)
	RestartTask(ctx context.Context, id state.TaskID) error

	// Topics returns the topics that a connector has used, sorted.
	Topics(ctx context.Context, name string) ([]string, error)
	ResetTopics(ctx context.Context, name string) error

	Offsets(ctx context.Context, name string) ([]Offset, error)
	// AlterOffsets changes the offsets of a stopped connector; offsets == nil resets
	// them all. It returns the message for the user.
	AlterOffsets(ctx context.Context, name string, offsets []Offset) (string, error)

	Plugins() *pluginset.Set
	// Validate checks a configuration without using it.
	Validate(ctx context.Context, props map[string]string) (*Validation, error)
	// ClusterID returns the id of the Kafka cluster.
	ClusterID() string
	// Ready tells whether the herder can answer; the message says why not.
	Ready() (bool, string)
}

// PutRequest asks for a connector.
type PutRequest struct {
	Name   string
	Config map[string]string
	Target state.Target // "" for none given
	Create bool         // the connector must be new
}

// Connector is a connector with its configuration and tasks.
type Connector struct {
	Name   string
	Config map[string]string // as given: references unresolved
	Tasks  []state.TaskID
	Kind   pluginset.Kind // "" when the class is unknown
	Target state.Target
}

// Task is one task's configuration.
type Task struct {
	ID     state.TaskID
	Config map[string]string
}

// Status is what a connector and its tasks do.
type Status struct {
	Name      string
	Connector state.Status
	Tasks     []TaskStatus
	Kind      pluginset.Kind
}

// TaskStatus is what a task does.
type TaskStatus struct {
	ID int
	state.Status
}

// RestartRequest says what to restart (KIP-745).
type RestartRequest struct {
	Connector    string
	IncludeTasks bool
	OnlyFailed   bool
}

// Offset is a source partition, or the topic and partition of a sink, and the offset
// there; nil for none.
type Offset struct {
	Partition, Offset connect.Fields
}
