package membership

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/protocol"
)

// joined is a member's place in a new generation.
type joined struct {
	response      *kmsg.JoinGroupResponse
	mode          protocol.Mode        // in force
	configuration assign.Configuration // that the member joined with
}

func (j *joined) leads() bool { return j.response.LeaderID == j.response.MemberID }

// rebalance takes part in one.
func (m *Member) rebalance(ctx context.Context) error {
	m.unsettle(m.why, rebalancing)
	m.meters.begin()
	err := m.prepare(ctx)
	if err == nil {
		err = m.takePart(ctx)
	}
	m.meters.fail(err)
	if errors.Is(err, errDropped) {
		return nil
	}
	return err
}

func (m *Member) takePart(ctx context.Context) error {
	m.enter(Joining)
	j, err := m.join(ctx, false)
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	m.enter(Syncing)
	var lead *leadership
	if j.leads() {
		lead = m.lead(j)
	}
	b, err := m.sync(ctx, j, lead)
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	m.complete(ctx, j, lead, b)
	return nil
}

// join enters the next generation, with all other members.
func (m *Member) join(ctx context.Context, leaving bool) (*joined, error) {
	m.release(m.wishes.takeReleased())
	j := &joined{configuration: m.s.Configuration()}
	request, err := m.joinRequest(j.configuration.Offset, leaving)
	if err != nil {
		return nil, err
	}
	coordinator := m.coordinator
	err = m.during(ctx, func(ctx context.Context) (err error) {
		ctx, cancel := context.WithTimeout(ctx, m.s.joinTimeout())
		defer cancel()
		j.response, err = send[*kmsg.JoinGroupResponse](ctx, m, coordinator, request)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := m.enterGeneration(j.response); err != nil {
		return nil, err
	}
	j.mode, err = protocol.ModeNamed(text(j.response.Protocol))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, kerr.InconsistentGroupProtocol)
	}
	return j, nil
}

func (m *Member) joinRequest(offset int64, leaving bool) (*kmsg.JoinGroupRequest, error) {
	meta := &protocol.Metadata{URL: m.s.URL, ConfigOffset: offset, Allocation: m.assignment, Leaving: leaving}
	if leaving {
		meta.Allocation = nil
	}
	offers, err := protocol.Offers(m.s.Mode, meta)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, kerr.InvalidRequest)
	}
	request := kmsg.NewPtrJoinGroupRequest()
	request.Group, request.MemberID, request.ProtocolType = m.s.GroupID, m.id, protocol.Type
	request.SessionTimeoutMillis = int32(m.s.SessionTimeout.Milliseconds())
	request.RebalanceTimeoutMillis = int32(m.s.RebalanceTimeout.Milliseconds())
	request.Reason = reason(m.why)
	for _, o := range offers {
		p := kmsg.NewJoinGroupRequestProtocol()
		p.Name, p.Metadata = o.Protocol, o.Metadata
		request.Protocols = append(request.Protocols, p)
	}
	return request, nil
}

// enterGeneration takes what the coordinator answered to a join.
func (m *Member) enterGeneration(response *kmsg.JoinGroupResponse) error {
	err := kerr.ErrorForCode(response.ErrorCode)
	switch {
	case reactionTo(err) == rediscover:
		return err
	case errors.Is(err, kerr.MemberIDRequired):
		m.forgetIdentity(response.MemberID)
	case err == nil && response.ProtocolType != nil && *response.ProtocolType != protocol.Type:
		err = kerr.InconsistentGroupProtocol
	case err == nil:
		m.id, m.generation = response.MemberID, response.Generation
		m.nextBeat = time.Now().Add(m.s.pulse())
	}
	m.heard()
	return err
}

// sync returns the member's assignment. The leader brings those of all.
func (m *Member) sync(ctx context.Context, j *joined, lead *leadership) ([]byte, error) {
	request := kmsg.NewPtrSyncGroupRequest()
	request.Group, request.MemberID, request.Generation = m.s.GroupID, m.id, m.generation
	request.ProtocolType, request.Protocol = kmsg.StringPtr(protocol.Type), j.response.Protocol
	if lead != nil {
		request.GroupAssignment = lead.assignments
	}
	var response *kmsg.SyncGroupResponse
	coordinator := m.coordinator
	err := m.during(ctx, func(ctx context.Context) (err error) {
		ctx, cancel := context.WithTimeout(ctx, m.s.joinTimeout())
		defer cancel()
		response, err = send[*kmsg.SyncGroupResponse](ctx, m, coordinator, request)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = kerr.ErrorForCode(response.ErrorCode)
	if err == nil && !agrees(response, j) {
		err = kerr.InconsistentGroupProtocol
	}
	if reactionTo(err) != rediscover {
		m.heard()
	}
	return response.MemberAssignment, err
}

// agrees reports whether the group still has the protocol that the member joined
// with. Old brokers do not tell.
func agrees(response *kmsg.SyncGroupResponse, j *joined) bool {
	return (response.Protocol == nil || *response.Protocol == text(j.response.Protocol)) &&
		(response.ProtocolType == nil || *response.ProtocolType == protocol.Type)
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// reason is why, as long as brokers accept it.
func reason(why string) *string {
	const most = 255
	if why == "" {
		return nil
	}
	runes := []rune(why)
	return kmsg.StringPtr(string(runes[:min(len(runes), most)]))
}
