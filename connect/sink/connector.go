package sink

import (
	"context"
	"log/slog"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
)

// Connector plans the work of its tasks. The host never calls two of its methods
// at the same time.
type Connector interface {
	// Start is called once, before TaskConfigs. ctx ends when the connector must
	// stop.
	Start(ctx context.Context, rt ConnectorRuntime, props map[string]string) error

	// TaskConfigs returns one configuration for each task, at most maxTasks. It is
	// called again after rt.RequestTaskReconfiguration.
	TaskConfigs(maxTasks int) ([]map[string]string, error)

	// NewTask returns a task that has not started. It is called on every worker that
	// runs one, also when Start was not.
	NewTask() Task

	// Stop releases what Start took. It is safe without Start, and twice.
	Stop() error
}

// ConnectorRuntime is what the host gives to a connector.
type ConnectorRuntime struct {
	Name string       // the connector's name
	Log  *slog.Logger // carries the connector's name

	// RequestTaskReconfiguration asks the host to call TaskConfigs again. It does
	// not block and may be called from any goroutine until Stop.
	RequestTaskReconfiguration func()
	// Fail reports a failure found outside a call of the host. It does not block.
	Fail func(error)
}

// Validator is a Connector that checks what its config.Def cannot: relations
// between keys, connections. It is called on a connector that is not started, with
// the result so far, to which it adds errors.
type Validator interface {
	Validate(props map[string]string, result *config.Result)
}

// OffsetAlterer is a Connector that checks a change of its offsets asked for by a
// user (KIP-875). It is called on a connector that is not started, before the host
// changes the consumer group. A missing offset (nil) means reset. It returns true when
// it did or checked what was needed, false when it cannot tell. An error refuses the
// change with its text; errors.ErrUnsupported refuses all changes. What is returned
// after ctx ended has no effect.
type OffsetAlterer interface {
	AlterOffsets(ctx context.Context, props map[string]string, offsets map[connect.TopicPartition]*int64) (bool, error)
}
