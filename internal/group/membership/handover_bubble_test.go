package membership

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/group/protocol"
)

// grown returns a cluster of three workers in balance.
func (c *cluster) grow(options ...option) {
	c.t.Helper()
	for _, name := range []string{"w1", "w2", "w3"} {
		c.join(name, options...)
		time.Sleep(20 * time.Second)
	}
	c.spread(0, 3, 3, 3)
}

var nine = map[string]int{"A": 2, "B": 2, "C": 2}

func TestHandOver(t *testing.T) {
	inCluster(t, nine, func(c *cluster) {
		c.grow()
		began := time.Now()
		if err := c.followers()[0].stop(); err != nil {
			t.Error(err)
		}
		if d := time.Since(began); d > time.Second {
			t.Errorf("left after %v", d)
		}
		c.spread(time.Until(began.Add(time.Second)), 5, 4)
		for _, w := range c.workers[:2] {
			if a := w.snapshot(); !w.dead && a.Delay != 0 {
				t.Errorf("%s waits %v", w.name, a.Delay)
			}
		}
		c.spread(10*time.Second, 5, 4)
		if n := len(c.broker.Cluster().GroupInfo(groupID).Members); n != 2 {
			t.Errorf("%d members", n)
		}
	})
}

// TestHandOverInTurn restarts all workers one after the other.
func TestHandOverInTurn(t *testing.T) {
	inCluster(t, nine, func(c *cluster) {
		c.grow()
		for _, w := range c.workers[:3] {
			if err := w.stop(); err != nil {
				t.Error(err)
			}
			c.spread(2*time.Second, 5, 4)
			c.join(w.name + "b")
			time.Sleep(70 * time.Second) // revocations in a row are spaced
			c.spread(0, 3, 3, 3)
		}
	})
}

// TestLeaderLeaves expects no delay: the next leader remembers nothing.
func TestLeaderLeaves(t *testing.T) {
	inCluster(t, nine, func(c *cluster) {
		c.grow()
		began := time.Now()
		joins := c.requests(kmsg.JoinGroup)
		if err := c.leader().stop(); err != nil || time.Since(began) > 0 {
			t.Errorf("left after %v: %v", time.Since(began), err)
		}
		c.spread(time.Second, 5, 4)
		if n := joins.Hits(); n != 2 {
			t.Errorf("%d joins", n)
		}
	})
}

// TestPlainStop expects the work to wait, as with Java, when either side does not
// hand over.
func TestPlainStop(t *testing.T) {
	for name, c := range map[string][3]bool{"nobody": {}, "leader only": {true, false, false}, "worker only": {false, true, true}} {
		t.Run(name, func(t *testing.T) {
			inCluster(t, nine, func(cl *cluster) {
				for i, hands := range c {
					cl.join([]string{"w1", "w2", "w3"}[i], func(w *worker) { w.settings.Handover = hands })
					time.Sleep(20 * time.Second)
				}
				cl.spread(0, 3, 3, 3)
				if err := cl.followers()[0].stop(); err != nil {
					t.Error(err)
				}
				cl.spread(5*time.Second, 3, 3)
				cl.spread(5*time.Minute, 5, 4)
			})
		})
	}
}

// TestHandOverOfNothing expects a worker without work just to leave.
func TestHandOverOfNothing(t *testing.T) {
	inCluster(t, map[string]int{"A": 0}, func(c *cluster) {
		c.join("w1")
		c.spread(time.Second, 1)
		c.join("w2")
		c.spread(5*time.Second, 1, 0)
		joins := c.requests(kmsg.JoinGroup)
		if err := c.followers()[0].stop(); err != nil {
			t.Error(err)
		}
		if n := joins.Hits(); n != 0 {
			t.Errorf("%d joins", n)
		}
	})
}

// TestHandOverTooSlow gives up when another member does not come in time.
func TestHandOverTooSlow(t *testing.T) {
	inCluster(t, nine, func(c *cluster) {
		c.grow()
		c.followers()[1].host.Stall()
		began := time.Now()
		if err := c.followers()[0].stop(); err != nil {
			t.Error(err)
		}
		if d := time.Since(began); d > 7*time.Second {
			t.Errorf("left after %v", d)
		}
	})
}

// TestLeaveWithoutBroker is bounded by the interval of heartbeats.
func TestLeaveWithoutBroker(t *testing.T) {
	inCluster(t, nine, func(c *cluster) {
		c.grow()
		w := c.followers()[0]
		w.host.Stall()
		began := time.Now()
		if err := w.stop(); err == nil || !strings.HasPrefix(err.Error(), "leave group "+groupID+": ") {
			t.Errorf("left: %v", err)
		}
		if d := time.Since(began); d > 10*time.Second {
			t.Errorf("left after %v", d)
		}
		if err := w.member.Leave(c.t.Context()); err == nil {
			t.Error("left twice, differently")
		}
	})
}

// TestLeaveDuringRebalance leaves while others are awaited.
func TestLeaveDuringRebalance(t *testing.T) {
	inCluster(t, nine, func(c *cluster) {
		c.join("w1", mode(protocol.Eager), stopTakes(40*time.Second))
		c.spread(time.Second, 9)
		w := c.join("w2", mode(protocol.Eager))
		time.Sleep(5 * time.Second)
		if err := w.stop(); err != nil {
			t.Error(err)
		}
		c.spread(time.Minute, 9)
	})
}

// TestLostWorkWaitsOn hands over while work of a dead worker waits for its return.
func TestLostWorkWaitsOn(t *testing.T) {
	inCluster(t, nine, func(c *cluster) {
		c.grow()
		c.followers()[0].kill()
		c.spread(20*time.Second, 3, 3)
		if err := c.followers()[0].stop(); err != nil {
			t.Error(err)
		}
		c.spread(time.Second, 6)
		synctest.Wait()
		if d := c.leader().snapshot().Delay; d < 4*time.Minute || d >= 5*time.Minute {
			t.Errorf("delay %v", d)
		}
		c.spread(5*time.Minute, 9)
	})
}
