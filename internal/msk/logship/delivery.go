package logship

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	lookEvery  = time.Second
	sendTime   = time.Minute // for a batch
	minBackoff = time.Second
	maxBackoff = time.Minute
	// A batch that a destination calls wrong so often in a row is given up.
	wrongAttempts = 5
)

// delivery brings one log to one destination. All but the status belongs to run.
type delivery struct {
	src   Source
	to    Destination
	out   outlet
	slots chan struct{}
	log   *slog.Logger
	tail  tail
	file  string // of the state

	state    state
	scribe   scribe
	since    time.Time // there are lines to deliver
	failures int       // in a row
	kept     *delivered
	unsaved  bool // the state is not in the file

	mu     sync.Mutex
	status Status
	last   error // why lines were left at the end
}

// delivered is a batch with the place behind it.
type delivered struct {
	batch
	notice bool // the first line speaks of others
	more   bool // there were more lines than may be in a batch
	next   place
}

func newDelivery(src Source, to Destination, out outlet, slots chan struct{}, log *slog.Logger) *delivery {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &delivery{
		src: src, to: to, out: out, slots: slots,
		log:  log.With("worker", src.Worker, "destination", string(to.Kind)+" "+to.Name),
		tail: tail{src.File, max(src.Parts, 0)}, file: src.State + "." + string(to.Kind) + ".json",
		scribe: scribe{prefix: "[" + src.Worker + "] "}, status: Status{Destination: to},
	}
}

// run delivers until it shall stop softly, then what is there, or until ctx ends.
func (d *delivery) run(ctx context.Context, soft <-chan struct{}) {
	var err error
	if d.state, err = load(d.file); err != nil {
		d.log.Warn("The position in a worker's log is not known; it is delivered from its beginning", "err", err)
	}
	pause := time.Duration(0)
	for {
		timer := time.NewTimer(pause)
		select {
		case <-soft:
			timer.Stop()
			d.finish(ctx)
			return
		case <-ctx.Done():
			timer.Stop()
			d.ended(ctx.Err())
			return
		case <-timer.C:
		}
		pause, _ = d.turn(ctx, false)
	}
}

// finish delivers what is there, with as many attempts as ctx allows.
func (d *delivery) finish(ctx context.Context) {
	for {
		pause, idle := d.turn(ctx, true)
		if idle {
			return
		}
		select {
		case <-ctx.Done():
			d.ended(ctx.Err())
			return
		case <-time.After(pause):
		}
	}
}

func (d *delivery) ended(err error) {
	left, look := d.backlog()
	if look == nil && left == 0 && d.kept == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last = err; d.status.Err != nil {
		d.last = d.status.Err
	}
}

func (d *delivery) unfinished() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last
}

func (d *delivery) snapshot() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

// turn looks once, sends a batch when there is one to send, and returns how long to
// wait. It is idle when all whole lines were delivered.
func (d *delivery) turn(ctx context.Context, last bool) (pause time.Duration, idle bool) {
	left, err := d.backlog()
	switch {
	case err != nil:
		return d.failed(err), false
	case left == 0 && d.kept == nil:
		d.since = time.Time{}
		return lookEvery, true
	}
	if d.since.IsZero() {
		d.since = time.Now()
	}
	if !last && !d.due(left) {
		return lookEvery, false
	}
	sent, err := d.ship(ctx)
	switch {
	case err != nil:
		d.passOver()
		return d.failed(err), false
	case sent == nil:
		return lookEvery, true
	}
	d.recovered()
	if !sent.more {
		d.since = time.Time{}
	}
	return 0, false
}

// due tells whether so many bytes are sent now, or wait for more.
func (d *delivery) due(left int64) bool {
	l := d.out.limits()
	return d.kept != nil || d.failures > 0 || left >= int64(l.bytes) || time.Since(d.since) >= l.every
}

func (d *delivery) backlog() (int64, error) {
	f, err := d.tail.find(d.state.place)
	if err != nil {
		return 0, err
	}
	defer f.close()
	return f.backlog(), nil
}

// moved takes a position and stores it. When that fails, a restart delivers lines again;
// that is better than to deliver them again and again now.
func (d *delivery) moved(s state) {
	if s == d.state {
		return
	}
	d.state = s
	err := s.save(d.file)
	if err != nil && !d.unsaved {
		d.log.Warn("Lines of a worker's log may be delivered twice after a restart", "err", err)
	}
	d.unsaved = err != nil
}
