package membership

import (
	"testing"
	"time"
)

// TestSample: a member tells what it has done in its group.
func TestSample(t *testing.T) {
	inCluster(t, map[string]int{"A": 3}, func(c *cluster) {
		w := c.join("w1")
		if s := w.member.Sample(); s.SinceHeartbeat != -1 || s.SinceRebalance != -1 || s.Join.Total != 0 {
			t.Errorf("before the first answer: %+v", s)
		}
		c.after(time.Second, "w1=A,A-0,A-1,A-2")
		time.Sleep(20 * time.Second)
		s := w.member.Sample()
		if s.Connectors != 1 || s.Tasks != 3 || s.Join.Total < 1 || s.Join.Total != s.Sync.Total || s.Rebalance.Total != s.Join.Total {
			t.Errorf("after a rebalance: %+v", s)
		}
		if s.Failed.Total != 0 || s.RebalanceTime.Avg < 0 || s.RebalanceTimeTotal < s.RebalanceTime.Max || s.JoinTime.Max < s.JoinTime.Avg {
			t.Errorf("times: %+v", s)
		}
		if s.SinceRebalance < 20 || s.SinceRebalance > 21 || s.SinceHeartbeat > 3 || s.Heartbeat.Total < 6 || s.Heartbeat.Rate <= 0 {
			t.Errorf("after 20 seconds: %+v", s)
		}
		before := s.Rebalance.Total
		c.join("w2")
		c.spread(time.Second, 3, 1)
		if s = w.member.Sample(); s.Rebalance.Total <= before || s.Connectors != 1 || s.Tasks != 2 || s.SinceRebalance > 1 {
			t.Errorf("after a second worker came: %+v", s)
		}
	})
}
