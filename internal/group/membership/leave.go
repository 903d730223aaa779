package membership

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Leave ends the membership: it leaves the group and returns when the member's
// goroutine has ended, or with the error of ctx before that. The worker must have
// stopped all its work, otherwise others may start it a second time. Calling it
// again returns what the first call did.
func (m *Member) Leave(ctx context.Context) error {
	m.leaving.Do(func() {
		m.stop()
		select {
		case <-m.done:
			m.left = m.depart(ctx)
		case <-ctx.Done():
			m.left = fmt.Errorf("leave group %s: %w", m.s.GroupID, ctx.Err())
		}
	})
	return m.left
}

// depart runs in the caller's goroutine: the member's own has ended.
func (m *Member) depart(ctx context.Context) error {
	m.enter(Leaving)
	defer m.enter(Left)
	if m.handsOver() {
		if err := m.handOver(ctx); err != nil {
			m.log.Info("work not handed over", "group", m.s.GroupID, "err", err)
		}
	}
	if err := m.leave(ctx, "the worker is being stopped"); err != nil {
		return fmt.Errorf("leave group %s: %w", m.s.GroupID, err)
	}
	return nil
}

// handsOver reports whether there is work to hand over, and another worker that
// leads and knows how.
func (m *Member) handsOver() bool {
	a := m.assignment
	return m.s.Handover && m.mode.Cooperative() && m.coordinator != nobody && m.id != "" &&
		!m.granted.Empty() && a != nil && a.HandsOver && a.Leader != m.id
}

// handOver joins once more, without work, so that the leader gives it to others.
// It takes as long as the slowest member needs to notice.
func (m *Member) handOver(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, m.handOverTimeout(ctx))
	defer cancel()
	const tries = 3 // other members may come and go meanwhile
	var err error
	for range tries {
		err = m.handOverOnce(ctx)
		if reactionTo(err) != again {
			return err
		}
	}
	return err
}

func (m *Member) handOverOnce(ctx context.Context) error {
	m.why = "the worker is leaving"
	j, err := m.join(ctx, true)
	if err != nil {
		return fmt.Errorf("join to leave: %w", err)
	}
	if j.leads() {
		return errors.New("this worker has become the leader")
	}
	if _, err := m.sync(ctx, j, nil); err != nil {
		return fmt.Errorf("sync to leave: %w", err)
	}
	return nil
}

// handOverTimeout leaves some time of ctx for leaving.
func (m *Member) handOverTimeout(ctx context.Context) time.Duration {
	most := 2 * m.s.HeartbeatInterval
	if end, ok := ctx.Deadline(); ok {
		most = min(most, time.Until(end)*3/4)
	}
	return most
}

// leave tells the coordinator, once, that the member has left, if it was one.
func (m *Member) leave(ctx context.Context, why string) error {
	if m.id == "" || m.coordinator == nobody {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, m.s.HeartbeatInterval)
	defer cancel()
	request := kmsg.NewPtrLeaveGroupRequest()
	request.Group, request.MemberID = m.s.GroupID, m.id
	member := kmsg.NewLeaveGroupRequestMember()
	member.MemberID, member.Reason = m.id, reason(why)
	request.Members = append(request.Members, member)
	response, err := send[*kmsg.LeaveGroupResponse](ctx, m, m.coordinator, request)
	if err != nil {
		return err
	}
	err = kerr.ErrorForCode(response.ErrorCode)
	if err == nil && len(response.Members) == 1 {
		err = kerr.ErrorForCode(response.Members[0].ErrorCode)
	}
	m.log.Info("left group", "group", m.s.GroupID, "reason", why)
	if reactionTo(err) == newIdentity {
		return nil // the group has noticed before
	}
	return err
}

// drop leaves the group and keeps what the worker runs.
func (m *Member) drop(ctx context.Context, why string) {
	m.unsettle(why, lost)
	if err := m.leave(ctx, why); err != nil {
		m.log.Info("leaving the group without its knowledge", "group", m.s.GroupID, "err", err)
	}
	m.forgetIdentity("")
	m.away = true
	m.want(why)
}

// stayAway waits for a wish, or until the worker has read on.
func (m *Member) stayAway(ctx context.Context) {
	if m.assignment == nil || m.s.Configuration().Offset >= m.assignment.ConfigOffset {
		m.away = false
		return
	}
	m.wait(ctx, m.s.HeartbeatInterval)
}
