// Package eviction takes processes that have died out of their Kafka groups. The
// brokers would otherwise keep their place until the session ends, and nobody else
// could do their work meanwhile.
//
// Floor 6. Connect: none (Kafka's LeaveGroup on behalf of a member that cannot).
package eviction

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/msk/operate"
)

var _ operate.Evictor = (*Evictor)(nil)

// Evictor asks the brokers of connectors.
type Evictor struct{ log *slog.Logger }

// New returns an Evictor; log may be nil.
func New(log *slog.Logger) *Evictor {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Evictor{log}
}

// Evict implements [operate.Evictor].
func (e *Evictor) Evict(ctx context.Context, worker map[string]string, group string, gone func(clientID string) bool) error {
	options, err := kafka.AdminOptions(kafka.WorkerAdminProps(worker, nil, "eviction"))
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(append(options.Opts, kgo.WithLogger(kafka.Logger(e.log)))...)
	if err != nil {
		return err
	}
	defer client.Close()
	members, err := find(ctx, client, group, gone)
	if err != nil {
		return fmt.Errorf("describe the group %s: %w", group, err)
	}
	if err := leave(ctx, client, group, members); err != nil {
		return fmt.Errorf("take members out of the group %s: %w", group, err)
	}
	return nil
}

// find returns the ids of the members that are gone.
func find(ctx context.Context, client *kgo.Client, group string, gone func(string) bool) (members []string, err error) {
	req := kmsg.NewPtrDescribeGroupsRequest()
	req.Groups = []string{group}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return nil, err
	}
	for _, g := range resp.Groups {
		if err := kerr.ErrorForCode(g.ErrorCode); err != nil && !errors.Is(err, kerr.GroupIDNotFound) {
			return nil, err
		}
		for _, m := range g.Members {
			if gone(m.ClientID) {
				members = append(members, m.MemberID)
			}
		}
	}
	return members, nil
}

func leave(ctx context.Context, client *kgo.Client, group string, members []string) error {
	if len(members) == 0 {
		return nil
	}
	req := kmsg.NewPtrLeaveGroupRequest()
	req.Group = group
	for _, id := range members {
		m := kmsg.NewLeaveGroupRequestMember()
		m.MemberID = id
		req.Members = append(req.Members, m)
	}
	resp, err := req.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	errs := []error{kerr.ErrorForCode(resp.ErrorCode)}
	for _, m := range resp.Members {
		if err := kerr.ErrorForCode(m.ErrorCode); !errors.Is(err, kerr.UnknownMemberID) { // it has just left
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
