package connecttest

import (
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
)

// Source is the suite for source connectors. It reads the same outside world again
// and again, each time from the beginning if the source can.
type Source struct {
	Plugin plugin.Source
	Config map[string]string // with which the connector works

	// Feed makes n more records come from outside. nil: the source makes its records
	// by itself, without end.
	Feed func(t testing.TB, n int)
	// Silent says that the source never has a record.
	Silent bool
	// Identity returns what stays the same of a record when it is read again after a
	// restart: any values that data.Equal compares. nil: key and value.
	Identity func(r *connect.Record) []any

	Bad      []BadSetting  // more that Start must refuse than follows from the config.Def
	Patience time.Duration // for records to come and calls to return; 10 s unless set
}

// Run runs the suite.
func (s Source) Run(t *testing.T) {
	t.Helper()
	runAll(t, s.checks())
}

func (s Source) checks() []check {
	all := append(s.connector().checks(), []check{
		{"task stops without poll", s.stopsUnused},
		{"poll returns when its context ends", s.pollEnds},
		{"poll waits when there is nothing", s.pollWaits},
	}...)
	if s.Silent {
		return all
	}
	return append(all, []check{
		{"records stay as they are", s.recordsStay},
		{"goes on after a pause", s.pause},
		{"goes on at the stored offset", s.resume},
		{"is told what Kafka has", s.confirmations},
	}...)
}

func (s Source) host(t testing.TB) *Host {
	h := NewHost(t)
	h.Patience = s.Patience
	return h
}

func (s Source) connector() connector {
	return connector{
		info: s.Plugin.Info, props: s.Config, bad: s.Bad, host: s.host,
		fresh:   func() planner { return s.Plugin.New() },
		newTask: func() stopper { return s.Plugin.New().NewTask() },
		start:   func(h *Host, props map[string]string) (planner, error) { return h.startSource(s.Plugin, props) },
		run: func(h *Host, props map[string]string) (func(), error) {
			task, err := h.trySource(s.Plugin, props)
			if err != nil {
				return nil, err
			}
			return task.Stop, nil
		},
	}
}

func (s Source) start(t testing.TB) *SourceTask {
	t.Helper()
	return s.host(t).Source(s.Plugin, s.Config)
}

func (s Source) feed(t testing.TB, n int) {
	t.Helper()
	if s.Feed != nil {
		s.Feed(t, n)
	}
}

// identity describes a record so that equal texts mean the same record.
func (s Source) identity(r *connect.Record) string {
	parts := []any{r.Key, r.Value}
	if s.Identity != nil {
		parts = s.Identity(r)
	}
	f := &freezer{}
	f.same(parts)
	if r.SourceOffset != nil {
		f.fields(" offset", r.SourceOffset.Fields())
	}
	return f.String()
}
