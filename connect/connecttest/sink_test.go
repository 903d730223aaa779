package connecttest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/sink"
)

// drain is an outside world that records are poured into, and the connector that
// does it: a good one that buffers until PreCommit, or one with a fault.
type drain struct {
	fault  string
	broken bool
	got    []string
}

var errBroken = errors.New("the drain is broken")

func (d *drain) suite() Sink {
	def := config.NewDef(config.Key{Name: "pipe", Type: config.StringType, Required: true, Doc: "Which pipe."})
	s := Sink{
		Plugin: plugin.Sink{
			Info: plugin.Info{Class: "com.example.Drain", Config: def},
			New:  func() sink.Connector { return &drainConnector{d: d, def: def} },
		},
		Config: map[string]string{"pipe": "main"},
		Arrived: func(t testing.TB, records []connect.Record) {
			for i := range records {
				if !slices.Contains(d.got, data.Text(records[i].Value)) {
					t.Errorf("%v has not arrived", records[i].Value)
				}
			}
		},
		Break:  func(_ testing.TB, broken bool) { d.broken = broken },
		Poison: func() connect.Record { return connect.Record{Value: int32(13)} },
	}
	if d.fault != "" {
		s.Patience = 300 * time.Millisecond
	}
	return s
}

type drainConnector struct {
	d   *drain
	def *config.Def
}

func (c *drainConnector) Start(_ context.Context, _ sink.ConnectorRuntime, props map[string]string) error {
	_, err := c.def.Parse(props)
	return err
}

func (c *drainConnector) TaskConfigs(int) ([]map[string]string, error) {
	return []map[string]string{{"pipe": "main"}}, nil
}
func (c *drainConnector) NewTask() sink.Task { return &drainTask{d: c.d} }
func (c *drainConnector) Stop() error        { return nil }

type drainTask struct {
	d       *drain
	rt      sink.Runtime
	kept    []connect.Record
	waiting []*connect.Record
	open    []connect.TopicPartition
	safe    sink.Offsets
}

func (t *drainTask) Start(_ context.Context, rt sink.Runtime, _ map[string]string) error {
	t.rt, t.safe = rt, sink.Offsets{}
	return nil
}

func (t *drainTask) Open(_ context.Context, partitions []connect.TopicPartition) error {
	t.open = append(t.open, partitions...)
	return nil
}

func (t *drainTask) Close(_ context.Context, partitions []connect.TopicPartition) error {
	for _, tp := range partitions {
		if t.d.fault != "keeps offsets of lost partitions" {
			delete(t.safe, tp)
		}
		t.waiting = slices.DeleteFunc(t.waiting, func(r *connect.Record) bool { return r.Consumed.TopicPartition() == tp })
		if t.d.fault == "mixes partitions up" {
			t.waiting = nil
		}
	}
	return nil
}

func (t *drainTask) Put(ctx context.Context, records []connect.Record) error {
	if t.d.fault == "retries for ever" && len(records) > 0 {
		return connect.Retriable(errBroken)
	}
	for i := range records {
		r := records[i]
		switch {
		case t.d.fault == "fails on nothing special" && r.Consumed.Offset > 0:
			return errors.New("I am tired")
		case t.d.fault == "panics on null" && r.Value == nil:
			_ = r.Value.(string)
		case t.d.fault == "writes into records" && len(r.Headers) == 0:
			r.Consumed.Timestamp++
		case t.d.fault == "keeps the slice":
			t.kept = records
			continue
		}
		if r.Value == int32(13) {
			if err := t.report(&r); err != nil {
				return err
			}
			continue
		}
		t.waiting = append(t.waiting, &r)
	}
	if t.d.fault == "hangs" && ctx.Err() != nil {
		select {}
	}
	return nil
}

func (t *drainTask) report(r *connect.Record) error {
	if t.rt.Errant == nil && t.d.fault != "needs a reporter" {
		return errors.New("13 is not taken")
	}
	if t.d.fault == "swallows" {
		return nil
	}
	return t.rt.Errant.Report(r, errors.New("13 is not taken"))
}

func (t *drainTask) PreCommit(_ context.Context, offsets sink.Offsets) (sink.Offsets, error) {
	if t.d.fault == "never safe" {
		return nil, nil
	}
	for i := range t.kept {
		t.waiting = append(t.waiting, &t.kept[i])
	}
	t.kept = nil
	if t.d.broken && t.d.fault != "says safe too early" {
		return nil, connect.Retriable(errBroken)
	}
	for _, r := range t.waiting {
		if t.d.fault != "loses all" {
			t.d.got = append(t.d.got, data.Text(r.Value))
		}
	}
	t.waiting = nil
	return t.say(offsets), nil
}

func (t *drainTask) say(offsets sink.Offsets) sink.Offsets {
	switch t.d.fault {
	case "too far":
		for tp := range offsets {
			offsets[tp]++
		}
	case "keeps offsets of lost partitions":
		for tp, offset := range offsets {
			t.safe[tp] = offset
		}
		return t.safe
	}
	return offsets
}

func (t *drainTask) Stop() error { return nil }

func TestSinkSuite(t *testing.T) {
	t.Run("good", func(t *testing.T) {
		(&drain{}).suite().Run(t)
		expect(t, (&drain{}).suite().checks(), "", "")
	})
	for _, c := range []struct{ fault, check, want string }{
		{"loses all", "records arrive", "has not arrived"},
		{"never safe", "records arrive", "records are not safe"},
		{"too far", "records arrive", "only up to"},
		{"keeps the slice", "records arrive", "has not arrived"},
		{"writes into records", "records arrive", "Put wrote into a record"},
		{"retries for ever", "records arrive", "the drain is broken"},
		{"fails on nothing special", "takes records again", "I am tired"},
		{"keeps offsets of lost partitions", "gives partitions back", "which the task does not have"},
		{"mixes partitions up", "loses partitions", "has not arrived"},
		{"hangs", "put returns when its context ends", "Put did not return"},
		{"panics on null", "null values", "Put panicked"},
		{"says safe too early", "outlasts a failure", "safe while the world is broken"},
		{"needs a reporter", "reports what it cannot handle", "Put panicked"},
		{"swallows", "reports what it cannot handle", "0 records were reported"},
	} {
		t.Run(c.fault, func(t *testing.T) {
			var one []check
			for _, k := range (&drain{fault: c.fault}).suite().checks() {
				if k.name == c.check {
					one = append(one, k)
				}
			}
			expect(t, one, c.check, c.want)
		})
	}
}

// TestSinkContext: the context is for calls of the host, and knows the partitions.
func TestSinkContext(t *testing.T) {
	r := &recorder{TB: t, ctx: t.Context()}
	c := newSinkContext(r)
	p0, p1 := connect.TopicPartition{Topic: "t"}, connect.TopicPartition{Topic: "t", Partition: 1}
	c.assign([]connect.TopicPartition{p1, p0})
	c.open.Store(true)
	if err := errors.Join(c.Pause(p0, p1), c.Resume(p1)); err != nil {
		t.Error(err)
	}
	c.Rewind(sink.Offsets{p0: 7})
	c.RetryAfter(time.Second)
	c.RequestCommit()
	if !c.Paused[p0] || c.Paused[p1] || c.Rewound[p0] != 7 || c.Wait != time.Second || !c.CommitRequested {
		t.Errorf("noted %+v", c)
	}
	if !slices.Equal(c.Assignment(), []connect.TopicPartition{p0, p1}) {
		t.Errorf("assignment %v", c.Assignment())
	}
	c.revoke([]connect.TopicPartition{p0})
	if err := c.Pause(p0); err == nil || c.Paused[p0] {
		t.Error("a partition that was revoked can be paused")
	}
	if len(r.failures) > 0 {
		t.Errorf("%q", r.failures)
	}
	c.open.Store(false)
	c.RequestCommit()
	if len(r.failures) != 1 {
		t.Errorf("a use outside of calls is not noted: %q", r.failures)
	}
}
