package membership

import (
	"context"
	"sync"
	"time"
)

// revoke makes the worker stop everything, unless it has since the last
// assignment.
func (m *Member) revoke(reason string) {
	if m.emptied {
		return
	}
	m.emptied = true
	stopped := make(chan struct{})
	m.stopped, m.stopBy = stopped, time.Now().Add(m.s.RebalanceTimeout)
	m.listener.Revoke(reason, sync.OnceFunc(func() { close(stopped) }))
}

// prepare waits until the worker is ready to join: with the eager protocol it
// stops everything first.
func (m *Member) prepare(ctx context.Context) error {
	if !m.mode.Cooperative() && m.holds() {
		m.revoke(m.why)
	}
	if m.stopped == nil {
		return nil
	}
	m.enter(Stopping)
	late := false
	err := m.during(ctx, func(ctx context.Context) error {
		timer := time.NewTimer(time.Until(m.stopBy))
		defer timer.Stop()
		select {
		case <-m.stopped:
		case <-timer.C:
			late = true
		case <-ctx.Done():
			return ctx.Err()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if late {
		m.log.Warn("joining although the worker has not stopped everything", "group", m.s.GroupID, "timeout", m.s.RebalanceTimeout)
	}
	m.stopped = nil
	return nil
}
