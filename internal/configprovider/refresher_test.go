package configprovider

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/millrace/millrace/connect/provider"
)

// vault is a provider whose values hold for ten seconds.
type vault struct {
	mu    sync.Mutex
	value string
	asked int
	err   error
}

func (v *vault) set(value string, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.value, v.err = value, err
}

func (v *vault) Get(context.Context, string, []string) (provider.Data, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.asked++
	return provider.Data{Values: map[string]string{"k": v.value}, TTL: 10 * time.Second}, v.err
}

func (v *vault) Close() error { return nil }

// host notes restarts, and resolves again as a worker does then.
type host struct {
	refresher *Refresher
	props     []map[string]string
	inUse     atomic.Bool
	fail      int // restarts that fail; set before the value that asks for them
	restarts  []string
}

func (h *host) start(t *testing.T) {
	for _, props := range h.props {
		if _, err := h.refresher.Resolve(t.Context(), "c", props); err != nil {
			t.Fatal(err)
		}
	}
}

func run(t *testing.T, props []map[string]string, story func(v *vault, h *host)) {
	synctest.Test(t, func(t *testing.T) {
		v, h := &vault{value: "one"}, &host{props: props}
		h.inUse.Store(true)
		h.refresher = NewRefresher(New(map[string]provider.Provider{"v": v}), RefresherSettings{
			InUse: func(string) bool { return h.inUse.Load() },
			Restart: func(_ context.Context, connector string) error {
				h.restarts = append(h.restarts, connector)
				if h.fail--; h.fail >= 0 {
					return errors.New("a rebalance is under way")
				}
				h.start(t)
				return nil
			},
			Log: slog.New(slog.DiscardHandler),
		})
		h.start(t)
		story(v, h)
		h.refresher.Close()
	})
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

var (
	connector = map[string]string{"connector.class": "C", "password": "${v:p:k}"}
	task      = map[string]string{"task.class": "T", "password": "${v:p:k}"}
)

func TestRestartOnlyWhenChanged(t *testing.T) {
	run(t, []map[string]string{connector, task}, func(v *vault, h *host) {
		pass(95 * time.Second)
		if len(h.restarts) > 0 || v.asked < 10 {
			t.Errorf("restarted %q, asked %d times", h.restarts, v.asked)
		}
		v.set("two", nil)
		pass(95 * time.Second)
		if !slices.Equal(h.restarts, []string{"c"}) {
			t.Errorf("restarted %q", h.restarts)
		}
		h.fail = 2
		v.set("three", nil)
		pass(95 * time.Second)
		if !slices.Equal(h.restarts, []string{"c", "c", "c", "c"}) {
			t.Errorf("restarted %q", h.restarts)
		}
	})
}

func TestNoReload(t *testing.T) {
	off := map[string]string{"password": "${v:p:k}", "config.action.reload": "none"}
	run(t, []map[string]string{off, task}, func(v *vault, h *host) {
		asked := v.asked
		v.set("two", nil)
		pass(time.Hour)
		if len(h.restarts) > 0 || v.asked != asked {
			t.Errorf("restarted %q, asked %d times", h.restarts, v.asked-asked)
		}
	})
}

// TestGone asks no more for a connector that does not run here any more.
func TestGone(t *testing.T) {
	run(t, []map[string]string{connector}, func(v *vault, h *host) {
		h.inUse.Store(false)
		pass(time.Hour)
		if v.asked != 1 || len(h.refresher.watches) > 0 {
			t.Errorf("asked %d times, %d watches", v.asked, len(h.refresher.watches))
		}
	})
}

// TestProviderFails goes on with the values it has.
func TestProviderFails(t *testing.T) {
	run(t, []map[string]string{connector}, func(v *vault, h *host) {
		v.set("", errors.New("away"))
		pass(10 * time.Minute)
		v.set("two", nil)
		pass(2 * time.Minute)
		if !slices.Equal(h.restarts, []string{"c"}) {
			t.Errorf("restarted %q", h.restarts)
		}
	})
}

// TestReplacedConfig looks at the connector's latest configuration only.
func TestReplacedConfig(t *testing.T) {
	run(t, []map[string]string{connector}, func(v *vault, h *host) {
		h.props = []map[string]string{{"connector.class": "C", "password": "plain"}}
		h.start(t)
		v.set("two", nil)
		pass(time.Hour)
		if len(h.restarts) > 0 {
			t.Errorf("restarted %q", h.restarts)
		}
	})
}
