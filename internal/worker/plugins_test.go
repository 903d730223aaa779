package worker

import (
	"context"
	"errors"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

// testConverter passes text through; it refuses what contains "poison".
var testConverter = plugin.Converter{
	Info: plugin.Info{Class: "test.TextConverter"}, Headers: true,
	New: func(map[string]string, convert.Role) (convert.Converter, error) { return textConverter{}, nil },
}

type textConverter struct{}

var errPoison = errors.New("it is poison")

func (textConverter) FromConnect(_ string, _ *[]connect.RawHeader, _ *data.Schema, v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	if s := data.Text(v); !strings.Contains(s, "poison") {
		return []byte(s), nil
	}
	return nil, errPoison
}

func (textConverter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return nil, nil, nil
	}
	if s := string(raw); !strings.Contains(s, "poison") {
		return data.OptionalStringSchema, s, nil
	}
	return nil, nil, errPoison
}

func (c textConverter) FromHeader(topic, _ string, s *data.Schema, v any) ([]byte, error) {
	return c.FromConnect(topic, nil, s, v)
}

func (c textConverter) ToHeader(topic, _ string, raw []byte) (*data.Schema, any, error) {
	return c.ToConnect(topic, nil, raw)
}

// scriptSource is a source whose task is made of functions.
type scriptSource struct {
	start func(source.Runtime) error
	poll  func(context.Context) ([]connect.Record, error)
	stop  func() error
	// commits gets what CommitRecord is called with, when not nil.
	commits func(*connect.Record, *source.Produced)
	// stored is called by Commit of a task with commits, when not nil.
	stored func()
	// connector is Start of the connector, when not nil.
	connector func(source.ConnectorRuntime) error
}

func (s *scriptSource) plugin(class string) plugin.Plugin {
	return plugin.Source{Info: plugin.Info{Class: class}, New: func() source.Connector { return s }}
}

func (s *scriptSource) Start(_ context.Context, rt source.ConnectorRuntime, _ map[string]string) error {
	if s.connector == nil {
		return nil
	}
	return s.connector(rt)
}

func (s *scriptSource) TaskConfigs(int) ([]map[string]string, error) {
	return []map[string]string{{}}, nil
}
func (s *scriptSource) Stop() error { return nil }
func (s *scriptSource) NewTask() source.Task {
	if s.commits != nil {
		return committingTask{scriptSourceTask{s}}
	}
	return scriptSourceTask{s}
}

type scriptSourceTask struct{ s *scriptSource }

func (t scriptSourceTask) Start(_ context.Context, rt source.Runtime, _ map[string]string) error {
	if t.s.start == nil {
		return nil
	}
	return t.s.start(rt)
}

func (t scriptSourceTask) Poll(ctx context.Context) ([]connect.Record, error) { return t.s.poll(ctx) }

func (t scriptSourceTask) Stop() error {
	if t.s.stop == nil {
		return nil
	}
	return t.s.stop()
}

type committingTask struct{ scriptSourceTask }

func (t committingTask) CommitRecord(_ context.Context, r *connect.Record, m *source.Produced) error {
	t.s.commits(r, m)
	return nil
}

func (t committingTask) Commit(context.Context) error {
	if t.s.stored != nil {
		t.s.stored()
	}
	return nil
}

// idle waits until the task is stopped or paused.
func idle(ctx context.Context) ([]connect.Record, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// scriptSink is a sink whose task is made of functions.
type scriptSink struct {
	put       func(rt sink.Runtime, records []connect.Record) error
	preCommit func(sink.Offsets) (sink.Offsets, error)
	open      func([]connect.TopicPartition)
	close     func([]connect.TopicPartition)
}

func (s *scriptSink) plugin(class string) plugin.Plugin {
	return plugin.Sink{Info: plugin.Info{Class: class}, New: func() sink.Connector { return s }}
}

func (s *scriptSink) Start(context.Context, sink.ConnectorRuntime, map[string]string) error {
	return nil
}
func (s *scriptSink) TaskConfigs(int) ([]map[string]string, error) { return nil, nil }
func (s *scriptSink) Stop() error                                  { return nil }
func (s *scriptSink) NewTask() sink.Task                           { return &scriptSinkTask{s: s} }

type scriptSinkTask struct {
	s  *scriptSink
	rt sink.Runtime
}

func (t *scriptSinkTask) Start(_ context.Context, rt sink.Runtime, _ map[string]string) error {
	t.rt = rt
	return nil
}

func (t *scriptSinkTask) Put(_ context.Context, records []connect.Record) error {
	return t.s.put(t.rt, records)
}

func (t *scriptSinkTask) PreCommit(_ context.Context, offsets sink.Offsets) (sink.Offsets, error) {
	if t.s.preCommit == nil {
		return offsets, nil
	}
	return t.s.preCommit(offsets)
}

func (t *scriptSinkTask) Open(_ context.Context, tps []connect.TopicPartition) error {
	if t.s.open != nil {
		t.s.open(tps)
	}
	return nil
}

func (t *scriptSinkTask) Close(_ context.Context, tps []connect.TopicPartition) error {
	if t.s.close != nil {
		t.s.close(tps)
	}
	return nil
}

func (t *scriptSinkTask) Stop() error { return nil }
