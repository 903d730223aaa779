package run

import (
	"context"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/logs"
)

// EmbeddedSettings describe a worker of a cluster for a process that is not its own.
type EmbeddedSettings struct {
	Props   map[string]string // the worker's properties
	Logs    *logs.Logs
	Plugins []plugin.Plugin // besides those that are built in
	Network Network
}

// Embedded is a worker of a cluster that was started with its REST API.
type Embedded struct {
	node *node
	lost chan error
}

// StartEmbedded starts a worker. It returns when the worker has read the internal
// topics; it may not have joined its group then. Stop must follow.
func StartEmbedded(ctx context.Context, s EmbeddedSettings) (*Embedded, error) {
	lost := make(chan error, 1)
	n, err := distributedMode(lost).start(ctx, setup{props: s.Props, logs: s.Logs, plugins: s.Plugins, network: s.Network})
	if err != nil {
		return nil, err
	}
	return &Embedded{node: n, lost: lost}, nil
}

// Lost delivers the reason, once, when the worker cannot go on: its process would end.
func (e *Embedded) Lost() <-chan error { return e.lost }

// URL returns the address of the REST API.
func (e *Embedded) URL() string { return e.node.api.AdvertisedURL() }

// Stop stops the worker as the end of its process would, and waits for that.
func (e *Embedded) Stop() { e.node.stop() }
