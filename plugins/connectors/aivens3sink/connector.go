package aivens3sink

import (
	"context"
	"maps"
	"net/http"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
)

const (
	class = "io.aiven.kafka.connect.s3.AivenKafkaConnectS3SinkConnector"
	// version is that of the Java connector whose behaviour this one has.
	version = "3.4.2"
)

// Settings is what a host may give to the connector in code.
type Settings struct {
	// Transport carries requests to S3 in place of the network, for tests.
	Transport http.RoundTripper
	// Memory is how many bytes of records a task keeps before it writes all objects
	// early; 0 for 64 MiB.
	Memory int
}

// Plugin describes the connector.
var Plugin = New(Settings{})

// New returns the connector's description.
func New(s Settings) plugin.Sink {
	def := newDef()
	return plugin.Sink{
		Info: plugin.Info{Class: class, Version: version, Config: def},
		New:  func() sink.Connector { return &connector{def: def, settings: s} },
	}
}

type connector struct {
	def      *config.Def
	settings Settings
	props    map[string]string
}

// Start checks the configuration.
func (c *connector) Start(_ context.Context, _ sink.ConnectorRuntime, props map[string]string) error {
	if _, err := read(c.def, props); err != nil {
		return err
	}
	c.props = maps.Clone(props)
	return nil
}

// TaskConfigs gives every task the connector's configuration.
func (c *connector) TaskConfigs(maxTasks int) ([]map[string]string, error) {
	configs := make([]map[string]string, maxTasks)
	for i := range configs {
		configs[i] = maps.Clone(c.props)
	}
	return configs, nil
}

// NewTask returns a task.
func (c *connector) NewTask() sink.Task { return &task{def: c.def, settings: c.settings} }

// Stop does nothing: there is nothing to release.
func (c *connector) Stop() error { return nil }

// Validate checks relations between keys, when each by itself can be read.
func (c *connector) Validate(props map[string]string, r *config.Result) {
	v, err := c.def.Parse(props)
	if err != nil {
		return
	}
	for _, e := range relations(v) {
		r.AddError(e.Key, e.Msg)
	}
}
