// Package verifiable has the connectors of Kafka's system tests: a source of
// numbered records and a sink that prints what it gets, both with one JSON line per
// event on the standard output.
//
// Floor 3. Connect: org.apache.kafka.connect.tools.VerifiableSourceConnector and
// VerifiableSinkConnector.
package verifiable

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

// Source produces numbered records.
var Source = newSource(os.Stdout)

// Sink prints records.
var Sink = newSink(os.Stdout)

func newSource(out io.Writer) plugin.Source {
	e := &events{out: out}
	return plugin.Source{
		Info: plugin.Info{Class: "org.apache.kafka.connect.tools.VerifiableSourceConnector", Config: config.NewDef()},
		New:  func() source.Connector { return &sourceConnector{events: e} },
	}
}

func newSink(out io.Writer) plugin.Sink {
	e := &events{out: out}
	return plugin.Sink{
		Info: plugin.Info{Class: "org.apache.kafka.connect.tools.VerifiableSinkConnector", Config: config.NewDef()},
		New:  func() sink.Connector { return &sinkConnector{events: e} },
	}
}

// numbered gives each task its number under "id".
func numbered(props map[string]string, tasks int) []map[string]string {
	configs := make([]map[string]string, tasks)
	for i := range configs {
		configs[i] = maps.Clone(props)
		configs[i]["id"] = strconv.Itoa(i)
	}
	return configs
}

type sourceConnector struct {
	events *events
	props  map[string]string
}

func (c *sourceConnector) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	c.props = props
	return nil
}

func (c *sourceConnector) TaskConfigs(maxTasks int) ([]map[string]string, error) {
	return numbered(c.props, maxTasks), nil
}

func (c *sourceConnector) NewTask() source.Task { return &sourceTask{events: c.events} }

func (c *sourceConnector) Stop() error { return nil }

// SupportsExactlyOnce always holds: offsets are sequence numbers.
func (c *sourceConnector) SupportsExactlyOnce(map[string]string) bool { return true }

type sinkConnector struct {
	events *events
	props  map[string]string
}

func (c *sinkConnector) Start(_ context.Context, _ sink.ConnectorRuntime, props map[string]string) error {
	c.props = props
	return nil
}

func (c *sinkConnector) TaskConfigs(maxTasks int) ([]map[string]string, error) {
	return numbered(c.props, maxTasks), nil
}

func (c *sinkConnector) NewTask() sink.Task { return &sinkTask{events: c.events} }

func (c *sinkConnector) Stop() error { return nil }

// events writes one JSON object a line; tasks share it, and a write is never mixed
// with another.
type events struct {
	mu  sync.Mutex
	out io.Writer
}

// event is an object whose members keep their order.
type event struct {
	keys   []string
	values []any
}

func (e *event) add(key string, value any) *event {
	e.keys, e.values = append(e.keys, key), append(e.values, value)
	return e
}

// set replaces the value of a member.
func (e *event) set(key string, value any) *event {
	e.values[slices.Index(e.keys, key)] = value
	return e
}

func (w *events) write(es ...*event) error {
	var b []byte
	for _, e := range es {
		b = append(b, '{')
		for i, key := range e.keys {
			if i > 0 {
				b = append(b, ',')
			}
			var err error
			if b, err = data.AppendJSON(append(strconv.AppendQuote(b, key), ':'), e.values[i]); err != nil {
				return err
			}
		}
		b = append(b, "}\n"...)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.out.Write(b)
	return err
}

// number reads a task's setting; the text of the error is Java's, its cause names the
// key.
func number(props map[string]string, key, class string, bits int) (int64, error) {
	n, err := strconv.ParseInt(props[key], 10, bits)
	if err != nil {
		return 0, &connect.Error{Msg: "Invalid " + class + " configuration", Err: fmt.Errorf("%s: %w", key, err)}
	}
	return n, nil
}
