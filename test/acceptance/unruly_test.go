package acceptance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

// unrulyPlugins are connectors that panic, hang or fail in a call of one's choice:
// misbehave=HOW METHOD, where HOW is panic, hang or fail.
func unrulyPlugins() []plugin.Plugin {
	def := config.NewDef(
		config.Key{Name: "misbehave", Type: config.StringType, Default: "", Importance: config.High, Doc: "HOW METHOD"},
		config.Key{Name: "secret", Type: config.PasswordType, Default: "", Importance: config.High, Doc: "Something to hide."},
		config.Key{Name: "number", Type: config.Int, Default: 0, Importance: config.High, Doc: "A number."},
	)
	return []plugin.Plugin{
		plugin.Source{
			Info: plugin.Info{Class: "test.UnrulySourceConnector", Version: "1.0", Config: def},
			New:  func() source.Connector { return &unrulySource{} },
		},
		plugin.Sink{
			Info: plugin.Info{Class: "test.UnrulySinkConnector", Version: "1.0", Config: def},
			New:  func() sink.Connector { return &unrulySink{} },
		},
		plugin.Source{
			Info: plugin.Info{Class: "test.StillbornSourceConnector", Version: "1.0", Config: def},
			New:  func() source.Connector { panic("no connector is made") },
		},
	}
}

// mood is how and where a plugin misbehaves.
type mood struct{ how, where string }

func moodOf(props map[string]string) (m mood) {
	_, _ = fmt.Sscan(props["misbehave"], &m.how, &m.where)
	return m
}

var errUnruly = errors.New("it does not work on purpose")

// in is called first in each method.
func (m mood) in(method string) error {
	if m.where != method {
		return nil
	}
	switch m.how {
	case "panic":
		panic("it panics on purpose")
	case "hang":
		select {}
	}
	return errUnruly
}

// unruly is what both connectors do.
type unruly struct {
	mood
	props map[string]string
}

func (c *unruly) Validate(props map[string]string, _ *config.Result) {
	_ = moodOf(props).in("Validate")
}

func (c *unruly) begin(props map[string]string) error {
	c.mood, c.props = moodOf(props), props
	return c.in("Start")
}

func (c *unruly) TaskConfigs(int) ([]map[string]string, error) {
	return []map[string]string{c.props}, c.in("TaskConfigs")
}

func (c *unruly) Stop() error { return c.in("Stop") }

type unrulySource struct{ unruly }

func (c *unrulySource) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	return c.begin(props)
}

func (c *unrulySource) NewTask() source.Task { return &unrulySourceTask{} }

type unrulySink struct{ unruly }

func (c *unrulySink) Start(_ context.Context, _ sink.ConnectorRuntime, props map[string]string) error {
	return c.begin(props)
}

func (c *unrulySink) NewTask() sink.Task { return &unrulySinkTask{} }

// unrulySourceTask counts, ten records a second.
type unrulySourceTask struct {
	mood
	topic     string
	partition *connect.SourcePartition
	n         int64
}

func (t *unrulySourceTask) Start(_ context.Context, rt source.Runtime, props map[string]string) error {
	t.mood, t.topic = moodOf(props), "from-"+rt.Connector
	t.partition = connect.NewSourcePartition(connect.Fields{"of": rt.Connector})
	return t.in("task.Start")
}

func (t *unrulySourceTask) Poll(ctx context.Context) ([]connect.Record, error) {
	select {
	case <-ctx.Done():
		return nil, nil
	case <-time.After(100 * time.Millisecond):
	}
	t.n++
	r := connect.Record{
		Topic: t.topic, Partition: connect.NoPartition, ValueSchema: data.StringSchema, Value: fmt.Sprint(t.n),
		Source: t.partition, SourceOffset: connect.Fields{"n": t.n},
	}
	return []connect.Record{r}, t.in("Poll")
}

func (t *unrulySourceTask) Stop() error { return t.in("task.Stop") }

func (t *unrulySourceTask) Commit(context.Context) error { return t.in("Commit") }

func (t *unrulySourceTask) CommitRecord(context.Context, *connect.Record, *source.Produced) error {
	return t.in("CommitRecord")
}

type unrulySinkTask struct{ mood }

func (t *unrulySinkTask) Start(_ context.Context, _ sink.Runtime, props map[string]string) error {
	t.mood = moodOf(props)
	return t.in("task.Start")
}

func (t *unrulySinkTask) Put(_ context.Context, records []connect.Record) error {
	if len(records) == 0 {
		return nil
	}
	return t.in("Put")
}

func (t *unrulySinkTask) Flush(context.Context, sink.Offsets) error { return t.in("Flush") }

func (t *unrulySinkTask) Stop() error { return t.in("task.Stop") }
