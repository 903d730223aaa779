// Package filestream reads lines from a file into a topic, and writes records as
// lines to a file.
//
// Floor 3. Connect: org.apache.kafka.connect.file.
package filestream

import (
	"context"
	"io"
	"maps"
	"os"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

// Source reads lines.
var Source = newSource(os.Stdin)

func newSource(stdin io.Reader) plugin.Source {
	in := newInput(stdin)
	return plugin.Source{
		Info: plugin.Info{Class: "org.apache.kafka.connect.file.FileStreamSourceConnector", Config: sourceDef},
		New:  func() source.Connector { return &sourceConnector{stdin: in} },
	}
}

// Sink writes lines.
var Sink = plugin.Sink{
	Info: plugin.Info{Class: "org.apache.kafka.connect.file.FileStreamSinkConnector", Config: sinkDef},
	New:  func() sink.Connector { return &sinkConnector{} },
}

const (
	keyFile  = "file"
	keyTopic = "topic"
	keyBatch = "batch.size"
)

var sourceDef = config.NewDef(
	config.Key{
		Name: keyFile, Type: config.StringType, Importance: config.High,
		Doc: "Source filename. If not specified, the standard input will be used",
	},
	config.Key{
		Name: keyTopic, Type: config.StringType, Required: true, Validator: config.NonEmpty(), Importance: config.High,
		Doc: "The topic to publish data to",
	},
	config.Key{
		Name: keyBatch, Type: config.Int, Default: 2000, Importance: config.Low,
		Doc: "The maximum number of records the source task can read from the file each time it is polled",
	},
)

var sinkDef = config.NewDef(config.Key{
	Name: keyFile, Type: config.StringType, Importance: config.High,
	Doc: "Destination filename. If not specified, the standard output will be used",
})

// sourceConnector has one task, configured as itself.
type sourceConnector struct {
	stdin *input
	props map[string]string
}

func (c *sourceConnector) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	c.props = props
	_, err := sourceDef.Parse(props)
	return err
}

func (c *sourceConnector) TaskConfigs(int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}

func (c *sourceConnector) NewTask() source.Task { return &sourceTask{stdin: c.stdin} }

func (c *sourceConnector) Stop() error { return nil }

// SupportsExactlyOnce holds when offsets are kept: with a file.
func (c *sourceConnector) SupportsExactlyOnce(props map[string]string) bool {
	return props[keyFile] != ""
}

// sinkConnector has as many tasks as allowed; all append to the same file.
type sinkConnector struct{ props map[string]string }

func (c *sinkConnector) Start(_ context.Context, _ sink.ConnectorRuntime, props map[string]string) error {
	c.props = props
	_, err := sinkDef.Parse(props)
	return err
}

func (c *sinkConnector) TaskConfigs(maxTasks int) ([]map[string]string, error) {
	configs := make([]map[string]string, maxTasks)
	for i := range configs {
		configs[i] = maps.Clone(c.props)
	}
	return configs, nil
}

func (c *sinkConnector) NewTask() sink.Task { return &sinkTask{} }

func (c *sinkConnector) Stop() error { return nil }
