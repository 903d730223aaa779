package distributed

import (
	"net/url"
	"time"

	"github.com/millrace/millrace/internal/store/state"
)

// strangers are workers that write statuses without being in the group, and when the
// log last named them. The reader of the status topic has it.
type strangers map[string]time.Time

const (
	nameAgain    = time.Hour
	mostStranger = 100
)

// heard is told of every status. The leader knows the group's workers: one that runs
// something besides was cut off, or is of another cluster that was given the same
// topics.
func (h *Herder) heard(key string, s state.Status) {
	v := h.view.Load()
	if !v.settled || !v.leader || v.plan == nil || s.State != state.Running || s.WorkerID == h.WorkerID {
		return
	}
	for _, address := range v.plan.URLs {
		if u, err := url.Parse(address); err == nil && u.Host == s.WorkerID {
			return
		}
	}
	if h.strangers.name(s.WorkerID, time.Now()) {
		h.log.Warn("A worker that is not in this group runs something: it was cut off from the group, or another group has the same topics",
			"worker", s.WorkerID, "status", key, "group", h.Cluster.Group, "status.storage.topic", h.Cluster.Statuses.Name,
			"config.storage.topic", h.Cluster.Configs.Name)
	}
}

// name tells whether a stranger is to be named.
func (s *strangers) name(worker string, now time.Time) bool {
	last, known := (*s)[worker]
	if known && now.Sub(last) < nameAgain || !known && len(*s) >= mostStranger {
		return false
	}
	if *s == nil {
		*s = strangers{}
	}
	(*s)[worker] = now
	return true
}
