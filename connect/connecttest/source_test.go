package connecttest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
)

// well is an outside world of lines, and the connector that reads it: a good one, or
// one with a fault.
type well struct {
	fault string

	mu      sync.Mutex
	lines   []string
	plans   int
	changed chan struct{}
}

func (w *well) feed(_ testing.TB, n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for range n {
		w.lines = append(w.lines, "line "+strconv.Itoa(len(w.lines)))
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// after returns up to three lines from a position on, or where to wait for more.
func (w *well) after(n int) ([]string, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n < len(w.lines) {
		return w.lines[n:min(n+3, len(w.lines))], nil
	}
	return nil, w.changed
}

func (w *well) suite() Source {
	def := config.NewDef(
		config.Key{Name: "topic", Type: config.StringType, Required: true, Doc: w.unless("no doc", "The topic.")},
		config.Key{
			Name: "size", Type: config.Int, Default: 3, Doc: "A number.",
			Validator: config.AtLeast(map[bool]float64{true: 10}[w.fault == "bad default"]),
		},
	)
	s := Source{
		Plugin: plugin.Source{
			Info: plugin.Info{Class: w.unless("no class", "com.example.Well"), Config: def},
			New:  func() source.Connector { return &wellConnector{w: w, def: def} },
		},
		Config: map[string]string{"topic": "water", "size": "12"},
		Feed:   w.feed,
		Bad:    []BadSetting{{Key: "size", Value: "-1"}},
	}
	if w.fault != "" {
		s.Patience = 400 * time.Millisecond
	}
	return s
}

// unless returns text unless the well has the fault.
func (w *well) unless(fault, text string) string {
	if w.fault == fault {
		return ""
	}
	return text
}

type wellConnector struct {
	w     *well
	def   *config.Def
	props map[string]string
}

func (c *wellConnector) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	c.props = props
	_, err := c.def.Parse(props)
	switch {
	case c.w.fault == "accepts anything":
		return nil
	case c.w.fault == "vague" && err != nil:
		return errors.New("the configuration is not good")
	}
	return err
}

func (c *wellConnector) TaskConfigs(most int) ([]map[string]string, error) {
	configs := []map[string]string{c.props}
	switch c.w.fault {
	case "too many tasks":
		configs = make([]map[string]string, most+1)
	case "changing plan":
		c.w.plans++
		configs[0]["plan"] = strconv.Itoa(c.w.plans)
	case "no task":
		return nil, nil
	}
	return configs, nil
}

func (c *wellConnector) NewTask() source.Task { return &wellTask{w: c.w} }

func (c *wellConnector) Validate(_ map[string]string, result *config.Result) {
	if c.w.fault == "refuses" {
		result.AddError("topic", "I do not like it")
	}
}

func (c *wellConnector) Stop() error {
	if c.w.fault == "connector stop panics" {
		_ = c.props["topic"][0]
	}
	return nil
}

type wellTask struct {
	w         *well
	topic     string
	partition *connect.SourcePartition
	next      int
	offset    connect.Fields
	stopped   bool
}

type depth int

func (d depth) Fields() connect.Fields { return connect.Fields{"depth": int(d)} }

func (t *wellTask) Start(ctx context.Context, rt source.Runtime, props map[string]string) error {
	t.topic, t.offset = props["topic"], connect.Fields{}
	t.partition = connect.NewSourcePartition(connect.Fields{"well": "w"})
	stored, err := rt.Offsets.Offset(ctx, t.partition)
	if n, ok := stored["depth"].(int64); ok {
		t.next = int(n)
		switch t.w.fault {
		case "skips":
			t.next++
		case "repeats":
			t.next--
		}
	}
	return err
}

func (t *wellTask) Poll(ctx context.Context) ([]connect.Record, error) {
	for {
		lines, more := t.w.after(t.next)
		if lines != nil {
			t.next += len(lines)
			if ctx.Err() != nil && t.w.fault == "loses" {
				return nil, ctx.Err()
			}
			return t.records(lines), nil
		}
		if t.w.fault == "spins" {
			return nil, nil
		}
		if t.w.fault == "deaf" {
			ctx = context.Background()
		}
		select {
		case <-ctx.Done():
			if t.w.fault == "forgetful" {
				t.next = 0
			}
			return nil, ctx.Err()
		case <-more:
		}
	}
}

func (t *wellTask) records(lines []string) []connect.Record {
	var all []connect.Record
	for i, line := range lines {
		r := connect.Record{
			Topic: t.topic, Partition: connect.NoPartition, Timestamp: connect.NoTimestamp,
			ValueSchema: data.StringSchema, Value: line,
			Source: t.partition, SourceOffset: depth(t.next - len(lines) + i + 1),
		}
		t.spoil(&r)
		all = append(all, r)
	}
	return all
}

func (t *wellTask) spoil(r *connect.Record) {
	switch t.w.fault {
	case "no topic":
		r.Topic = ""
	case "wrong value":
		r.Value = int32(5)
	case "foreign value":
		r.ValueSchema, r.Value = nil, 5
	case "timestamp":
		r.Timestamp = 0
	case "impossible partition":
		r.Partition = -2
	case "consumed":
		r.Consumed = &connect.Consumed{}
	case "partitions":
		r.Source = connect.NewSourcePartition(connect.Fields{"well": "w"})
	case "no offset":
		r.SourceOffset = nil
	case "unstorable":
		r.SourceOffset = connect.Fields{"depth": []byte("1")}
	case "one offset":
		t.offset["depth"] = t.next
		r.SourceOffset = t.offset
	case "header":
		r.Headers = connect.Headers{{Schema: data.StringSchema, Value: 1}}
	}
}

func (t *wellTask) CommitRecord(_ context.Context, _ *connect.Record, m *source.Produced) error {
	if t.w.fault == "dropped" {
		_ = m.Offset
	}
	return nil
}

func (t *wellTask) Commit(context.Context) error {
	if t.w.fault == "commit" {
		return errors.New("not now")
	}
	return nil
}

func (t *wellTask) Stop() error {
	switch {
	case t.w.fault == "stop without start" && t.partition == nil:
		return errors.New("not started")
	case t.w.fault == "stop twice" && t.stopped:
		return errors.New("stopped already")
	}
	t.stopped = true
	return nil
}

func newWell(fault string) *well { return &well{fault: fault, changed: make(chan struct{})} }

func TestSourceSuite(t *testing.T) {
	t.Run("good", func(t *testing.T) {
		newWell("").suite().Run(t)
		expect(t, newWell("").suite().checks(), "", "")
	})
	for _, c := range []struct{ fault, check, want string }{
		{"no class", "descriptor", "class"},
		{"no doc", "descriptor", "topic has no Doc"},
		{"bad default", "descriptor", "size: the default is refused"},
		{"refuses", "validation", "I do not like it"},
		{"connector stop panics", "connector stops without start", "Connector.Stop panicked"},
		{"accepts anything", "bad configuration", "without topic is not refused"},
		{"vague", "bad configuration", "does not name the key"},
		{"too many tasks", "task configurations", "returned 2 configurations"},
		{"changing plan", "task configurations", "differs from one call to the next"},
		{"no task", "task stops without poll", "has no task"},
		{"stop without start", "task stops without start", "not started"},
		{"stop twice", "task stops without poll", "stopped already"},
		{"deaf", "poll returns when its context ends", "Poll with a context that ends did not return within"},
		{"spins", "poll waits when there is nothing", "it must wait"},
		{"no topic", "records stay as they are", "the record has no topic"},
		{"wrong value", "records stay as they are", "Invalid Java object"},
		{"foreign value", "records stay as they are", "a int is not in the data model"},
		{"timestamp", "records stay as they are", "timestamp is 0"},
		{"impossible partition", "records stay as they are", "partition -2"},
		{"consumed", "records stay as they are", "Consumed is set"},
		{"partitions", "records stay as they are", "make one and share it"},
		{"no offset", "records stay as they are", "without SourceOffset"},
		{"unstorable", "records stay as they are", "cannot be stored"},
		{"one offset", "records stay as they are", "written into after Poll"},
		{"header", "records stay as they are", "a header has no name"},
		{"forgetful", "goes on after a pause", "came twice"},
		{"skips", "goes on at the stored offset", "does not go on at the stored offset"},
		{"repeats", "goes on at the stored offset", "although its offset was stored"},
		{"dropped", "is told what Kafka has", "CommitRecord"},
		{"commit", "is told what Kafka has", "not now"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			var one []check
			for _, k := range newWell(c.fault).suite().checks() {
				if k.name == c.check {
					one = append(one, k)
				}
			}
			expect(t, one, c.check, c.want)
		})
	}
}

// TestSilentSource: a source without records is held to less.
func TestSilentSource(t *testing.T) {
	s := newWell("").suite()
	s.Feed, s.Silent = nil, true
	s.Run(t)
}
