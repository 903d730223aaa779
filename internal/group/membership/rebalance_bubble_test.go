package membership

import (
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/group/protocol"
)

func TestOneWorker(t *testing.T) {
	inCluster(t, map[string]int{"A": 2}, func(c *cluster) {
		w := c.join("w1")
		c.after(time.Second, "w1=A,A-0,A-1")
		a := w.snapshot()
		if !a.Leader || a.LeaderURL != "http://w1:8083/" || a.Mode != protocol.Sessioned || a.ConfigOffset != 7 || a.Mismatch {
			t.Errorf("assigned %+v", a)
		}
		if !strings.HasPrefix(a.MemberID, "connect-w1-") || a.Plan == nil || a.Plan.URLs[a.MemberID] != a.LeaderURL {
			t.Errorf("member %s, plan %+v", a.MemberID, a.Plan)
		}
		if s := w.member.State(); s.Phase != Stable || s.MemberID != a.MemberID || s.Generation != a.Generation || time.Since(s.Heartbeat) > 3*time.Second {
			t.Errorf("state %+v", s)
		}
		c.configure(map[string]int{"A": 1, "B": 0})
		w.member.Rejoin("configurations have changed")
		c.after(time.Second, "w1=A,A-0,B")
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		if info := c.broker.Cluster().GroupInfo(groupID); len(info.Members) != 0 {
			t.Errorf("still members: %v", info.Members)
		}
		if s := w.member.State(); s.Phase != Left {
			t.Errorf("state %+v", s)
		}
	})
}

func TestSecondWorkerGetsHalf(t *testing.T) {
	inCluster(t, map[string]int{"A": 4, "B": 4}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 10)
		c.join("w2")
		c.spread(time.Second, 5, 5)
		c.join("w3")
		c.spread(5*time.Second, 4, 4, 2) // a second revocation in a row waits up to 1.6 s
		for _, w := range c.workers {
			if a := w.snapshot(); a.LeaderURL != "http://w1:8083/" || a.Leader != (w.name == "w1") || (a.Plan != nil) != a.Leader {
				t.Errorf("%s: %+v", w.name, a)
			}
		}
	})
}

func TestFollowerDies(t *testing.T) {
	inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 5)
		c.join("w2")
		c.spread(time.Second, 3, 2)
		c.followers()[0].kill()
		c.spread(15*time.Second, 3)
		if d := c.leader().snapshot().Delay; d != 5*time.Minute {
			t.Errorf("delay %v", d)
		}
		c.spread(4*time.Minute, 3)
		c.spread(time.Minute, 5)
	})
}

func TestLeaderDies(t *testing.T) {
	inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
		for _, name := range []string{"w1", "w2", "w3"} {
			c.join(name)
			time.Sleep(5 * time.Second)
		}
		c.leader().kill()
		c.spread(11*time.Second, 3, 2)
	})
}

func TestReturnWithinDelay(t *testing.T) {
	inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 5)
		c.join("w2")
		c.spread(time.Second, 3, 2)
		c.followers()[0].kill()
		c.spread(time.Minute, 3)
		c.join("w2b")
		c.spread(time.Minute, 3, 0)
		c.spread(200*time.Second, 3, 2)
	})
}

func TestNoDelayAllowed(t *testing.T) {
	inCluster(t, map[string]int{"A": 4}, func(c *cluster) {
		c.join("w1", maxDelay(0))
		c.spread(time.Second, 5)
		c.join("w2", maxDelay(0))
		c.spread(time.Second, 3, 2)
		c.followers()[0].kill()
		c.spread(11*time.Second, 5)
	})
}

// TestEager expects that everything stops at each rebalance.
func TestEager(t *testing.T) {
	inCluster(t, map[string]int{"A": 3}, func(c *cluster) {
		w := c.join("w1", mode(protocol.Eager), stopTakes(30*time.Second))
		c.after(time.Second, "w1=A,A-0,A-1,A-2")
		if a := w.snapshot(); a.Mode != protocol.Eager || !a.Revoked.Empty() || a.Delay != 0 {
			t.Errorf("%+v", a)
		}
		w.story()
		c.join("w2", mode(protocol.Eager))
		c.after(20*time.Second, "w1=A,A-0,A-1,A-2 w2=") // still stopping, and still a member
		c.spread(15*time.Second, 2, 2)
		if got := w.story(); got != "unsettled revoke assigned" {
			t.Errorf("w1: %s", got)
		}
		c.workers[1].kill()
		c.spread(45*time.Second, 4)
	})
}

// TestStopTooSlow expects a member to join at the end of the rebalance timeout.
func TestStopTooSlow(t *testing.T) {
	inCluster(t, map[string]int{"A": 3}, func(c *cluster) {
		c.join("w1", mode(protocol.Eager), stopTakes(time.Hour))
		c.spread(time.Second, 4)
		c.join("w2", mode(protocol.Eager))
		time.Sleep(63 * time.Second)
		if n := len(c.broker.Cluster().GroupInfo(groupID).Members); n != 2 {
			t.Errorf("%d members", n)
		}
	})
}

// TestMixedModes lets an eager worker join a cooperative group and leave it again.
func TestMixedModes(t *testing.T) {
	inCluster(t, map[string]int{"A": 3}, func(c *cluster) {
		w := c.join("w1")
		c.spread(time.Second, 4)
		c.join("w2", mode(protocol.Compatible))
		c.spread(time.Second, 3, 1)
		if m := w.snapshot().Mode; m != protocol.Compatible {
			t.Errorf("mode %v", m)
		}
		w.story()
		old := c.join("w3", mode(protocol.Eager))
		c.spread(time.Second, 2, 1, 1)
		a := w.snapshot()
		if a.Mode != protocol.Eager || len(a.Revoked.Connectors)+len(a.Revoked.Tasks) == 0 {
			t.Errorf("downgrade: %+v", a)
		}
		if got := w.story(); got != "unsettled assigned" {
			t.Errorf("downgrade: %s", got)
		}
		if err := old.stop(); err != nil {
			t.Error(err)
		}
		c.spread(2*time.Second, 3, 1)
		if m := w.snapshot().Mode; m != protocol.Compatible {
			t.Errorf("mode %v", m)
		}
		if got := w.story(); !strings.HasPrefix(got, "unsettled revoke assigned") {
			t.Errorf("upgrade: %s", got)
		}
	})
}

func TestMismatch(t *testing.T) {
	inCluster(t, map[string]int{"A": 3}, func(c *cluster) {
		w := c.join("w1", behindBy(3))
		c.after(time.Second, "w1=A,A-0,A-1,A-2")
		c.join("w2")
		c.spread(time.Second, 3, 1)
		if got := w.story(); !strings.Contains(got, "mismatch") {
			t.Errorf("leader: %s", got)
		}
	})
}

func TestTwoGroups(t *testing.T) {
	inCluster(t, map[string]int{"A": 1}, func(c *cluster) {
		c.join("w1")
		c.join("w2", group("other"))
		c.after(time.Second, "w1=A,A-0 w2=A,A-0")
	})
}
