package source

import (
	"context"
	"log/slog"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
)

// Connector plans the work of its tasks. The host never calls two of its methods
// at the same time.
type Connector interface {
	// Start is called once, before TaskConfigs. It may connect to the outside world
	// to find out what there is to do. ctx ends when the connector must stop.
	Start(ctx context.Context, rt ConnectorRuntime, props map[string]string) error

	// TaskConfigs returns one configuration for each task, at most maxTasks. Order
	// matters: the host compares the list with the one before. It is called again
	// after rt.RequestTaskReconfiguration. The host copies the maps, so they may be one
	// and the same.
	TaskConfigs(maxTasks int) ([]map[string]string, error)

	// NewTask returns a task that has not started. It is called on every worker that
	// runs one, also when Start was not.
	NewTask() Task

	// Stop releases what Start took. It is safe without Start, and twice.
	Stop() error
}

// ConnectorRuntime is what the host gives to a connector.
type ConnectorRuntime struct {
	Name    string       // the connector's name
	Log     *slog.Logger // carries the connector's name
	Offsets OffsetReader // offsets stored for this connector

	// RequestTaskReconfiguration asks the host to call TaskConfigs again. It does
	// not block and may be called from any goroutine until Stop.
	RequestTaskReconfiguration func()
	// Fail reports a failure found outside a call of the host. It does not block.
	Fail func(error)
}

// OffsetReader gives access to the offsets that the host has stored. Safe for
// concurrent use.
type OffsetReader interface {
	// Offset returns the last offset of a partition, nil when there is none.
	Offset(ctx context.Context, p *connect.SourcePartition) (connect.Fields, error)
}

// Validator is a Connector that checks what its config.Def cannot: relations
// between keys, connections. It is called on a connector that is not started, with
// the result so far, to which it adds errors.
type Validator interface {
	Validate(props map[string]string, result *config.Result)
}

// OffsetAlterer is a Connector that checks a change of its offsets asked for by a
// user (KIP-875). It is called on a connector that is not started, before the host
// stores anything. A nil offset means that the partition is to be forgotten. It
// returns true when it did or checked what was needed, false when it cannot tell. An
// error refuses the change with its text; errors.ErrUnsupported refuses all changes.
// What is returned after ctx ended has no effect.
type OffsetAlterer interface {
	AlterOffsets(ctx context.Context, props map[string]string, offsets []PartitionOffset) (bool, error)
}

// PartitionOffset is one entry of a change of offsets. Either part may be nil.
type PartitionOffset struct {
	Partition, Offset connect.Fields
}

// ExactlyOnce is a Connector that can deliver exactly once with some
// configurations (KIP-618).
type ExactlyOnce interface {
	SupportsExactlyOnce(props map[string]string) bool
}

// TransactionDefiner is a Connector whose tasks can define transaction boundaries
// with some configurations (KIP-618).
type TransactionDefiner interface {
	DefinesTransactions(props map[string]string) bool
}
