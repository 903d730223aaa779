package operate

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/store"
)

// Evictor takes members that are gone out of Kafka groups, so that others get their work
// before the session of the member ends.
type Evictor interface {
	// Evict removes the members of a group whose client ids are among those gone.
	// worker has the properties of the workers.
	Evict(ctx context.Context, worker map[string]string, group string, gone func(clientID string) bool) error
}

// evictTimeout is how long an eviction is of use: about a session.
const evictTimeout = 10 * time.Second

// lost is told of every process of a worker that ended against its will. Another one
// with the same name takes its place at once; this gives it the work.
func (e *Engine) lost(event fleet.Event) {
	if event.PID == 0 || e.settings.Evictor == nil {
		return
	}
	e.spawn(func() {
		ctx, cancel := context.WithTimeout(e.closing, evictTimeout)
		defer cancel()
		if err := e.evict(ctx, event); err != nil && e.closing.Err() == nil {
			e.log.Warn("A worker that died keeps its place in its group until its session ends", "fleet", event.Fleet, "worker", event.Worker, "err", err)
		}
	})
}

func (e *Engine) evict(ctx context.Context, event fleet.Event) error {
	c, err := e.ofFleet(event.Fleet)
	if err != nil || c == nil {
		return err
	}
	address, others := e.address(event)
	if address == "" {
		return nil
	}
	s, err := (&job{e: e, connector: *c}).now()
	if err != nil {
		return err
	}
	props, err := e.actingProps(ctx, s)
	if err != nil {
		return err
	}
	tasks := e.tasksOn(ctx, c, address, others)
	return errors.Join(
		e.settings.Evictor.Evict(ctx, props, c.ARN.InternalNames().Group, func(id string) bool { return id == "connect-"+address }),
		e.settings.Evictor.Evict(ctx, props, kafka.SinkGroupID(c.Name), tasks),
	)
}

// ofFleet returns the connector of a fleet, nil for none.
func (e *Engine) ofFleet(name string) (found *store.Connector, err error) {
	err = e.settings.Store.View(func(tx *store.Tx) error {
		all, err := tx.Connectors().All()
		if i := slices.IndexFunc(all, func(c store.Connector) bool { return fleetName(c.ARN) == name }); i >= 0 {
			found = &all[i]
		}
		return err
	})
	return found, err
}

// address returns the host:port of the worker that died, and whether there are others.
func (e *Engine) address(event fleet.Event) (address string, others bool) {
	for _, w := range e.settings.Fleet.Workers(event.Fleet) {
		if w.ID == event.Worker {
			address = strings.TrimPrefix(w.URL, "http://")
		} else if w.State == fleet.Running {
			others = true
		}
	}
	return address, others
}

// tasksOn returns the client ids of the consumers of sink tasks that ran on the worker.
// When it was the only one, that are all.
func (e *Engine) tasksOn(ctx context.Context, c *store.Connector, address string, others bool) func(clientID string) bool {
	prefix := "connector-consumer-" + c.Name + "-"
	if !others {
		return func(id string) bool {
			_, err := strconv.Atoi(strings.TrimPrefix(id, prefix))
			return strings.HasPrefix(id, prefix) && err == nil
		}
	}
	gone := map[string]bool{}
	ctx, cancel := soon(ctx)
	defer cancel()
	if s, err := e.workers(c.ARN).status(ctx, c.Name); err == nil {
		for _, t := range s.Tasks {
			if t.WorkerID == address {
				gone[prefix+strconv.Itoa(t.ID)] = true
			}
		}
	}
	return func(id string) bool { return gone[id] }
}
