package membership

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/group/protocol"
)

// TestConverges lets workers come, leave, die and be cut off at random, and
// configurations change. When all is quiet, everything runs once.
func TestConverges(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			inCluster(t, map[string]int{"A": 3, "B": 5}, func(c *cluster) {
				c.hasten()
				random := rand.New(rand.NewPCG(seed, 2))
				for n := range 30 {
					c.disturb(random, n)
					time.Sleep(time.Duration(random.IntN(8000)) * time.Millisecond)
				}
				for _, w := range c.workers {
					w.host.Heal()
				}
				c.join("last", maxDelay(30*time.Second))
				for range 8 {
					time.Sleep(30 * time.Second)
					c.bury()
				}
				c.checkComplete()
			})
		})
	}
}

// hasten makes the broker wait a short time for members to join. kfake miscounts
// who has joined when a member is lost while it waits in sync, and then depends on
// this timeout, which it begins anew at each join.
func (c *cluster) hasten() {
	c.broker.Cluster().ControlKey(int16(kmsg.JoinGroup), func(r kmsg.Request) (kmsg.Response, error, bool) {
		r.(*kmsg.JoinGroupRequest).RebalanceTimeoutMillis = 3000
		return nil, nil, false
	})
}

// bury removes members from the group that no worker is: kfake does not do so when
// their connection broke while they joined.
func (c *cluster) bury() {
	alive := map[string]bool{}
	for _, w := range c.workers {
		alive[w.member.State().MemberID] = !w.dead
	}
	for _, m := range c.broker.Cluster().GroupInfo(groupID).Members {
		if !alive[m.MemberID] {
			if err := c.workers[len(c.workers)-1].dismiss(m.MemberID); err != nil {
				c.t.Error(err)
			}
		}
	}
}

func (c *cluster) disturb(random *rand.Rand, n int) {
	var w *worker
	if len(c.workers) > 0 {
		w = c.workers[random.IntN(len(c.workers))]
	}
	switch action := random.IntN(8); {
	case w == nil || w.dead || action == 0:
		m := protocol.Sessioned
		if random.IntN(8) == 0 {
			m = protocol.Mode(random.IntN(2))
		}
		c.join(fmt.Sprint("w", n), mode(m), maxDelay(30*time.Second), stopTakes(time.Duration(random.IntN(3))*time.Second))
	case action == 1:
		w.kill()
	case action == 2:
		if err := w.stop(); err != nil {
			c.t.Logf("%s: %v", w.name, err)
		}
	case action == 3:
		w.host.Cut()
	case action == 4:
		w.host.Stall()
	case action == 5:
		w.host.Heal()
	case action == 6:
		w.member.Drop("at random")
	case action == 7:
		c.configure(map[string]int{"A": random.IntN(4), "B": random.IntN(8), "C": random.IntN(3)})
		w.member.Rejoin("at random")
	}
}

// checkComplete expects every connector and task to run once.
func (c *cluster) checkComplete() {
	c.t.Helper()
	owner := map[string]string{}
	for _, w := range c.workers {
		w.mu.Lock()
		for n := range w.running {
			if other := owner[n]; other != "" {
				c.t.Errorf("%s runs on %s and %s", n, other, w.name)
			}
			owner[n] = w.name
		}
		w.mu.Unlock()
	}
	total := 0
	for name, tasks := range c.configuration().Connectors {
		total += 1 + tasks
		for n := range tasks {
			if id := (protocol.TaskID{Connector: name, Task: n}).String(); owner[id] == "" {
				c.t.Errorf("%s does not run", id)
			}
		}
	}
	if len(owner) != total {
		c.t.Errorf("%d run, %d are configured", len(owner), total)
	}
}
