package membership

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/group/protocol"
)

const groupCoordinator int8 = 0 // coordinator type

// send sends a request to the coordinator, once. The error is not that within the
// response.
func send[R kmsg.Response](ctx context.Context, m *Member, coordinator int32, request kmsg.Request) (R, error) {
	began := time.Now()
	response, err := m.s.Client.Broker(int(coordinator)).Request(ctx, request)
	if err != nil {
		var none R
		return none, err
	}
	m.meters.answered(response, time.Since(began))
	return response.(R), nil
}

// discover looks for the coordinator, once.
func (m *Member) discover(ctx context.Context) error {
	ctx, cancel := context.WithDeadline(ctx, m.patience())
	defer cancel()
	node, err := m.findCoordinator(ctx)
	if err != nil {
		return fmt.Errorf("find the group's coordinator: %w", err)
	}
	m.log.Info("group coordinator found", "group", m.s.GroupID, "broker", node)
	m.coordinator = node
	m.nextBeat = time.Now()
	return nil
}

func (m *Member) findCoordinator(ctx context.Context) (int32, error) {
	if !m.lostAt.IsZero() {
		// The broker may have come back under another address.
		brokers := kmsg.NewPtrMetadataRequest()
		brokers.Topics = []kmsg.MetadataRequestTopic{} // none
		if _, err := brokers.RequestWith(ctx, m.s.Client); err != nil {
			return nobody, err
		}
	}
	request := kmsg.NewPtrFindCoordinatorRequest()
	request.CoordinatorType = groupCoordinator
	request.CoordinatorKeys = []string{m.s.GroupID}
	response, err := request.RequestWith(ctx, m.s.Client)
	if err != nil {
		return nobody, err
	}
	for _, c := range response.Coordinators {
		if c.Key == m.s.GroupID {
			return c.NodeID, kerr.ErrorForCode(c.ErrorCode)
		}
	}
	return nobody, kerr.CoordinatorNotAvailable
}

// patience is when the member no longer waits for the coordinator: at the end of
// its session, or, once the coordinator does not answer, a heartbeat interval
// later.
func (m *Member) patience() time.Time {
	now := time.Now()
	end := now.Add(m.s.HeartbeatInterval)
	switch {
	case !m.lostAt.IsZero() && m.holds():
		end = m.lostAt.Add(m.s.HeartbeatInterval)
	case m.lostAt.IsZero() && !m.answered.IsZero():
		end = m.answered.Add(m.s.SessionTimeout)
	}
	if least := now.Add(10 * time.Millisecond); end.Before(least) {
		return least
	}
	return end
}

// heard notes an answer of the coordinator.
func (m *Member) heard() {
	m.answered, m.lostAt = time.Now(), time.Time{}
	m.publish()
}

// lose notes that the coordinator did not answer, or is another.
func (m *Member) lose(err error) {
	m.log.Info("group coordinator lost", "group", m.s.GroupID, "broker", m.coordinator, "err", err)
	m.coordinator = nobody
	if m.lostAt.IsZero() {
		m.lostAt = time.Now()
	}
}

// holds reports whether the worker runs what it would have to stop without a
// coordinator.
func (m *Member) holds() bool {
	a := m.assignment
	return a != nil && (a.Error == protocol.NoError || !a.Assigned.Empty())
}

// gone reports whether the coordinator has been lost for so long that the worker
// must not go on.
func (m *Member) gone() bool {
	return !m.lostAt.IsZero() && m.holds() && time.Since(m.lostAt) >= m.s.HeartbeatInterval
}

// giveUp takes everything from a worker that has lost its coordinator.
func (m *Member) giveUp() {
	reason := fmt.Sprintf("the group coordinator has been unreachable for %v", time.Since(m.lostAt).Round(time.Millisecond))
	m.log.Warn("revoking everything", "group", m.s.GroupID, "reason", reason)
	m.unsettle(reason, lost)
	m.assignment = nil
	m.want(reason)
	m.revoke(reason)
}
