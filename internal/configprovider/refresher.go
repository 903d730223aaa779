package configprovider

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// RefresherSettings are what a Refresher asks its host.
type RefresherSettings struct {
	// InUse tells whether anything of a connector runs here.
	InUse func(connector string) bool
	// Restart starts what runs here of a connector again, with the values of now. After
	// an error it is called again later.
	Restart func(ctx context.Context, connector string) error
	Log     *slog.Logger
}

// Refresher resolves the configurations of connectors and looks values up again when
// their time is over. Only when one has changed is the connector restarted; Kafka Connect
// restarts it each time. It is safe for concurrent use.
type Refresher struct {
	transformer *Transformer
	settings    RefresherSettings
	key         []byte // of the sums of values, which are not kept

	ctx     context.Context // ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup
	mu      sync.Mutex
	watches map[string]*watch // by connector
}

// watch is what is known of a connector.
type watch struct {
	off     bool                // nothing is to be done when values change
	configs map[string]resolved // by the sum of what was written; that of the connector itself by ""
	timer   *time.Timer
	due     time.Time
}

// resolved is a configuration that was in use.
type resolved struct {
	props map[string]string // as written
	sum   string            // of the values
}

const (
	leastTTL     = time.Second
	maxConfigs   = 10_000 // of a connector that are looked at again
	taskClass    = "task.class"
	reloadAction = "config.action.reload"
	noReload     = "none"
)

// NewRefresher returns a Refresher over a Transformer. Close it before that.
func NewRefresher(t *Transformer, s RefresherSettings) *Refresher {
	r := &Refresher{transformer: t, settings: s, key: make([]byte, sha256.Size), watches: map[string]*watch{}}
	_, _ = rand.Read(r.key) // never fails
	r.ctx, r.cancel = context.WithCancel(context.Background())
	return r
}

// Resolve is Transform for the configuration of a connector or of one of its tasks.
func (r *Refresher) Resolve(ctx context.Context, connector string, props map[string]string) (map[string]string, error) {
	result, err := r.transformer.Transform(ctx, props)
	if err != nil {
		return result.Props, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.watches[connector]
	_, task := props[taskClass]
	if w == nil && len(result.TTLs) == 0 && (task || props[reloadAction] != noReload) {
		return result.Props, nil
	}
	if w == nil {
		w = &watch{configs: map[string]resolved{}}
		r.watches[connector] = w
	}
	written := ""
	if task {
		written = r.sum(props, slices.Collect(maps.Keys(props)))
	} else {
		w.off = props[reloadAction] == noReload
	}
	delete(w.configs, written)
	if len(result.TTLs) > 0 && len(w.configs) < maxConfigs {
		w.configs[written] = resolved{maps.Clone(props), r.sum(result.Props, result.Changed)}
		r.schedule(connector, w, shortest(result.TTLs))
	}
	return result.Props, nil
}

// schedule has a connector looked at after a time, unless it is sooner.
func (r *Refresher) schedule(connector string, w *watch, after time.Duration) {
	due := time.Now().Add(after)
	if w.off || r.ctx.Err() != nil || w.timer != nil && w.due.Before(due) {
		return
	}
	if w.timer != nil {
		w.timer.Stop()
	}
	w.due = due
	w.timer = time.AfterFunc(after, func() { r.refresh(connector, w) })
}

// refresh looks the values of a connector up again.
func (r *Refresher) refresh(connector string, w *watch) {
	r.mu.Lock()
	if r.ctx.Err() != nil || r.watches[connector] != w {
		r.mu.Unlock()
		return
	}
	r.running.Add(1)
	defer r.running.Done()
	w.timer = nil
	configs := maps.Clone(w.configs)
	r.mu.Unlock()
	if !r.settings.InUse(connector) {
		r.forget(connector, w)
		return
	}
	changed, next := r.compare(connector, configs)
	if changed {
		r.settings.Log.Info("A value that the connector's configuration refers to has changed; the connector is restarted", "connector", connector)
		err := r.settings.Restart(r.ctx, connector)
		if err == nil {
			return // it is resolved again, with a time of its own
		}
		r.settings.Log.Warn("A connector could not be restarted with changed values; trying again", "connector", connector, "in", next, "err", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.schedule(connector, w, next)
}

// compare tells whether values are others now, and when to look again.
func (r *Refresher) compare(connector string, configs map[string]resolved) (changed bool, next time.Duration) {
	next = time.Minute
	for _, c := range configs {
		result, err := r.transformer.Transform(r.ctx, c.props)
		if err != nil {
			r.settings.Log.Warn("Values of a connector's configuration could not be looked up again; it goes on with those it has", "connector", connector, "err", err)
			continue
		}
		changed = changed || r.sum(result.Props, result.Changed) != c.sum
		if len(result.TTLs) > 0 {
			next = min(next, shortest(result.TTLs))
		}
	}
	return changed, next
}

func (r *Refresher) forget(connector string, w *watch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.watches[connector] == w && w.timer == nil {
		delete(r.watches, connector)
	}
}

// sum tells configurations apart without keeping what is in them.
func (r *Refresher) sum(props map[string]string, keys []string) string {
	h := hmac.New(sha256.New, r.key)
	slices.Sort(keys)
	for _, key := range keys {
		for _, text := range []string{key, props[key]} {
			part := hmac.New(sha256.New, r.key)
			part.Write([]byte(text))
			h.Write(part.Sum(nil))
		}
	}
	return string(h.Sum(nil))
}

func shortest(ttls map[string]time.Duration) time.Duration {
	return max(slices.Min(slices.Collect(maps.Values(ttls))), leastTTL)
}

// Close ends looking up and waits for what is under way.
func (r *Refresher) Close() {
	r.mu.Lock()
	r.cancel()
	for _, w := range r.watches {
		if w.timer != nil {
			w.timer.Stop()
		}
	}
	r.mu.Unlock()
	r.running.Wait()
}
