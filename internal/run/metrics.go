package run

import (
	"context"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/workerconfig"
)

// measure tells the metrics whom to ask, now that everybody is there.
func (n *node) measure(p parts) {
	n.metrics.Worker = n.herder.Worker()
	n.metrics.Group, _ = n.herder.(metrics.Group)
	n.metrics.Restart, _ = n.herder.(metrics.Restarter)
	n.metrics.Process = metrics.Process{
		ClientID: n.clientID(p), Version: pluginset.KafkaVersion, Commit: pluginset.KafkaCommit, Own: OwnVersion, Started: time.Now(),
	}
	n.metrics.Stuck = func(c metrics.Call) bool { return herder.IsStuck(c.Method, c.Since) }
	n.metrics.State = func(connector string, task int) string {
		s, err := n.herder.TaskStatus(context.Background(), state.TaskID{Connector: connector, Task: task})
		if err != nil {
			return ""
		}
		return strings.ToLower(string(s.State))
	}
}

// clientID is the worker's id as a Kafka client.
func (n *node) clientID(p parts) string {
	if c := p.cfg.Cluster; c != nil && c.ClientID != "" {
		return c.ClientID
	}
	return "connect-" + n.api.WorkerID()
}

// sampling is over what time averages and rates are taken.
func sampling(cfg *workerconfig.Config) metrics.Sampling {
	return metrics.Sampling{
		Samples: int(cfg.Int("metrics.num.samples")), Window: time.Duration(cfg.Long("metrics.sample.window.ms")) * time.Millisecond,
	}
}
