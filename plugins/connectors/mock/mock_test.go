package mock

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
)

func props(mode string) map[string]string {
	return map[string]string{"mock_mode": mode, "delay_ms": "700"}
}

// TestConnectorFailure: the failure comes in time, and not after Stop.
func TestConnectorFailure(t *testing.T) {
	for _, c := range []struct {
		name    string
		mode    string
		stop    time.Duration
		failsAt time.Duration // 0: never
	}{
		{"fails", connectorFailure, time.Hour, 700 * time.Millisecond},
		{"stopped before", connectorFailure, 600 * time.Millisecond, 0},
		{"the task is to fail", taskFailure, time.Hour, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var failed atomic.Int64
				fail := func(error) { failed.Store(int64(time.Since(start))) }
				both := []interface{ Stop() error }{&sourceConnector{}, &sinkConnector{}}
				err := errors.Join(
					both[0].(*sourceConnector).Start(t.Context(), source.ConnectorRuntime{Fail: fail}, props(c.mode)),
					both[1].(*sinkConnector).Start(t.Context(), sink.ConnectorRuntime{Fail: fail}, props(c.mode)))
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(c.stop)
				for _, connector := range both {
					_ = connector.Stop()
				}
				time.Sleep(time.Second)
				if got := time.Duration(failed.Load()); got != c.failsAt {
					t.Errorf("failed after %s, want %s", got, c.failsAt)
				}
			})
		})
	}
}

func TestSourceTaskFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		task := Source.New().NewTask()
		if err := task.Start(t.Context(), source.Runtime{}, props(taskFailure)); err != nil {
			t.Fatal(err)
		}
		_, err := task.Poll(t.Context())
		if !errors.Is(err, errTask) || time.Since(start) != 700*time.Millisecond {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestSinkTaskFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		task := connecttest.NewHost(t).Sink(Sink, props(taskFailure))
		var waits []time.Duration
		var err error
		for err = task.Put(); err == nil; err = task.Put() {
			waits = append(waits, task.Context.Wait)
			time.Sleep(task.Context.Wait)
		}
		want := []time.Duration{sinkWait, sinkWait, 200 * time.Millisecond}
		if len(waits) != len(want) || waits[0] != want[0] || waits[2] != want[2] || !errors.Is(err, errTask) {
			t.Errorf("waits %v, want %v; %v", waits, want, err)
		}
	})
}
