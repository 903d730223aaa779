package membership

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// heartbeat tells the coordinator that the member is alive.
func (m *Member) heartbeat(ctx context.Context) error {
	m.nextBeat = time.Now().Add(m.s.pulse())
	if m.id == "" || m.generation == nobody {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, m.patience())
	defer cancel()
	request := kmsg.NewPtrHeartbeatRequest()
	request.Group, request.MemberID, request.Generation = m.s.GroupID, m.id, m.generation
	response, err := send[*kmsg.HeartbeatResponse](ctx, m, m.coordinator, request)
	if err == nil {
		err = kerr.ErrorForCode(response.ErrorCode)
	}
	if reactionTo(err) != rediscover {
		m.heard()
	}
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	return nil
}

// errDropped ends a rebalance because the herder wants to leave.
var errDropped = errors.New("dropped")

// during does what may take long, and keeps the session alive meanwhile. It ends
// early when there is no use in going on.
func (m *Member) during(ctx context.Context, do func(context.Context) error) error {
	within, cancel := context.WithCancel(ctx)
	result := make(chan error, 1)
	go func() { result <- do(within) }()
	for {
		timer := time.NewTimer(time.Until(m.nextBeat))
		var err error
		select {
		case err := <-result:
			timer.Stop()
			cancel()
			return err
		case <-ctx.Done():
			err = ctx.Err()
		case <-m.wishes.wake:
			if m.wishes.wantsDrop() {
				err = errDropped
			}
		case <-timer.C:
			err = m.sustain(ctx)
		}
		timer.Stop()
		if err != nil {
			cancel()
			<-result
			return err
		}
	}
}

// sustain is a heartbeat while a request of the rebalance is under way, which
// will be told itself when the group has moved on.
func (m *Member) sustain(ctx context.Context) error {
	err := m.heartbeat(ctx)
	switch reactionTo(err) {
	case newIdentity, rediscover, refuse:
		return err
	case goOn, again, newGeneration, later:
	}
	return nil
}
