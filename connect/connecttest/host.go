package connecttest

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

// Host runs the tasks of one connector in a test, as a worker would, but without
// Kafka: the test takes the records of a source and gives those of a sink. A task
// that is made after another one continues at the offsets which that one left.
//
// Its methods end the test when a plugin breaks a promise. They may be used from one
// goroutine at a time; only Offset is safe for concurrent use.
type Host struct {
	Connector   string        // the connector's name
	Log         *slog.Logger  // given to the connector and its tasks; drops everything unless set
	Patience    time.Duration // how long to wait for what must happen; 10 s unless set
	DeadLetters bool          // whether sink tasks have an ErrantReporter

	t       testing.TB
	mu      sync.Mutex
	offsets map[string]connect.Fields // by the JSON text of the partition
}

// NewHost returns a host without offsets. Its tasks are stopped when the test ends.
func NewHost(t testing.TB) *Host {
	return &Host{Connector: "test", Log: slog.New(slog.DiscardHandler), t: t, offsets: map[string]connect.Fields{}}
}

// Offset returns the stored offset of a partition, nil when there is none. It makes
// the Host a source.OffsetReader.
func (h *Host) Offset(ctx context.Context, p *connect.SourcePartition) (connect.Fields, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	_, key, err := stored(p.Fields())
	if err != nil {
		return nil, fmt.Errorf("source partition: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	offset, _, err := stored(h.offsets[key])
	return offset, err
}

// StoreOffset stores the offset of a partition; nil forgets it. The error says that
// partition or offset cannot be stored.
func (h *Host) StoreOffset(partition, offset connect.Fields) error {
	_, key, err := stored(partition)
	if err != nil {
		return fmt.Errorf("source partition: %w", err)
	}
	kept, _, err := stored(offset)
	if err != nil {
		return fmt.Errorf("source offset: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.offsets[key] = kept
	return nil
}

// stored returns fields as they come back from where offsets are stored, and their
// JSON text: whole numbers become int64, others float64.
func stored(fields connect.Fields) (connect.Fields, string, error) {
	if fields == nil {
		return nil, "null", nil
	}
	m, back := data.NewMap(len(fields)), connect.Fields{}
	for _, name := range fields.Names() {
		v, err := storedValue(fields[name])
		if err != nil {
			return nil, "", fmt.Errorf("field %q: %w", name, err)
		}
		m.Put(name, v)
		back[name] = v
	}
	text, err := data.AppendJSON(nil, m)
	return back, string(text), err
}

func storedValue(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, int64, float64:
		return v, nil
	case int:
		return int64(v), nil
	case int8:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case float32:
		return float64(v), nil
	}
	return nil, fmt.Errorf("a %T cannot be stored; null, strings, booleans and numbers can", v)
}

// limit is the time that a call may take.
func (h *Host) limit() time.Duration { return patience(h.Patience) }

// soon is the time for a call that has nothing to wait for.
func (h *Host) soon() time.Duration { return min(h.limit(), atOnce) }

// planner is what both kinds of connectors have in common.
type planner interface {
	TaskConfigs(maxTasks int) ([]map[string]string, error)
	Stop() error
}

// startSource starts a source connector.
func (h *Host) startSource(p plugin.Source, props map[string]string) (planner, error) {
	c := p.New()
	rt := source.ConnectorRuntime{
		Name: h.Connector, Log: h.Log, Offsets: h, RequestTaskReconfiguration: func() {}, Fail: h.failed,
	}
	return c, call(h.t, h.limit(), "Connector.Start", func() error { return c.Start(h.t.Context(), rt, clone(props)) })
}

// startSink starts a sink connector.
func (h *Host) startSink(p plugin.Sink, props map[string]string) (planner, error) {
	c := p.New()
	rt := sink.ConnectorRuntime{Name: h.Connector, Log: h.Log, RequestTaskReconfiguration: func() {}, Fail: h.failed}
	return c, call(h.t, h.limit(), "Connector.Start", func() error { return c.Start(h.t.Context(), rt, clone(props)) })
}

func (h *Host) failed(err error) {
	h.t.Errorf("the connector reported a failure: %s", whole(err))
}

// plan returns the configurations of tasks, at most most, and stops the connector.
func (h *Host) plan(c planner, most int) (configs []map[string]string, err error) {
	defer func() {
		if stop := call(h.t, h.limit(), "Connector.Stop", c.Stop); err == nil {
			err = stop
		}
	}()
	err = call(h.t, h.limit(), "TaskConfigs", func() (err error) {
		configs, err = c.TaskConfigs(most)
		return err
	})
	if err == nil && len(configs) > most {
		h.t.Errorf("TaskConfigs(%d) returned %d configurations", most, len(configs))
	}
	return configs, err
}
