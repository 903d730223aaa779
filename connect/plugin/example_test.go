package plugin_test

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
)

var clockDef = config.NewDef(config.Key{
	Name: "topic", Type: config.StringType, Required: true, Importance: config.High, Doc: "The topic for the ticks.",
})

// Clock announces a connector that ticks. A host puts it into its list of plugins.
var Clock = plugin.Source{
	Info: plugin.Info{Class: "com.example.ClockSourceConnector", Version: "1.0.0", Config: clockDef},
	New:  func() source.Connector { return &clock{} },
}

type clock struct{ props map[string]string }

func (c *clock) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	c.props = props
	_, err := clockDef.Parse(props)
	return err
}

func (c *clock) TaskConfigs(int) ([]map[string]string, error) {
	return []map[string]string{c.props}, nil
}
func (c *clock) NewTask() source.Task { return &ticker{} }
func (c *clock) Stop() error          { return nil }

// ticker returns the time, every second. It keeps no offset: there is nothing to go
// on from.
type ticker struct{ topic string }

func (t *ticker) Start(_ context.Context, _ source.Runtime, props map[string]string) error {
	v, err := clockDef.Parse(props)
	if err == nil {
		t.topic = v.String("topic")
	}
	return err
}

func (t *ticker) Poll(ctx context.Context) ([]connect.Record, error) {
	select {
	case <-ctx.Done():
		return nil, nil
	case now := <-time.After(time.Second):
		return []connect.Record{{
			Topic: t.topic, Partition: connect.NoPartition, Timestamp: now.UnixMilli(),
			ValueSchema: data.TimestampSchema, Value: data.InstantOf(now),
		}}, nil
	}
}

func (t *ticker) Stop() error { return nil }

func Example() {
	var plugins []plugin.Plugin // the list of a host
	plugins = append(plugins, Clock)
	for _, p := range plugins {
		info := p.Describe()
		fmt.Println(info.Class, info.Version)
		for _, key := range info.Config.Keys() {
			fmt.Println(key.Name, key.Type, key.Doc)
		}
	}
	// Output:
	// com.example.ClockSourceConnector 1.0.0
	// topic STRING The topic for the ticks.
}
