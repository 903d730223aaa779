package groupadmin

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
)

func admin(t *testing.T) (*Admin, *kfake.Cluster) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(2, "t", "u"))
	if err != nil {
		t.Fatal(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.RequestRetries(0), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); cluster.Close() })
	return New(client), cluster
}

func background(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func at(topic string, partition int32) connect.TopicPartition {
	return connect.TopicPartition{Topic: topic, Partition: partition}
}

func TestOffsets(t *testing.T) {
	a, _ := admin(t)
	ctx := background(t)
	expect := func(want map[connect.TopicPartition]int64) {
		t.Helper()
		if got, err := a.Offsets(ctx, "g"); err != nil || !maps.Equal(got, want) {
			t.Errorf("offsets %v, %v; want %v", got, err, want)
		}
	}
	expect(nil)
	if err := a.Forget(ctx, "g", []connect.TopicPartition{at("t", 0)}); !errors.Is(err, ErrUnknownGroup) {
		t.Errorf("forget in an unknown group: %v", err)
	}
	if err := a.Delete(ctx, "g"); !errors.Is(err, ErrUnknownGroup) || !strings.Contains(err.Error(), "delete group g") {
		t.Errorf("delete an unknown group: %v", err)
	}
	for _, step := range []struct {
		set    map[connect.TopicPartition]int64
		forget []connect.TopicPartition
		want   map[connect.TopicPartition]int64
	}{
		{nil, nil, nil},
		{map[connect.TopicPartition]int64{at("t", 0): 3, at("t", 1): 0, at("u", 0): 7}, nil, map[connect.TopicPartition]int64{at("t", 0): 3, at("t", 1): 0, at("u", 0): 7}},
		{map[connect.TopicPartition]int64{at("t", 0): 1}, []connect.TopicPartition{at("t", 1), at("u", 1)}, map[connect.TopicPartition]int64{at("t", 0): 1, at("u", 0): 7}},
	} {
		if err := errors.Join(a.Alter(ctx, "g", step.set), a.Forget(ctx, "g", step.forget)); err != nil {
			t.Errorf("%+v: %v", step, err)
		}
		expect(step.want)
	}
	if err := a.Alter(ctx, "g", map[connect.TopicPartition]int64{at("missing", 0): 1}); !errors.Is(err, ErrUnknownPartition) {
		t.Errorf("alter a missing topic: %v", err)
	}
	if err := a.Delete(ctx, "g"); err != nil {
		t.Error(err)
	}
	expect(nil)
}

func TestInUse(t *testing.T) {
	a, cluster := admin(t)
	ctx := background(t)
	joined := make(chan struct{})
	member, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumerGroup("g"), kgo.ConsumeTopics("t"), kgo.DisableClientMetrics(),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { close(joined) }))
	if err != nil {
		t.Fatal(err)
	}
	defer member.Close()
	select {
	case <-joined:
	case <-ctx.Done():
		t.Fatal("the member did not join")
	}
	for doing, err := range map[string]error{
		"alter":  a.Alter(ctx, "g", map[connect.TopicPartition]int64{at("t", 0): 1}),
		"forget": a.Forget(ctx, "g", []connect.TopicPartition{at("t", 0)}),
		"delete": a.Delete(ctx, "g"),
	} {
		if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), "group g") {
			t.Errorf("%s: %v", doing, err)
		}
	}
}

// TestNoCoordinator: a coordinator that is not there yet is waited for.
func TestNoCoordinator(t *testing.T) {
	a, cluster := admin(t)
	asked := 0
	cluster.ControlKey(int16(kmsg.FindCoordinator), func(req kmsg.Request) (kmsg.Response, error, bool) {
		if asked++; asked > 2 {
			return nil, nil, false
		}
		cluster.KeepControl()
		resp := req.ResponseKind().(*kmsg.FindCoordinatorResponse)
		for _, key := range req.(*kmsg.FindCoordinatorRequest).CoordinatorKeys {
			c := kmsg.NewFindCoordinatorResponseCoordinator()
			c.Key, c.ErrorCode = key, kerr.CoordinatorNotAvailable.Code
			resp.Coordinators = append(resp.Coordinators, c)
		}
		return resp, nil, true
	})
	if offsets, err := a.Offsets(background(t), "g"); err != nil || len(offsets) > 0 || asked != 3 {
		t.Errorf("%v, %v after %d questions", offsets, err, asked)
	}
}

func TestPersist(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, began := 0, time.Now()
		err := persist(t.Context(), func() error {
			n++
			return kerr.NotCoordinator
		})
		if !errors.Is(err, kerr.NotCoordinator) || n != tries || time.Since(began) > 20*time.Second {
			t.Errorf("%d tries in %s: %v", n, time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if err := persist(ctx, func() error { return kerr.NotCoordinator }); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, kerr.NotCoordinator) {
			t.Errorf("got %v", err)
		}
	})
}

func TestErrors(t *testing.T) {
	a, cluster := admin(t)
	ctx := background(t)
	for code, want := range map[*kerr.Error]error{
		kerr.GroupAuthorizationFailed: ErrAuthorization,
		kerr.NonEmptyGroup:            ErrInUse,
		kerr.RequestTimedOut:          ErrTimeout,
		kerr.InvalidGroupID:           kerr.InvalidGroupID,
	} {
		cluster.ControlKey(int16(kmsg.DeleteGroups), func(req kmsg.Request) (kmsg.Response, error, bool) {
			resp := req.ResponseKind().(*kmsg.DeleteGroupsResponse)
			g := kmsg.NewDeleteGroupsResponseGroup()
			g.Group, g.ErrorCode = "g", code.Code
			resp.Groups = append(resp.Groups, g)
			return resp, nil, true
		})
		if err := a.Delete(ctx, "g"); !errors.Is(err, want) || !errors.Is(err, code) {
			t.Errorf("%s: got %v", code.Message, err)
		}
	}
	ended, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
	defer cancel()
	if _, err := a.Offsets(ended, "g"); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}
