package scenario

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
)

// foreigner is a member of the workers' group that is no worker.
type foreigner struct {
	client   *kgo.Client
	host     *devbrokertest.Host
	kind     string // protocol type
	metadata []byte
	id       string
	cancel   context.CancelFunc
	done     chan struct{}
}

var garbage = []byte{0x7f, 0xff, 0x00, 0xff, 0xff}

// join has a foreigner join the group and stay in it. A consumer says it is one; who
// speaks garbage pretends to be a worker.
func (c *cluster) join(a args) error {
	if err := c.open(); err != nil {
		return err
	}
	f := &foreigner{host: c.network.Replace(a.word["NAME"]), kind: "consumer", done: make(chan struct{})}
	if a.word["LANGUAGE"] == "garbage" {
		f.kind, f.metadata = "connect", garbage
	}
	var err error
	if f.client, err = kgo.NewClient(append(c.clientOptions(f.host), kgo.ClientID(a.word["NAME"]))...); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	c.foreign[a.word["NAME"]] = f
	go f.stay(ctx)
	return nil
}

func (c *cluster) goAway(a args) error {
	f := c.foreign[a.word["NAME"]]
	if f == nil {
		return fmt.Errorf("there is no foreign member %s", a.word["NAME"])
	}
	delete(c.foreign, a.word["NAME"])
	f.cancel()
	<-f.done
	leave := kmsg.NewPtrLeaveGroupRequest()
	leave.Group = defaultGroup
	leave.Members = []kmsg.LeaveGroupRequestMember{{MemberID: f.id}}
	_, err := leave.RequestWith(context.Background(), f.client)
	f.end()
	// The embedded Kafka lets an empty group keep its type, which Kafka does not.
	if _, err := c.admin.DeleteGroup(context.Background(), defaultGroup); err != nil && !errors.Is(err, kerr.NonEmptyGroup) {
		return err
	}
	return err
}

func (f *foreigner) end() {
	f.cancel()
	f.host.Cut()
	<-f.done
	f.client.Close()
}

// stay joins again whenever the group rebalances.
func (f *foreigner) stay(ctx context.Context) {
	defer close(f.done)
	for ctx.Err() == nil {
		joined, err := f.joinOnce(ctx)
		if err == nil {
			f.beat(ctx, joined)
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (f *foreigner) joinOnce(ctx context.Context) (*kmsg.JoinGroupResponse, error) {
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.MemberID, join.ProtocolType = defaultGroup, f.id, f.kind
	join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = 10_000, 60_000
	names := []string{"range"}
	if f.kind == "connect" {
		names = []string{"sessioned", "compatible", "default"}
	}
	for _, name := range names {
		p := kmsg.NewJoinGroupRequestProtocol()
		p.Name, p.Metadata = name, f.metadata
		join.Protocols = append(join.Protocols, p)
	}
	joined, err := join.RequestWith(ctx, f.client)
	if err != nil {
		return nil, err
	}
	switch err = kerr.ErrorForCode(joined.ErrorCode); err {
	case nil, kerr.MemberIDRequired:
		f.id = joined.MemberID
	default:
		f.id = ""
	}
	if err != nil {
		return nil, err
	}
	return joined, f.sync(ctx, joined)
}

// sync gives everybody garbage if it is the foreigner who has to give.
func (f *foreigner) sync(ctx context.Context, joined *kmsg.JoinGroupResponse) error {
	sync := kmsg.NewPtrSyncGroupRequest()
	sync.Group, sync.MemberID, sync.Generation = defaultGroup, f.id, joined.Generation
	sync.ProtocolType, sync.Protocol = &f.kind, joined.Protocol
	for _, m := range joined.Members {
		a := kmsg.NewSyncGroupRequestGroupAssignment()
		a.MemberID, a.MemberAssignment = m.MemberID, garbage
		sync.GroupAssignment = append(sync.GroupAssignment, a)
	}
	answer, err := sync.RequestWith(ctx, f.client)
	if err == nil {
		err = kerr.ErrorForCode(answer.ErrorCode)
	}
	return err
}

func (f *foreigner) beat(ctx context.Context, joined *kmsg.JoinGroupResponse) {
	for {
		beat := kmsg.NewPtrHeartbeatRequest()
		beat.Group, beat.MemberID, beat.Generation = defaultGroup, f.id, joined.Generation
		answer, err := beat.RequestWith(ctx, f.client)
		if err != nil || answer.ErrorCode != 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}
