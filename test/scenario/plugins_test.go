package scenario

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

// The connectors of the scripts. The source writes numbered ids, per task from 0 on,
// to the topic of its name, the sink notes what it gets. Both can hang or fail where
// their configuration says so.
const (
	sourceClass = "test.IdSourceConnector"
	sinkClass   = "test.IdSinkConnector"
)

func (w *worker) plugins() []plugin.Plugin {
	return []plugin.Plugin{
		plugin.Source{Info: plugin.Info{Class: sourceClass, Version: "1"}, New: func() source.Connector { return &idSource{actor{on: w}} }},
		plugin.Sink{Info: plugin.Info{Class: sinkClass, Version: "1"}, New: func() sink.Connector { return &idSink{actor{on: w}} }},
	}
}

// actor is a connector or task that tells the stage what it does.
type actor struct {
	on    *worker
	name  string
	props map[string]string
	leave func()
}

// call hangs or fails if it shall at this point.
func (a *actor) call(point string) error {
	if a.props["hang"] == point {
		a.on.stage.hang(a.name)
	}
	if a.props["fail"] == point && a.on.stage.failing(a.name, a.props["fail.times"]) {
		return errors.New("it fails on purpose in " + point)
	}
	return nil
}

func (a *actor) start(name, point string, props map[string]string) error {
	a.name, a.props = name, props
	if err := a.call(point); err != nil {
		return err
	}
	a.leave = a.on.stage.enter(name, a.on)
	return nil
}

func (a *actor) stop(point string) error {
	if a.leave == nil {
		return nil
	}
	err := a.call(point)
	a.leave()
	return err
}

func (a *actor) taskConfigs(most int) ([]map[string]string, error) {
	if err := a.call("taskconfigs"); err != nil {
		return nil, err
	}
	configs := make([]map[string]string, a.on.stage.wants(a.name, most))
	for i := range configs {
		configs[i] = a.props
	}
	return configs, nil
}

type idSource struct{ actor }

func (s *idSource) Start(_ context.Context, rt source.ConnectorRuntime, props map[string]string) error {
	s.on.stage.asker(rt.Name, s.on, rt.RequestTaskReconfiguration)
	return s.start(rt.Name, "start", props)
}

func (s *idSource) TaskConfigs(most int) ([]map[string]string, error) { return s.taskConfigs(most) }
func (s *idSource) NewTask() source.Task                              { return &idSourceTask{actor: actor{on: s.on}} }
func (s *idSource) Stop() error                                       { return s.stop("stop") }
func (s *idSource) SupportsExactlyOnce(map[string]string) bool        { return true }

type idSourceTask struct {
	actor
	topic     string
	partition *connect.SourcePartition
	next      int64
	pause     time.Duration
}

const firstPause = 500 * time.Millisecond

func (t *idSourceTask) Start(ctx context.Context, rt source.Runtime, props map[string]string) error {
	t.topic = rt.Connector
	name := fmt.Sprintf("%s-%d", rt.Connector, rt.Task)
	t.partition = connect.NewSourcePartition(connect.Fields{"task": name})
	offset, err := rt.Offsets.Offset(ctx, t.partition)
	if err != nil {
		return err
	}
	if last, ok := offset["id"].(int64); ok {
		t.next = last + 1
	}
	t.pause = firstPause
	if ms, err := strconv.Atoi(props["every.ms"]); err == nil {
		t.pause = time.Duration(ms) * time.Millisecond
	}
	return t.start(name, "task.start", props)
}

func (t *idSourceTask) Poll(ctx context.Context) ([]connect.Record, error) {
	if t.props["at"] == "" || t.props["at"] == strconv.FormatInt(t.next, 10) {
		if err := t.call("poll"); err != nil {
			return nil, err
		}
	}
	select {
	case <-ctx.Done():
		if t.props["hang"] != "poll" {
			return nil, nil
		}
	case <-time.After(t.pause):
	}
	id := t.next
	t.next++
	return []connect.Record{{
		Topic: t.topic, Partition: connect.NoPartition, Timestamp: connect.NoTimestamp,
		KeySchema: data.StringSchema, Key: t.name, ValueSchema: data.StringSchema, Value: fmt.Sprintf("%s %d", t.name, id),
		Source: t.partition, SourceOffset: connect.Fields{"id": id},
	}}, nil
}

func (t *idSourceTask) Stop() error { return t.stop("task.stop") }

type idSink struct{ actor }

func (s *idSink) Start(_ context.Context, rt sink.ConnectorRuntime, props map[string]string) error {
	s.on.stage.asker(rt.Name, s.on, rt.RequestTaskReconfiguration)
	return s.start(rt.Name, "start", props)
}

func (s *idSink) TaskConfigs(most int) ([]map[string]string, error) { return s.taskConfigs(most) }
func (s *idSink) NewTask() sink.Task                                { return &idSinkTask{actor: actor{on: s.on}} }
func (s *idSink) Stop() error                                       { return s.stop("stop") }

type idSinkTask struct {
	actor
	connector string
}

func (t *idSinkTask) Start(_ context.Context, rt sink.Runtime, props map[string]string) error {
	t.connector = rt.Connector
	return t.start(fmt.Sprintf("%s-%d", rt.Connector, rt.Task), "task.start", props)
}

func (t *idSinkTask) Put(_ context.Context, records []connect.Record) error {
	if len(records) == 0 {
		return nil
	}
	if err := t.call("put"); err != nil {
		return err
	}
	for i := range records {
		t.on.stage.arrive(t.connector, strings.TrimSpace(data.Text(records[i].Value)))
	}
	return nil
}

func (t *idSinkTask) Flush(context.Context, sink.Offsets) error { return nil }
func (t *idSinkTask) Stop() error                               { return t.stop("task.stop") }
