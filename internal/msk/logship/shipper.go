package logship

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Source is the log of a worker.
type Source struct {
	Worker string // the worker's id, which stands in front of every line
	// Name is that of the log stream, and the folder of objects in a bucket; "" for the
	// worker's id.
	Name string
	File string // where the worker writes; older files are File.1, File.2 and so on
	// Parts is how many older files there can be: 3 for 0, none if negative.
	Parts int
	// State is what the files begin with that hold the positions, such as DIR/logship.
	State string
	// Backlog is how many bytes may wait for a destination that does not accept them:
	// 16 MiB for 0. It should be less than what Parts older files hold.
	Backlog int64
}

func (s *Source) name() string { return cmp.Or(s.Name, s.Worker) }

// Status is how the delivery to a destination is.
type Status struct {
	Destination Destination
	Lines       int64 // that were accepted since the start
	Dropped     int64 // that were passed over or refused since the start
	// Failing is since when nothing was accepted though it was tried, zero for not. Err
	// says why.
	Failing time.Time
	Err     error
}

// Shipper delivers the log of one worker.
type Shipper struct {
	deliveries []*delivery
	soft       chan struct{}
	hard       context.CancelFunc
	running    sync.WaitGroup
	once       sync.Once
}

// Start begins to deliver a log to destinations: from where an earlier shipper with the
// same state ended, else from the oldest line that is there. It goes on until Stop, or
// until ctx ends, which leaves lines for the next time. log is for troubles, not for the
// lines. The file need not be there yet.
func Start(ctx context.Context, services *Services, src Source, to []Destination, log *slog.Logger) (*Shipper, error) {
	if src.Worker == "" || src.File == "" || src.State == "" {
		return nil, errors.New("deliver a log: worker, file and state must be named")
	}
	src.Parts = cmp.Or(src.Parts, 3)
	src.Backlog = cmp.Or(src.Backlog, 16<<20)
	s := &Shipper{soft: make(chan struct{})}
	for _, d := range to {
		out, err := services.outlet(src, d)
		if err != nil {
			return nil, err
		}
		s.deliveries = append(s.deliveries, newDelivery(src, d, out, services.slots[d.Kind], log))
	}
	ctx, s.hard = context.WithCancel(ctx)
	for _, d := range s.deliveries {
		s.running.Go(func() { d.run(ctx, s.soft) })
	}
	return s, nil
}

// Stop delivers what is there and ends; when ctx ends first, it leaves the rest for the
// next time and says so. Nothing of the shipper runs on afterwards.
func (s *Shipper) Stop(ctx context.Context) error {
	s.once.Do(func() { close(s.soft) })
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	s.hard()
	<-done
	var errs []error
	for _, d := range s.deliveries {
		if err := d.unfinished(); err != nil {
			errs = append(errs, fmt.Errorf("deliver the last log lines to %s %s: %w", d.to.Kind, d.to.Name, err))
		}
	}
	return errors.Join(errs...)
}

// Status returns how the deliveries are, in the order of the destinations.
func (s *Shipper) Status() []Status {
	list := make([]Status, len(s.deliveries))
	for i, d := range s.deliveries {
		list[i] = d.snapshot()
	}
	return list
}
