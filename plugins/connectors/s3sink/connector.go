package s3sink

import (
	"context"
	"maps"
	"net/http"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
)

// version is that of the Java connector whose behaviour this one has.
const version = "12.2.0"

// Settings is what a host may give to the connector in code.
type Settings struct {
	// Transport carries requests to S3 in place of the network, for tests.
	Transport http.RoundTripper
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
	v, err := c.def.Parse(props)
	if err != nil {
		return err
	}
	c.props = maps.Clone(props)
	return checkSchedule(v)
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
func (c *connector) NewTask() sink.Task { return &task{def: c.def, transport: c.settings.Transport} }

// Stop does nothing: there is nothing to release.
func (c *connector) Stop() error { return nil }
