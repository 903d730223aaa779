package connecttest

import (
	"strconv"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
)

// Sink is the suite for sink connectors. It fills the same outside world again and
// again, each time with other records.
type Sink struct {
	Plugin plugin.Sink
	Config map[string]string // with which records become safe within Patience

	// Topic is where the records come from; "connecttest" unless set.
	Topic string
	// Record returns the record of a number, with key, value and headers as the
	// connector wants them. The suite fills in the rest. nil: a text with the number.
	Record func(i int) connect.Record
	// Arrived fails the test unless the records are outside. It is called when the task
	// has said that they are safe. There may be others, and some may be there twice.
	Arrived func(t testing.TB, records []connect.Record)
	// Break makes the outside world fail, or heals it: then Put, Flush or PreCommit
	// must fail in a retriable way, and nothing may be lost. nil: not checked.
	Break func(t testing.TB, broken bool)
	// Poison returns a record that the task cannot handle but can report. nil: not
	// checked.
	Poison func() connect.Record

	Bad      []BadSetting  // more that Start must refuse than follows from the config.Def
	Patience time.Duration // for records to become safe and calls to return; 10 s unless set
}

// Run runs the suite.
func (s Sink) Run(t *testing.T) {
	t.Helper()
	runAll(t, s.checks())
}

func (s Sink) checks() []check {
	r := &sinkRun{Sink: s}
	all := append(r.connector().checks(), []check{
		{"task stops without records", r.stopsUnused},
		{"takes an empty batch", r.takesNothing},
		{"records arrive", r.delivers},
		{"takes records again", r.takesAgain},
		{"gives partitions back", r.givesBack},
		{"loses partitions", r.loses},
		{"stops with records that are not safe", r.stopsUnsafe},
		{"put returns when its context ends", r.putEnds},
		{"null values", r.nulls},
	}...)
	if s.Break != nil {
		all = append(all, check{"outlasts a failure", r.outlasts})
	}
	if s.Poison != nil {
		all = append(all, check{"reports what it cannot handle", r.reports})
	}
	return all
}

// sinkRun counts the records of a run, so that no two are alike.
type sinkRun struct {
	Sink
	next int
}

func (r *sinkRun) host(t testing.TB) *Host {
	h := NewHost(t)
	h.Patience = r.Patience
	return h
}

func (r *sinkRun) connector() connector {
	return connector{
		info: r.Plugin.Info, props: r.Config, bad: r.Bad, host: r.host,
		fresh:   func() planner { return r.Plugin.New() },
		newTask: func() stopper { return r.Plugin.New().NewTask() },
		start:   func(h *Host, props map[string]string) (planner, error) { return h.startSink(r.Plugin, props) },
		run: func(h *Host, props map[string]string) (func(), error) {
			task, err := h.trySink(r.Plugin, props)
			if err != nil {
				return nil, err
			}
			return task.Stop, nil
		},
	}
}

// open starts a task that has the partitions.
func (r *sinkRun) open(t testing.TB, partitions ...connect.TopicPartition) *SinkTask {
	t.Helper()
	task := r.host(t).Sink(r.Plugin, r.Config)
	task.Open(partitions...)
	return task
}

func (r *sinkRun) partition(n int32) connect.TopicPartition {
	if r.Topic == "" {
		return connect.TopicPartition{Topic: "connecttest", Partition: n}
	}
	return connect.TopicPartition{Topic: r.Topic, Partition: n}
}

// records makes n records of each partition, taking turns.
func (r *sinkRun) records(n int, partitions ...connect.TopicPartition) []connect.Record {
	var all []connect.Record
	for range n {
		for _, tp := range partitions {
			offset := int64(r.next)
			all = append(all, Consume(tp, offset, r.record()))
		}
	}
	return all
}

func (r *sinkRun) record() connect.Record {
	i := r.next
	r.next++
	if r.Record != nil {
		return r.Record(i)
	}
	return connect.Record{ValueSchema: data.StringSchema, Value: "record " + strconv.Itoa(i)}
}
