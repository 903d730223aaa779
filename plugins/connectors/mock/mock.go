// Package mock has connectors that fail on purpose.
//
// Floor 3. Connect: org.apache.kafka.connect.tools.MockSourceConnector and
// MockSinkConnector.
package mock

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

// Source produces nothing, and fails when mock_mode says so.
var Source = plugin.Source{
	Info: plugin.Info{Class: "org.apache.kafka.connect.tools.MockSourceConnector", Config: config.NewDef()},
	New:  func() source.Connector { return &sourceConnector{} },
}

// Sink drops everything, and fails when mock_mode says so.
var Sink = plugin.Sink{
	Info: plugin.Info{Class: "org.apache.kafka.connect.tools.MockSinkConnector", Config: config.NewDef()},
	New:  func() sink.Connector { return &sinkConnector{} },
}

const (
	connectorFailure = "connector-failure"
	taskFailure      = "task-failure"
	defaultDelay     = 15 * time.Second
)

// failure is when something shall fail; the zero value never does.
type failure struct{ at time.Time }

func newFailure(props map[string]string, mode string) (failure, error) {
	if props["mock_mode"] != mode {
		return failure{}, nil
	}
	d, err := delay(props)
	return failure{time.Now().Add(d)}, err
}

func delay(props map[string]string) (time.Duration, error) {
	text, ok := props["delay_ms"]
	if !ok {
		return defaultDelay, nil
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 {
		return 0, config.Invalid("delay_ms", text, "Not a number of milliseconds")
	}
	return time.Duration(ms) * time.Millisecond, nil
}

func (f failure) due() bool { return !f.at.IsZero() && !time.Now().Before(f.at) }

// thrown is the exception without a message of the Java connector.
type thrown struct{}

func (thrown) Error() string     { return "" }
func (thrown) JavaClass() string { return "java.lang.RuntimeException" }

// base is what both connectors do: fail after a while, if asked to.
type base struct {
	props  map[string]string
	cancel context.CancelFunc
}

func (b *base) start(props map[string]string, fail func(error)) error {
	b.props = props
	f, err := newFailure(props, connectorFailure)
	if err != nil || f.at.IsZero() {
		return err
	}
	timer := time.AfterFunc(time.Until(f.at), func() { fail(thrown{}) })
	b.cancel = func() { timer.Stop() }
	return nil
}

// TaskConfigs returns the one task.
func (b *base) TaskConfigs(int) ([]map[string]string, error) {
	return []map[string]string{b.props}, nil
}

// Stop withdraws the failure.
func (b *base) Stop() error {
	if b.cancel != nil {
		b.cancel()
	}
	return nil
}

type sourceConnector struct{ base }

func (c *sourceConnector) Start(_ context.Context, rt source.ConnectorRuntime, props map[string]string) error {
	return c.start(props, rt.Fail)
}

func (c *sourceConnector) NewTask() source.Task { return &sourceTask{} }

type sinkConnector struct{ base }

func (c *sinkConnector) Start(_ context.Context, rt sink.ConnectorRuntime, props map[string]string) error {
	return c.start(props, rt.Fail)
}

func (c *sinkConnector) NewTask() sink.Task { return &sinkTask{} }

var errTask = errors.New("mock task failure")

type sourceTask struct{ failure failure }

func (t *sourceTask) Start(_ context.Context, _ source.Runtime, props map[string]string) (err error) {
	t.failure, err = newFailure(props, taskFailure)
	return err
}

// Poll waits until the failure is due, or for ever.
func (t *sourceTask) Poll(ctx context.Context) ([]connect.Record, error) {
	if t.failure.at.IsZero() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	timer := time.NewTimer(time.Until(t.failure.at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
		return nil, errTask
	}
}

func (t *sourceTask) Stop() error { return nil }

type sinkTask struct {
	failure failure
	host    sink.Context
}

const sinkWait = 250 * time.Millisecond

func (t *sinkTask) Start(_ context.Context, rt sink.Runtime, props map[string]string) (err error) {
	t.host = rt.Context
	t.failure, err = newFailure(props, taskFailure)
	return err
}

// Put drops the records; it asks to be called again until the failure is due.
func (t *sinkTask) Put(context.Context, []connect.Record) error {
	if t.failure.at.IsZero() {
		return nil
	}
	if t.failure.due() {
		return errTask
	}
	t.host.RetryAfter(min(time.Until(t.failure.at), sinkWait))
	return nil
}

func (t *sinkTask) Stop() error { return nil }
