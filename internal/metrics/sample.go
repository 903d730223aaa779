package metrics

import (
	"math"
	"time"
)

// Spread is the average and the extremes of recent values; NaN for none.
type Spread struct{ Avg, Min, Max float64 }

// NoSpread returns the Spread of no values.
func NoSpread() Spread { return Spread{math.NaN(), math.NaN(), math.NaN()} }

// Flow is a number of events and how many there were recently per second.
type Flow struct{ Total, Rate float64 }

// Outcome is which parts of recent attempts succeeded and failed, 0 to 1.
type Outcome struct{ Success, Failure float64 }

// Level is a number that goes up and down, and its recent spread.
type Level struct {
	Now float64
	Spread
}

// Plugin is a class and its version; either may be "".
type Plugin struct{ Class, Version string }

// Connector is what one connector does. Times are in milliseconds, here and below.
type Connector struct {
	Name   string
	Status string // in lower case; "" before the first
	Kind   string // source or sink
	Plugin
	Call *Call // under way; nil for none
}

// Call is a call into a connector or task that has not returned.
type Call struct {
	Method string
	Since  time.Time
}

// Task is what one task does. Source or Sink is set.
type Task struct {
	Connector string
	Task      int
	Status    string // in lower case; "" before the first
	Kind      string // source or sink

	RunningRatio, PauseRatio float64
	Batch                    Spread
	CommitTime               Spread // of offset commits that succeeded
	Commits                  Outcome

	Call    *Call // under way; nil for none
	Classes TaskClasses
	Errors  TaskErrors
	Source  *SourceTask
	Sink    *SinkTask
}

// TaskClasses says what a task is made of.
type TaskClasses struct {
	Connector, Task        Plugin
	Key, Value, Header     Plugin
	Transforms, Predicates []Named
}

// Named is a plugin under an alias.
type Named struct {
	Alias string
	Plugin
}

// TaskErrors counts what went wrong with records, since the task started.
type TaskErrors struct {
	Failures      float64 // attempts
	Errors        float64 // operations that ended in an error
	Skipped       float64 // records
	Retries       float64
	Logged        float64
	DeadLetters   float64
	DeadFailures  float64
	LastTimestamp float64 // milliseconds since 1970; 0 for never
}

// SourceTask is what only source tasks do.
type SourceTask struct {
	Poll, Write Flow // records
	PollTime    Spread
	Active      Level   // records polled and not yet written
	Transaction *Spread // records in one; nil without exactly-once support
}

// SinkTask is what only sink tasks do.
type SinkTask struct {
	Read, Send         Flow // records
	PutTime            Spread
	Active             Level // records consumed and not yet committed
	Partitions         float64
	CommitSeqNo        float64
	Completions, Skips Flow // offset commits
}

// Starts counts the starts of connectors or tasks.
type Starts struct {
	Attempts, Successes, Failures float64
	Recent                        Outcome
}

// Rebalances is what the worker's group does.
type Rebalances struct {
	Protocol  string // EAGER, COMPATIBLE or SESSIONED
	Leader    string // URL; "" when it is unknown
	Epoch     float64
	Completed float64
	Now       bool
	Time      Spread
	SinceLast float64 // +Inf before the first
}

// Coordinator is the worker's talk with the group's coordinator.
type Coordinator struct {
	Connectors, Tasks     float64 // assigned to this worker
	Heartbeat, Join, Sync Flow
	HeartbeatTime         Spread
	JoinTime, SyncTime    Spread
	Rebalance, Failed     Flow // rates per hour
	RebalanceTime         Spread
	RebalanceTimeTotal    float64
	SinceRebalance        float64 // seconds; -1 before the first
	SinceHeartbeat        float64 // seconds; -1 before the first
}

// Client is one Kafka client of the worker.
type Client struct {
	Kind        string // producer, consumer or admin_client
	ID          string
	Sent        float64 // bytes
	Received    float64 // bytes
	Connections float64 // open now
	Lags        []Lag
}

// Lag is how far a consumer is behind the end of a partition, in records.
type Lag struct {
	Topic     string
	Partition int32
	Records   float64
}

// Network is what the client does with which a worker takes part in its group.
type Network struct {
	Connections         float64 // open now
	Created, Closed     Flow    // connections
	Requests, Responses Flow
	RequestSize         Spread // bytes
	Sent, Received      Flow   // bytes
	IO                  Flow   // writes and reads
}

// Restarts is how often a failed task was started again without being asked.
type Restarts struct {
	Connector string
	Task      int
	Total     float64
}

// Process is the worker's program.
type Process struct {
	ClientID        string
	Version, Commit string // of the Kafka Connect that it equals
	Own             string // version of the program itself
	Started         time.Time
}

// Worker is asked for samples. Its methods are called from any goroutine and do not
// block.
type Worker interface {
	ConnectorSamples() []Connector
	TaskSamples() []Task
	StartSamples() (connectors, tasks Starts)
	ClientSamples() []Client
}

// Group is asked for samples of a worker in a group, as Worker is.
type Group interface {
	RebalanceSample() Rebalances
	CoordinatorSample() Coordinator
}

// Restarter is asked for the restarts that nobody asked for, as Worker is.
type Restarter interface {
	RestartSamples() []Restarts
}
