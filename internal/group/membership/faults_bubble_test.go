package membership

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/group/protocol"
)

// requests counts the requests of a kind from now on.
func (c *cluster) requests(keys ...kmsg.Key) *kfake.FaultHandle {
	return c.broker.Fault(kfake.Fault{Keys: keys, Count: -1, Observe: true})
}

// TestCutOff cuts a worker off from all brokers: after the heartbeat interval it
// stops everything, and takes it up again when it is back.
func TestCutOff(t *testing.T) {
	for name, cut := range map[string]func(*devbrokertest.Host){
		"refused": (*devbrokertest.Host).Cut, "silent": (*devbrokertest.Host).Stall,
	} {
		t.Run(name, func(t *testing.T) {
			inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
				c.join("w1")
				c.spread(time.Second, 5)
				c.join("w2")
				c.spread(time.Second, 3, 2)
				w := c.workers[1]
				id := w.snapshot().MemberID
				w.story()
				cut(w.host)
				noticed := time.Duration(0)
				if name == "silent" {
					noticed = 10 * time.Second // at the end of the session
				}
				c.spread(noticed+2*time.Second, 3, 2)
				c.spread(3*time.Second, 3, 0)
				if got := w.story(); got != "lost revoke" {
					t.Errorf("cut off: %s", got)
				}
				time.Sleep(time.Minute)
				w.host.Heal()
				c.spread(5*time.Second, 3, 0) // a new member, so the work waits
				if a := w.snapshot(); a.MemberID == id || a.Delay == 0 {
					t.Errorf("back: %+v", a)
				}
				c.spread(5*time.Minute, 3, 2)
			})
		})
	}
}

// TestShortCut expects nothing to happen when the coordinator is back in time.
func TestShortCut(t *testing.T) {
	inCluster(t, map[string]int{"A": 1}, func(c *cluster) {
		w := c.join("w1")
		c.spread(time.Second, 2)
		w.story()
		w.host.Cut()
		time.Sleep(2500 * time.Millisecond)
		w.host.Heal()
		c.spread(time.Minute, 2)
		if got := w.story(); got != "" {
			t.Errorf("heard %s", got)
		}
	})
}

// TestCoordinatorMoves expects nothing but another coordinator.
func TestCoordinatorMoves(t *testing.T) {
	inCluster(t, map[string]int{"A": 1}, func(c *cluster) {
		w := c.join("w1")
		c.spread(time.Second, 2)
		before := w.member.State().Coordinator
		w.story()
		for c.broker.Cluster().CoordinatorFor(groupID) == before {
			c.broker.Cluster().RehashCoordinators()
		}
		c.spread(5*time.Second, 2)
		if now := w.member.State().Coordinator; now == before || w.story() != "" {
			t.Errorf("coordinator %d, then %d", before, now)
		}
	})
}

// TestDeadBroker expects few attempts.
func TestDeadBroker(t *testing.T) {
	inCluster(t, map[string]int{"A": 1}, func(c *cluster) {
		c.network.Host("w1").Cut()
		w := c.join("w1")
		time.Sleep(100 * time.Second)
		if n := c.dials.Load(); n < 20 || n > 300 {
			t.Errorf("%d connections tried in 100 seconds", n)
		}
		if s := w.member.State(); s.Phase != Discovering || s.Coordinator != -1 {
			t.Errorf("%+v", s)
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
		defer cancel()
		if err := w.member.Leave(ctx); err != nil || time.Since(began) > 0 {
			t.Errorf("left after %v: %v", time.Since(began), err)
		}
	})
}

// TestErrors lets the coordinator answer with an error once.
func TestErrors(t *testing.T) {
	for _, c := range []struct {
		key   kmsg.Key
		err   *kerr.Error
		newID bool
		want  string
	}{
		{kmsg.Heartbeat, kerr.UnknownMemberID, true, "lost assigned"},
		{kmsg.Heartbeat, kerr.IllegalGeneration, false, "lost assigned"},
		{kmsg.Heartbeat, kerr.RebalanceInProgress, false, "unsettled assigned"},
		{kmsg.Heartbeat, kerr.NotCoordinator, false, ""},
		{kmsg.Heartbeat, kerr.CoordinatorNotAvailable, false, ""},
		{kmsg.Heartbeat, kerr.CoordinatorLoadInProgress, false, ""},
		{kmsg.JoinGroup, kerr.UnknownMemberID, true, "unsettled lost assigned"},
		{kmsg.JoinGroup, kerr.RebalanceInProgress, false, "unsettled assigned"},
		{kmsg.JoinGroup, kerr.CoordinatorLoadInProgress, false, "unsettled assigned"},
		{kmsg.JoinGroup, kerr.NotCoordinator, false, "unsettled assigned"},
		{kmsg.SyncGroup, kerr.UnknownMemberID, true, "unsettled lost assigned"},
		{kmsg.SyncGroup, kerr.IllegalGeneration, false, "unsettled lost assigned"},
		{kmsg.SyncGroup, kerr.RebalanceInProgress, false, "unsettled assigned"},
		{kmsg.SyncGroup, kerr.CoordinatorNotAvailable, false, "unsettled assigned"},
		{kmsg.JoinGroup, kerr.GroupAuthorizationFailed, false, "unsettled failed"},
		{kmsg.JoinGroup, kerr.InconsistentGroupProtocol, false, "unsettled failed"},
		{kmsg.JoinGroup, kerr.InvalidSessionTimeout, false, "unsettled failed"},
		{kmsg.JoinGroup, kerr.InvalidGroupID, false, "unsettled failed"},
		{kmsg.JoinGroup, kerr.GroupMaxSizeReached, false, "unsettled failed"},
		{kmsg.JoinGroup, kerr.UnknownServerError, false, "unsettled failed"},
		{kmsg.SyncGroup, kerr.GroupAuthorizationFailed, false, "unsettled failed"},
		{kmsg.Heartbeat, kerr.GroupAuthorizationFailed, false, "failed"},
	} {
		t.Run(c.key.Name()+" "+c.err.Message, func(t *testing.T) {
			inCluster(t, map[string]int{"A": 1}, func(cl *cluster) {
				w := cl.join("w1")
				cl.spread(time.Second, 2)
				id := w.snapshot().MemberID
				w.story()
				cl.broker.Fault(kfake.Fault{Keys: []kmsg.Key{c.key}, Group: groupID, Err: c.err})
				if c.key != kmsg.Heartbeat {
					w.member.Rejoin("to meet the fault")
				}
				cl.spread(15*time.Second, 2)
				got := w.story()
				if strings.HasPrefix(c.want, "failed") || strings.HasSuffix(c.want, "failed") {
					if !strings.HasPrefix(got, c.want+": member of group") || !strings.Contains(got, c.err.Message) {
						t.Errorf("heard %s", got)
					}
					if s := w.member.State(); s.Phase != Failed {
						t.Errorf("state %+v", s)
					}
					if err := w.stop(); err != nil {
						t.Error(err)
					}
					return
				}
				if got != c.want {
					t.Errorf("heard %q, want %q", got, c.want)
				}
				if now := w.member.State().MemberID; (now != id) != c.newID {
					t.Errorf("id %s, then %s", id, now)
				}
			})
		})
	}
}

// TestNoBusyLoop expects few requests while an error lasts.
func TestNoBusyLoop(t *testing.T) {
	for _, c := range []struct {
		key kmsg.Key
		err *kerr.Error
	}{
		{kmsg.JoinGroup, kerr.RebalanceInProgress},
		{kmsg.JoinGroup, kerr.UnknownMemberID},
		{kmsg.JoinGroup, kerr.CoordinatorLoadInProgress},
		{kmsg.JoinGroup, kerr.NotCoordinator},
		{kmsg.SyncGroup, kerr.RebalanceInProgress},
		{kmsg.SyncGroup, kerr.IllegalGeneration},
		{kmsg.FindCoordinator, kerr.CoordinatorNotAvailable},
	} {
		t.Run(c.key.Name()+" "+c.err.Message, func(t *testing.T) {
			inCluster(t, map[string]int{"A": 1}, func(cl *cluster) {
				faults := cl.broker.Fault(kfake.Fault{Keys: []kmsg.Key{c.key}, Group: groupID, Err: c.err, Count: -1})
				cl.join("w1")
				time.Sleep(100 * time.Second)
				if n := faults.Hits(); n < 20 || n > 250 {
					t.Errorf("%d requests in 100 seconds", n)
				}
				faults.Remove()
				cl.spread(10*time.Second, 2)
			})
		})
	}
}

// TestRejoinStorm expects that a follower that asks again and again without
// anything new does not do so as fast as it can.
func TestRejoinStorm(t *testing.T) {
	inCluster(t, map[string]int{"A": 1}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 2)
		c.join("w2")
		time.Sleep(5 * time.Second)
		w := c.followers()[0]
		joins := c.requests(kmsg.JoinGroup)
		for end := time.Now().Add(100 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			w.member.Rejoin("again")
		}
		if n := joins.Hits(); n > 500 {
			t.Errorf("%d joins in 100 seconds", n)
		}
	})
}

func TestSessionExpired(t *testing.T) {
	inCluster(t, map[string]int{"A": 2}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 3)
		w := c.workers[0]
		id := w.snapshot().MemberID
		if err := w.dismiss(id); err != nil {
			t.Fatal(err)
		}
		w.story()
		c.spread(time.Second, 3)
		if got := w.story(); got != "lost assigned" || w.snapshot().MemberID == id {
			t.Errorf("heard %s, id %s", got, w.snapshot().MemberID)
		}
	})
}

// TestDrop expects a dropped member to be away until it has read on, and then to
// go on with what it had.
func TestDrop(t *testing.T) {
	inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 5)
		c.join("w2")
		c.spread(time.Second, 3, 2)
		w := c.followers()[0]
		id, had := w.snapshot().MemberID, w.snapshot().Work
		w.story()
		w.mu.Lock()
		w.behind = 2
		w.mu.Unlock()
		w.member.Drop("taking too long to read the log")
		c.spread(20*time.Second, 3, 2)
		if s := w.member.State(); s.Phase != Away || s.MemberID != "" || len(c.broker.Cluster().GroupInfo(groupID).Members) != 1 {
			t.Errorf("dropped: %+v", s)
		}
		w.mu.Lock()
		w.behind = 0
		w.mu.Unlock()
		c.spread(5*time.Second, 3, 2)
		if a := w.snapshot(); a.MemberID == id || !slices.Equal(names(a.Work), names(had)) || w.story() != "lost assigned" {
			t.Errorf("back: %+v", a)
		}

		w.mu.Lock()
		w.behind = 2
		w.mu.Unlock()
		w.member.Drop("taking too long to read the log")
		time.Sleep(5 * time.Second)
		w.mu.Lock()
		w.behind = 0
		w.mu.Unlock()
		w.member.Rejoin("has read on")
		c.spread(time.Second, 3, 2)
	})
}

// TestDropDuringRebalance drops a member that waits for others.
func TestDropDuringRebalance(t *testing.T) {
	inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
		c.join("w1", mode(protocol.Eager), stopTakes(40*time.Second))
		c.spread(time.Second, 5)
		w := c.join("w2", mode(protocol.Eager))
		time.Sleep(5 * time.Second)
		if s := w.member.State(); s.Phase != Joining {
			t.Errorf("%+v", s)
		}
		w.member.Drop("no use in waiting")
		c.spread(time.Minute, 3, 2)
	})
}

// TestRelease expects that others get what a worker has given up.
func TestRelease(t *testing.T) {
	inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 5)
		c.join("w2")
		c.spread(time.Second, 3, 2)
		w := c.followers()[0]
		w.member.Release(w.snapshot().Work)
		w.member.Rejoin("has stopped everything")
		c.spread(2*time.Second, 3, 2) // handed out again, to the one with the least
	})
}

// TestForeignMember lets a program join whose metadata are no worker's.
func TestForeignMember(t *testing.T) {
	for name, metadata := range map[string][]byte{"empty": nil, "garbage": []byte("\x00\x02\x7f\xff!"), "negative": {0xff, 0xff}} {
		t.Run(name, func(t *testing.T) {
			inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
				c.join("w1")
				c.spread(time.Second, 5)
				got := make(chan []byte, 1)
				go func() { got <- c.foreigner(metadata) }()
				c.spread(5*time.Second, 5)
				a, err := protocol.ReadAssignment(<-got)
				if err != nil || !a.Assigned.Empty() || a.LeaderURL != "http://w1:8083/" || a.ConfigOffset != 7 {
					t.Errorf("it was given %+v, %v", a, err)
				}
				c.join("w2")
				c.spread(time.Minute, 3, 2)
			})
		})
	}
}

// foreigner joins with any metadata and returns its assignment.
func (c *cluster) foreigner(metadata []byte) []byte {
	client := c.workers[0].client
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	join := kmsg.NewPtrJoinGroupRequest()
	join.Group, join.ProtocolType, join.SessionTimeoutMillis, join.RebalanceTimeoutMillis = groupID, protocol.Type, 6000, 6000
	join.Protocols = []kmsg.JoinGroupRequestProtocol{{Name: "sessioned", Metadata: metadata}, {Name: "default", Metadata: metadata}}
	for range 2 {
		response, err := join.RequestWith(ctx, client)
		if err != nil {
			c.t.Error(err)
			return nil
		}
		join.MemberID = response.MemberID
		if response.ErrorCode != 0 {
			continue
		}
		sync := kmsg.NewPtrSyncGroupRequest()
		sync.Group, sync.MemberID, sync.Generation = groupID, response.MemberID, response.Generation
		sync.ProtocolType, sync.Protocol = response.ProtocolType, response.Protocol
		synced, err := sync.RequestWith(ctx, client)
		if err != nil || synced.ErrorCode != 0 {
			c.t.Error(err, synced)
			return nil
		}
		return synced.MemberAssignment
	}
	c.t.Error("could not join")
	return nil
}

// TestForeignGroup expects a worker to give up on a group that is no Connect's.
func TestForeignGroup(t *testing.T) {
	inCluster(t, map[string]int{"A": 1}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 2)
		c.broker.Cluster().ControlKey(int16(kmsg.JoinGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
			c.broker.Cluster().KeepControl()
			response := r.ResponseKind().(*kmsg.JoinGroupResponse)
			response.MemberID, response.LeaderID, response.Generation = "m", "other", 1
			response.ProtocolType, response.Protocol = kmsg.StringPtr("consumer"), kmsg.StringPtr("range")
			return response, nil, true
		})
		w := c.join("w2")
		time.Sleep(time.Second)
		synctest.Wait()
		if got := w.story(); !strings.Contains(got, "failed: ") || !strings.Contains(got, "INCONSISTENT_GROUP_PROTOCOL") {
			t.Errorf("heard %s", got)
		}
	})
}

// TestBadAssignment expects a worker to keep what it has when its leader writes
// what cannot be read.
func TestBadAssignment(t *testing.T) {
	inCluster(t, map[string]int{"A": 1}, func(c *cluster) {
		w := c.join("w1")
		c.spread(time.Second, 2)
		c.broker.Cluster().ControlKey(int16(kmsg.SyncGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
			response := r.ResponseKind().(*kmsg.SyncGroupResponse)
			response.MemberAssignment = []byte{1}
			return response, nil, true
		})
		w.member.Rejoin("to meet it")
		c.spread(time.Second, 2)
		if a := w.snapshot(); a.Leader || a.LeaderURL != "" || a.ConfigOffset != 7 {
			t.Errorf("%+v", a)
		}
		w.member.Rejoin("again")
		c.spread(time.Second, 2)
		if !w.snapshot().Leader {
			t.Error("no leader any more")
		}
	})
}

func TestReactions(t *testing.T) {
	for want, errs := range map[reaction][]error{
		goOn:       {nil},
		rediscover: {errors.New("broken pipe"), context.DeadlineExceeded, kerr.NotCoordinator},
		later:      {kerr.CoordinatorLoadInProgress, kerr.RequestTimedOut, kerr.NetworkException},
		refuse:     {kerr.SaslAuthenticationFailed, kerr.GroupAuthorizationFailed, kerr.UnsupportedVersion, kerr.FencedInstanceID},
	} {
		for _, err := range errs {
			if got := reactionTo(err); got != want {
				t.Errorf("%v: %d, want %d", err, got, want)
			}
		}
	}
}
