package metrics

import "time"

// stuckCall is a call that lasts longer than it should.
type stuckCall struct {
	labels  labels
	seconds float64
}

// findStuck finds the calls of connectors, then those of tasks.
func (s *scrape) findStuck(stuck func(Call) bool) {
	if stuck == nil {
		return
	}
	note := func(c *Call, of labels) {
		if c != nil && stuck(*c) {
			s.stuck = append(s.stuck, stuckCall{of.and(label("call", c.Method)), time.Since(c.Since).Seconds()})
		}
	}
	for i := range s.connectors {
		note(s.connectors[i].Call, label("connector", s.connectors[i].Name))
	}
	for i := range s.tasks {
		note(s.tasks[i].Call, taskLabels(&s.tasks[i]))
	}
}

// putOwn puts what Kafka Connect does not have. Its names are the same in every
// convention.
func (s *scrape) putOwn(e *exposition) {
	if s.worker {
		putOne(e, "millrace_stuck_calls", "", float64(len(s.stuck)))
	}
	for _, c := range s.stuck {
		putOne(e, "millrace_stuck_call_seconds", c.labels, c.seconds)
	}
	for _, r := range s.restarts {
		task := Task{Connector: r.Connector, Task: r.Task}
		putOne(e, "millrace_task_automatic_restarts_total", taskLabels(&task), r.Total)
	}
	if s.process.Own != "" {
		putOne(e, "millrace_build_info", label("version", s.process.Own), 1)
	}
}
