package autorestart

import (
	"testing"
	"time"

	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/store/state"
)

func TestBook(t *testing.T) {
	policy := connectorconfig.Restart{Limit: 2, Delay: time.Second, DelayMax: time.Minute, Reset: time.Hour}
	id := state.TaskID{Connector: "c", Task: 1}
	start := time.Unix(0, 0)
	b := New()
	for i, step := range []struct {
		do      string
		at      time.Duration
		pause   time.Duration
		attempt int
		again   bool
	}{
		{"fail", 0, time.Second, 1, true},
		{"run", time.Second, 0, 0, false},
		{"fail", time.Minute, 2 * time.Second, 2, true},
		{"fail", time.Minute, 0, 3, false}, // did not even start
		{"run", 2 * time.Minute, 0, 0, false},
		{"fail", 2*time.Minute + time.Hour, time.Second, 1, true}, // ran long enough
		{"forget", 0, 0, 0, false},
		{"fail", 0, time.Second, 1, true},
	} {
		now := start.Add(step.at)
		switch step.do {
		case "run":
			b.Running(id, now)
		case "forget":
			b.Forget(id)
		default:
			pause, attempt, again := b.Failed(id, policy, now)
			if again != step.again || attempt != step.attempt || again && pause != step.pause {
				t.Errorf("step %d: %s, %d, %t", i, pause, attempt, again)
			}
		}
	}
	if _, _, again := b.Failed(id, connectorconfig.Restart{}, start); again {
		t.Error("a connector without restarts got one")
	}
}
