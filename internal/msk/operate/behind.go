package operate

import (
	"cmp"
	"context"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// TargetLagKey is the key of a sink's configuration that has workers come also when it
// is more than so many seconds behind.
const TargetLagKey = "millrace.autoscaling.target.lag.seconds"

const lagTimeout = 10 * time.Second

// Lags tells how far sinks are behind.
type Lags interface {
	// Lag returns the age of the oldest record that the group has not committed, 0 for
	// none. worker has the properties of the workers.
	Lag(ctx context.Context, worker map[string]string, group string) (time.Duration, error)
	// Rebalances reports whether the group divides its partitions anew, while which none
	// of its members reads anything.
	Rebalances(ctx context.Context, worker map[string]string, group string) (bool, error)
}

// delays are the last lags that were measured. The zero value is ready.
type delays struct {
	mu   sync.Mutex
	last map[model.ARN]delay
}

type delay struct {
	at      time.Time // when it was, or began to be, measured
	seconds float64
	known   bool
}

// targetLag returns what the configuration of a sink says, 0 for nothing.
func (e *Engine) targetLag(c *store.Connector) time.Duration {
	sink, _ := e.settings.Natives.Connector(c.Configuration[model.ConnectorClassKey])
	seconds, err := strconv.ParseFloat(c.Configuration[TargetLagKey], 64)
	if !sink || err != nil || seconds <= 0 || e.settings.Lags == nil {
		return 0
	}
	return time.Duration(seconds * float64(time.Second))
}

// behind returns how many seconds a sink is behind, nil when that is not known, and has
// it measured once in an interval.
func (e *Engine) behind(c *store.Connector) *float64 {
	if e.targetLag(c) == 0 {
		return nil
	}
	interval := cmp.Or(e.settings.Scaling.Interval, autoscale.DefaultInterval)
	d := &e.delays
	d.mu.Lock()
	defer d.mu.Unlock()
	last := d.last[c.ARN]
	if time.Since(last.at) >= interval {
		if d.last == nil {
			d.last = map[model.ARN]delay{}
		}
		d.last[c.ARN] = delay{time.Now(), last.seconds, last.known}
		now := *c // which the caller goes on to change
		e.spawn(func() { e.measure(now) })
	}
	if !last.known || time.Since(last.at) > 2*interval {
		return nil
	}
	return &last.seconds
}

func (e *Engine) measure(c store.Connector) {
	ctx, cancel := context.WithTimeout(e.closing, lagTimeout)
	defer cancel()
	props, err := e.sinkProps(ctx, &c)
	var lag time.Duration
	if err == nil {
		lag, err = e.settings.Lags.Lag(ctx, props, kafka.SinkGroupID(c.Name))
	}
	if err != nil && e.closing.Err() == nil {
		e.log.Warn("How far a connector is behind cannot be measured", "connector", c.Name, "err", err)
	}
	e.delays.mu.Lock()
	defer e.delays.mu.Unlock()
	e.delays.last[c.ARN] = delay{time.Now(), lag.Seconds(), err == nil}
}

// sinkProps returns the properties of the workers, with where a sink begins to read.
func (e *Engine) sinkProps(ctx context.Context, c *store.Connector) (map[string]string, error) {
	s, err := (&job{e: e, connector: *c}).now()
	if err != nil {
		return nil, err
	}
	props, err := e.actingProps(ctx, s)
	if begin, ok := c.Configuration["consumer.override.auto.offset.reset"]; ok && err == nil {
		props = maps.Clone(props)
		props["consumer.auto.offset.reset"] = begin
	}
	return props, err
}

// pauses reports whether the tasks of a sink stand still, since their group rebalances.
// What cannot be known holds nobody up.
func (e *Engine) pauses(ctx context.Context, c *store.Connector) bool {
	sink, _ := e.settings.Natives.Connector(c.Configuration[model.ConnectorClassKey])
	if !sink || e.settings.Lags == nil {
		return false
	}
	props, err := e.sinkProps(ctx, c)
	var is bool
	if err == nil {
		is, err = e.settings.Lags.Rebalances(ctx, props, kafka.SinkGroupID(c.Name))
	}
	if err != nil {
		e.log.Debug("Whether the group of a sink rebalances cannot be found out", "connector", c.Name, "err", err)
	}
	return is
}

// keep forgets connectors that are gone.
func (d *delays) keep(there map[model.ARN]bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for arn := range d.last {
		if !there[arn] {
			delete(d.last, arn)
		}
	}
}
