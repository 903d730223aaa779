package membership

import (
	"context"
	"fmt"
	"time"
)

// run keeps the worker in the group until ctx ends or the group refuses it.
func (m *Member) run(ctx context.Context) {
	defer close(m.done)
	for ctx.Err() == nil {
		err := m.step(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !m.recover(ctx, err) {
			return
		}
	}
}

// step does the next thing that is to be done. The error is that of a request.
func (m *Member) step(ctx context.Context) error {
	m.heed(ctx, m.wishes.take())
	switch {
	case m.away:
		m.enter(Away)
		m.stayAway(ctx)
		return nil
	case m.gone():
		m.giveUp()
		return nil
	case m.coordinator == nobody:
		m.enter(Discovering)
		return m.discover(ctx)
	case m.rejoin || m.assignment == nil:
		return m.rebalance(ctx)
	}
	m.enter(Stable)
	return m.beat(ctx)
}

// heed does what the herder wants.
func (m *Member) heed(ctx context.Context, w wish) {
	m.release(w.released)
	if w.drop {
		m.drop(ctx, w.dropWhy)
	}
	if w.rejoin {
		m.away = false
		m.want(w.rejoinWhy)
	}
}

// want makes the next step a rebalance.
func (m *Member) want(reason string) { m.rejoin, m.why = true, reason }

// beat waits for the next heartbeat, or a wish, and sends it.
func (m *Member) beat(ctx context.Context) error {
	if !m.wait(ctx, time.Until(m.nextBeat)) {
		return nil
	}
	err := m.heartbeat(ctx)
	if err == nil {
		m.attempts = 0
	}
	return err
}

// wait returns true after a time, or false as soon as there is a wish or ctx ends.
func (m *Member) wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-m.wishes.wake:
		return false
	case <-timer.C:
		return true
	}
}

// recover does what an error asks for. It returns false when the membership is
// over.
func (m *Member) recover(ctx context.Context, err error) bool {
	m.attempts++
	patient := 2 // so often at once
	switch reactionTo(err) {
	case goOn:
	case again:
		m.want("the group is rebalancing")
	case newIdentity:
		m.forgetIdentity("")
		m.want("the group did not know the member")
	case newGeneration:
		m.generation = nobody
		m.want("the group is in another generation")
	case later:
		patient = 0
	case rediscover:
		m.lose(err)
		patient = 0
	case refuse:
		m.fail(err)
		return false
	}
	if m.attempts > patient {
		m.pause(ctx)
	}
	m.publish()
	return true
}

// pause lets time pass before the next attempt, the more the more failed.
func (m *Member) pause(ctx context.Context) {
	const least = 50 * time.Millisecond // whatever is configured
	d := max(m.s.RetryBackoff, least)
	for n := 1; n < m.attempts && d < m.s.RetryBackoffMax; n++ {
		d *= 2
	}
	timer := time.NewTimer(min(d, max(m.s.RetryBackoffMax, least), m.s.HeartbeatInterval))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (m *Member) fail(err error) {
	m.log.Error("group refuses the worker", "group", m.s.GroupID, "err", err)
	m.settled = lost
	m.enter(Failed)
	m.listener.Failed(fmt.Errorf("member of group %s: %w", m.s.GroupID, err))
}

// forgetIdentity makes the next join one of a new member.
func (m *Member) forgetIdentity(id string) {
	m.id, m.generation = id, nobody
	if m.settled != settled {
		m.unsettle("the group does not know the member any more", lost)
	}
}

// standing is what the listener was told last.
type standing int

const (
	settled     standing = iota // Assigned
	rebalancing                 // takes part in a further rebalance
	lost                        // is no member at the moment
)

// unsettle tells the listener, once, that the member is not settled any more, or once
// more that it is no member.
func (m *Member) unsettle(reason string, now standing) {
	if m.generation == nobody {
		now = lost
	}
	if now <= m.settled {
		return
	}
	m.settled = now
	m.log.Info("rebalance begins", "group", m.s.GroupID, "reason", reason)
	m.listener.Unsettled(reason, now == lost)
}
