package operate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/logship"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

const (
	// The log of a worker that leaves is delivered while its destinations accept lines.
	lastFlush  = 20 * time.Second
	idleFlush  = 3 * time.Second        // while none is accepted
	graceFlush = 500 * time.Millisecond // when one refuses
	flushLook  = 20 * time.Millisecond

	shipState = "logship" // in the directory of a worker
)

// DeliverySettings are what a [Delivery] works with.
type DeliverySettings struct {
	Store  *store.Store
	Access logship.Access
	// Every is how often it is looked for new workers: 1 s for 0.
	Every time.Duration
	Log   *slog.Logger // nil discards
}

// Delivery has the logs of workers delivered where their connectors say, from when a
// worker is there until it has left. It is safe for concurrent use.
type Delivery struct {
	settings DeliverySettings
	log      *slog.Logger
	closing  context.Context
	stop     context.CancelFunc
	group    sync.WaitGroup

	mu       sync.Mutex
	services *logship.Services // nil until a log is delivered
	shippers map[string]*logship.Shipper
	left     map[string]bool // workers that left, while the fleet may still show them
}

// NewDelivery returns a Delivery that delivers nothing before Follow.
func NewDelivery(s DeliverySettings) *Delivery {
	s.Every = cmp.Or(s.Every, time.Second)
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	d := &Delivery{settings: s, log: s.Log, shippers: map[string]*logship.Shipper{}, left: map[string]bool{}}
	d.closing, d.stop = context.WithCancel(context.Background())
	return d
}

// Follow begins to deliver the logs of the workers of f.
func (d *Delivery) Follow(f Fleet) {
	d.group.Go(func() {
		for d.closing.Err() == nil {
			if err := d.look(f); err != nil {
				d.log.Error("The logs of new workers are not delivered yet", "err", err)
			}
			sleep(d.closing, d.settings.Every)
		}
	})
}

// look starts shippers for workers that have none.
func (d *Delivery) look(f Fleet) error {
	connectors, err := d.connectors()
	if err != nil {
		return err
	}
	var errs []error
	there := map[string]bool{}
	for name, c := range connectors {
		for _, w := range f.Workers(name) {
			there[w.ID] = true
			errs = append(errs, d.begin(w, destinations(c.LogDelivery)))
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range d.left {
		if !there[id] {
			delete(d.left, id)
		}
	}
	return errors.Join(errs...)
}

// connectors returns those that have their logs delivered, by the names of their fleets.
func (d *Delivery) connectors() (map[string]store.Connector, error) {
	found := map[string]store.Connector{}
	err := d.settings.Store.View(func(tx *store.Tx) error {
		all, err := tx.Connectors().All()
		for _, c := range all {
			if len(destinations(c.LogDelivery)) > 0 {
				found[fleetName(c.ARN)] = c
			}
		}
		return err
	})
	return found, err
}

func destinations(l *model.LogDelivery) (to []logship.Destination) {
	if l == nil {
		return nil
	}
	if c := l.Worker.CloudWatchLogs; c != nil && c.Enabled {
		to = append(to, logship.Destination{Kind: logship.CloudWatch, Name: c.LogGroup})
	}
	if f := l.Worker.Firehose; f != nil && f.Enabled {
		to = append(to, logship.Destination{Kind: logship.Firehose, Name: f.DeliveryStream})
	}
	if s := l.Worker.S3; s != nil && s.Enabled {
		to = append(to, logship.Destination{Kind: logship.S3, Name: s.Bucket, Prefix: s.Prefix})
	}
	return to
}

func (d *Delivery) begin(w fleet.Worker, to []logship.Destination) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shippers[w.ID] != nil || d.left[w.ID] || d.closing.Err() != nil {
		return nil
	}
	s, err := d.start(w, to)
	if err == nil {
		d.shippers[w.ID] = s
	}
	return err
}

// start starts a shipper. The caller has the lock.
func (d *Delivery) start(w fleet.Worker, to []logship.Destination) (*logship.Shipper, error) {
	if d.services == nil {
		services, err := logship.Connect(d.closing, d.settings.Access)
		if err != nil {
			return nil, err
		}
		d.services = services
	}
	source := logship.Source{Worker: w.ID, File: w.LogFile, State: filepath.Join(filepath.Dir(w.LogFile), shipState)}
	s, err := logship.Start(context.WithoutCancel(d.closing), d.services, source, to, d.log)
	if err != nil {
		return nil, fmt.Errorf("deliver the log of %s of %s: %w", w.ID, w.Fleet, err)
	}
	return s, nil
}

// Leaving delivers the last lines of a worker whose process has ended: it is the
// [fleet.Settings].Leaving of the driver.
func (d *Delivery) Leaving(ctx context.Context, w fleet.Worker) {
	s, err := d.take(w)
	if err != nil {
		d.log.Error("The log of a worker that is removed is not delivered", "worker", w.ID, "err", err)
	}
	if s != nil {
		d.flush(ctx, s, w.ID)
	}
}

// take returns the shipper of a worker, which gets no other afterwards. A worker that
// left before it was seen gets one now.
func (d *Delivery) take(w fleet.Worker) (*logship.Shipper, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left[w.ID] = true
	if s := d.shippers[w.ID]; s != nil {
		delete(d.shippers, w.ID)
		return s, nil
	}
	connectors, err := d.connectors()
	if err != nil {
		return nil, err
	}
	c, ok := connectors[w.Fleet]
	if !ok {
		return nil, nil
	}
	return d.start(w, destinations(c.LogDelivery))
}

// flush stops a shipper. A destination that accepts nothing keeps nobody waiting.
func (d *Delivery) flush(ctx context.Context, s *logship.Shipper, worker string) {
	ctx, cancel := context.WithTimeout(ctx, lastFlush)
	defer cancel()
	var patience sync.WaitGroup
	patience.Go(func() {
		defer cancel()
		wait(ctx, s)
	})
	err := s.Stop(ctx)
	cancel()
	patience.Wait()
	if err != nil {
		d.log.Warn("The last lines of a worker's log were not delivered", "worker", worker, "err", err)
	}
}

// wait returns when ctx ends or it is not worth while to wait for a shipper.
func wait(ctx context.Context, s *logship.Shipper) {
	var lines int64
	var refused time.Time
	progress := time.Now()
	for sleep(ctx, flushLook) {
		now, failing := int64(0), false
		for _, status := range s.Status() {
			now += status.Lines
			failing = failing || !status.Failing.IsZero()
		}
		if now != lines {
			lines, progress = now, time.Now()
		}
		if !failing {
			refused = time.Time{}
		} else if refused.IsZero() {
			refused = time.Now()
		}
		if time.Since(progress) > idleFlush || failing && time.Since(refused) > graceFlush {
			return
		}
	}
}

// Close delivers what is there and ends. Workers that live on are delivered by the next
// Delivery from where this one ended. Call it when the fleet is closed.
func (d *Delivery) Close() {
	d.mu.Lock()
	d.stop()
	d.mu.Unlock()
	d.group.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, s := range d.shippers {
		d.group.Go(func() { d.flush(context.Background(), s, id) })
	}
	d.group.Wait()
	d.shippers = map[string]*logship.Shipper{}
	if d.services != nil {
		d.services.Close()
		d.services = nil
	}
}
