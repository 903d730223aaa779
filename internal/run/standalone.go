// Package run has one file per mode: it wires everything together, and stops
// everything in reverse.
//
// Floor 7. Connect: org.apache.kafka.connect.cli.
package run

import (
	"context"
	"fmt"
	"io"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/java/properties"
	"github.com/millrace/millrace/internal/logs"
)

// StandaloneOptions are what the standalone command is given.
type StandaloneOptions struct {
	WorkerFile     string
	ConnectorFiles []string
	Log            io.Writer
	Plugins        []plugin.Plugin // besides those that are built in
}

// StartError is a worker that cannot start.
type StartError struct{ Err error }

// Error returns why.
func (e *StartError) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *StartError) Unwrap() error { return e.Err }

// Standalone runs a worker until ctx ends.
func Standalone(ctx context.Context, o StandaloneOptions) error {
	raw, err := readFile(o.WorkerFile)
	if err != nil {
		return &StartError{fmt.Errorf("worker configuration: %w", err)}
	}
	props, err := properties.Parse(raw)
	if err != nil {
		return &StartError{fmt.Errorf("worker configuration %s: %w", o.WorkerFile, err)}
	}
	tuneCollector()
	n, err := startNode(ctx, props, logs.New(logs.Settings{Out: o.Log}), o.Plugins)
	if ctx.Err() != nil && err != nil {
		return nil // told to stop before it had started
	}
	if err != nil {
		return &StartError{fmt.Errorf("worker configuration %s: %w", o.WorkerFile, err)}
	}
	defer n.stop()
	for _, path := range o.ConnectorFiles {
		if err := n.addFile(ctx, path); err != nil {
			return err
		}
	}
	<-ctx.Done()
	n.log.Info("Kafka Connect stopping")
	return nil
}
