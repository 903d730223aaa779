package operate

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
	"github.com/millrace/millrace/internal/restclient"
)

// fewerTasks is how long a scale-in waits for the tasks that are too many to be gone.
const fewerTasks = 5 * time.Second

// resize carries a decision out. Whichever comes first is what moves fewer tasks from
// worker to worker, which starts them again there. A worker that comes takes its part of
// the tasks that there are; those that come with it then fill up the places that are
// free. The other way round the old workers would start the new tasks, only to give them
// away. For the same reason tasks go before the worker that may have them: what it has
// left is all that moves.
func (e *Engine) resize(ctx context.Context, j *job, s setup) error {
	s.connector = &j.connector
	var err error
	if len(e.settings.Fleet.Workers(fleetName(j.connector.ARN))) > s.workers {
		// Workers go whether or not the others take the configuration.
		err = errors.Join(e.withdraw(ctx, j, s), e.applyInTurn(ctx, e.changes, s))
	} else if err = e.applyInTurn(ctx, e.changes, s); err == nil {
		err = j.ensure(ctx, s.configuration(j.connector.Configuration))
	}
	if err != nil {
		return err
	}
	e.scaler.setUndone(j.connector.ARN, false)
	return nil
}

// withdraw has the connector have no more tasks than s says, and waits a while for it.
func (e *Engine) withdraw(ctx context.Context, j *job, s setup) error {
	config := s.configuration(j.connector.Configuration)
	if err := j.ensure(ctx, config); err != nil {
		return err
	}
	most, err := strconv.Atoi(config[model.TasksMaxKey])
	if err != nil {
		return nil //nolint:nilerr // it is as the client has set it
	}
	err = j.workers().await(ctx, j.connector.Name, fewerTasks, func(now restclient.Status) (bool, error) {
		return len(now.Tasks) <= most && allIn(now, stateRunning, stateFailed, statePaused), nil
	})
	if err != nil && ctx.Err() == nil {
		e.log.Info("Workers go before their tasks have", "connector", j.connector.Name, "err", err)
	}
	return nil
}

// rebalancing is what a worker says of itself: 1 while its group rebalances.
const rebalancing = "kafka_connect_connect_worker_rebalance_metrics_rebalancing"

// rebalances asks the workers whether their group rebalances, and the brokers whether that
// of a sink's tasks does: either way there is less to do than usual. So it may be when a
// worker is being replaced or does not answer.
func (e *Engine) rebalances(c *store.Connector) bool {
	ctx, cancel := soon(e.closing)
	defer cancel()
	var some atomic.Bool
	var group sync.WaitGroup
	group.Go(func() {
		if e.pauses(ctx, c) {
			some.Store(true)
		}
	})
	for _, w := range e.settings.Fleet.Workers(fleetName(c.ARN)) {
		group.Go(func() {
			if w.State != fleet.Running || !isSettled(ctx, w) {
				some.Store(true)
			}
		})
	}
	group.Wait()
	return some.Load()
}

func isSettled(ctx context.Context, w fleet.Worker) bool {
	all, err := scrape(ctx, w.AdminURL)
	for _, s := range all {
		if err == nil && s.name == rebalancing {
			return s.value == 0
		}
	}
	return false
}
