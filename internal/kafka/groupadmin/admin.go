package groupadmin

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
)

// Admin asks a cluster about consumer groups. It is safe for concurrent use. Its
// methods block until the brokers answer, the client gives up or, as far as the client
// heeds it, the context ends; closing the client ends them at once.
type Admin struct{ kadm *kadm.Client }

// New returns an Admin that uses client, which stays the caller's to close.
func New(client *kgo.Client) *Admin { return &Admin{kadm.NewClient(client)} }

// Offsets returns what a group has committed. A group that does not exist has
// committed nothing.
func (a *Admin) Offsets(ctx context.Context, group string) (map[connect.TopicPartition]int64, error) {
	doing := "list the offsets of group " + group
	var answers kadm.OffsetResponses
	err := persist(ctx, func() (err error) {
		if answers, err = a.kadm.FetchOffsets(ctx, group); err == nil {
			err = answers.Error()
		}
		return err
	})
	switch {
	case errors.Is(err, kerr.GroupIDNotFound):
		return nil, nil
	case err != nil:
		return nil, classify(doing, err)
	}
	offsets := map[connect.TopicPartition]int64{}
	answers.Each(func(o kadm.OffsetResponse) {
		if o.At >= 0 {
			offsets[connect.TopicPartition{Topic: o.Topic, Partition: o.Partition}] = o.At
		}
	})
	return offsets, nil
}

// Alter sets offsets of a group, and creates the group when there is none. When it
// fails some may have been set. It fails with ErrInUse when the group has members.
func (a *Admin) Alter(ctx context.Context, group string, offsets map[connect.TopicPartition]int64) error {
	if len(offsets) == 0 {
		return nil
	}
	all := kadm.Offsets{}
	for tp, at := range offsets {
		all.Add(kadm.Offset{Topic: tp.Topic, Partition: tp.Partition, At: at, LeaderEpoch: -1})
	}
	if err := persist(ctx, func() error { return a.kadm.CommitAllOffsets(ctx, group, all) }); err != nil {
		return classify("alter the offsets of group "+group, err)
	}
	return nil
}

// Forget deletes what a group has committed for partitions. It fails with ErrInUse
// when members of the group read one of the topics, and with ErrUnknownGroup when
// there is no group.
func (a *Admin) Forget(ctx context.Context, group string, partitions []connect.TopicPartition) error {
	if len(partitions) == 0 {
		return nil
	}
	set := kadm.TopicsSet{}
	for _, tp := range partitions {
		set.Add(tp.Topic, tp.Partition)
	}
	err := persist(ctx, func() error {
		answers, err := a.kadm.DeleteOffsets(ctx, group, set)
		return errors.Join(err, answers.Error())
	})
	if err != nil {
		return classify("delete offsets of group "+group, err)
	}
	return nil
}

// Delete deletes a group with all that it has committed. It fails with ErrInUse when
// the group has members, and with ErrUnknownGroup when there is none.
func (a *Admin) Delete(ctx context.Context, group string) error {
	err := persist(ctx, func() error {
		_, err := a.kadm.DeleteGroup(ctx, group)
		return err
	})
	if err != nil {
		return classify("delete group "+group, err)
	}
	return nil
}
