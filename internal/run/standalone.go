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
	"github.com/millrace/millrace/internal/herder/standalone"
	"github.com/millrace/millrace/internal/java/properties"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/workerconfig"
)

// StandaloneOptions are what the standalone command is given.
type StandaloneOptions struct {
	WorkerFile     string
	ConnectorFiles []string
	Log            io.Writer
	LogJSON        bool            // a JSON object a line
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
	n, err := startFile(ctx, standaloneMode(), o.WorkerFile, logs.Settings{Out: o.Log, JSON: o.LogJSON}, o.Plugins)
	if n == nil {
		return err
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

// startFile starts the worker that a properties file describes; nil and no error
// when it was told to stop before it had started.
func startFile(ctx context.Context, m mode, path string, log logs.Settings, more []plugin.Plugin) (*node, error) {
	raw, err := readFile(path)
	if err != nil {
		return nil, &StartError{fmt.Errorf("worker configuration: %w", err)}
	}
	props, err := properties.Parse(raw)
	if err != nil {
		return nil, &StartError{fmt.Errorf("worker configuration %s: %w", path, err)}
	}
	tuneCollector()
	n, err := m.start(ctx, setup{props: props, logs: logs.New(log), plugins: more})
	switch {
	case err == nil:
		return n, nil
	case ctx.Err() != nil:
		return nil, nil
	}
	return nil, &StartError{fmt.Errorf("worker configuration %s: %w", path, err)}
}

func standaloneMode() mode {
	return mode{
		logger: "org.apache.kafka.connect.cli.ConnectStandalone",
		parse:  workerconfig.ParseStandalone,
		herd: func(_ context.Context, n *node, p parts) (stoppable, error) {
			offsets, err := offsetstore.OpenFile(p.cfg.OffsetFile)
			if err != nil {
				return nil, fmt.Errorf("offset.storage.file.filename: %w", err)
			}
			s := n.workerSettings(p)
			s.Offsets = offsets
			return standalone.New(standalone.Settings{
				Worker: s, WorkerID: n.api.WorkerID(), ClusterID: p.clusterID,
				TopicTracking: p.cfg.TopicTracking, TopicReset: p.cfg.TrackingReset,
				Validate: n.validator(p, nil).ValidateNulls,
			}), nil
		},
	}
}
