package distributed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/restclient"
	"github.com/millrace/millrace/internal/signing"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

// fencings are the rounds of zombie fencing under way, by connector: tasks of one
// generation ask for the same one.
type fencings struct {
	mu     sync.Mutex
	active map[string]*fencing
}

type fencing struct {
	done     chan struct{} // closed when err is set
	err      error
	outdated chan struct{} // closed when there are new task configurations
}

// join returns the round of a connector; first is true for whoever has to do it.
func (f *fencings) join(connector string) (round *fencing, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if round, ok := f.active[connector]; ok {
		return round, false
	}
	round = &fencing{done: make(chan struct{}), outdated: make(chan struct{})}
	f.active[connector] = round
	return round, true
}

// outdate fails a round because the tasks that asked for it are history.
func (f *fencings) outdate(connector string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if round, ok := f.active[connector]; ok {
		delete(f.active, connector)
		close(round.outdated)
	}
}

func (f *fencings) end(connector string, round *fencing, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.active[connector] == round {
		delete(f.active, connector)
	}
	round.err = err
	close(round.done)
}

// FenceZombies is the request of another worker that is about to start tasks with
// exactly-once delivery (KIP-618).
func (h *Herder) FenceZombies(ctx context.Context, connector string, by signing.Claim) error {
	if err := h.verify(ctx, by); err != nil {
		return err
	}
	return h.fenceAsLeader(ctx, connector)
}

// fence has the producers of older generations of a connector's tasks fenced. It tries
// again while the leader cannot be reached or cannot do it: the leader may just have
// died, and a task that failed for that would stay failed.
func (h *Herder) fence(ctx context.Context, connector string) error {
	ctx, cancel := context.WithTimeout(ctx, fenceLimit)
	defer cancel()
	for pause := fencePause; ; pause = min(2*pause, fencePauseMax) {
		err := h.fenceOnce(ctx, connector)
		if err == nil || !passing(err) {
			return err
		}
		h.log.Warn("The older tasks of a connector could not be fenced; trying again", "connector", connector, "pause", pause, "err", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

const (
	fenceLimit    = 2 * time.Minute
	fencePause    = 250 * time.Millisecond
	fencePauseMax = 5 * time.Second
)

// passing tells whether an error may be gone when it is tried again: of the network, of
// a leader that is not or not yet, of Kafka.
func passing(err error) bool {
	var known *herder.Error
	if errors.As(err, &known) {
		return known.Reason != herder.NotFound && known.Reason != herder.BadRequest
	}
	var answered *restclient.Error
	if errors.As(err, &answered) {
		// 403 says that the session key has just been replaced.
		return answered.Status != http.StatusBadRequest && answered.Status != http.StatusNotFound
	}
	return true
}

func (h *Herder) fenceOnce(ctx context.Context, connector string) error {
	v, err := h.awaitSettled(ctx)
	if err != nil {
		return err
	}
	if v.leader {
		return h.fenceAsLeader(ctx, connector)
	}
	sign, err := h.signer(v)
	if err != nil {
		return err
	}
	return h.Leader.Fence(ctx, v.leaderURL, connector, sign)
}

func (h *Herder) fenceAsLeader(ctx context.Context, connector string) error {
	if _, err := h.requireLeader(ctx); err != nil {
		return err
	}
	if err := h.configs.ReadToEnd(ctx); err != nil {
		return fmt.Errorf("Failed to read to end of config topic before performing zombie fencing: %w", err)
	}
	c := h.configs.Snapshot().Connector(connector)
	switch {
	case c.Config == nil:
		return herder.NoConnector(connector)
	case h.kind(c) != pluginset.Source:
		return herder.Fail(herder.BadRequest, "Connector %s is not a source connector", connector)
	case !c.PendingFencing:
		return nil
	case !c.TaskCountRecord.Known, c.TaskCountRecord.N == 1 && c.TaskCount == 1:
		return h.putTaskCount(ctx, connector)
	}
	return h.fenceRound(ctx, connector)
}

// fenceRound joins the round of fencing of a connector, or does it.
func (h *Herder) fenceRound(ctx context.Context, connector string) error {
	round, first := h.fencings.join(connector)
	if first {
		h.background(func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, requestTimeout)
			defer cancel()
			err := h.fenceProducers(ctx, connector)
			if err == nil {
				err = h.putTaskCount(ctx, connector)
			}
			h.fencings.end(connector, round, err)
		})
	}
	select {
	case <-round.done:
		return round.err
	case <-round.outdated:
		return herder.Fail(herder.Conflict, "Failed to complete zombie fencing because a new set of task configs was generated")
	case <-ctx.Done():
		return fmt.Errorf("fence the older tasks of connector %s: %w", connector, ctx.Err())
	}
}

func (h *Herder) fenceProducers(ctx context.Context, connector string) error {
	c := h.configs.Snapshot().Connector(connector)
	ids := make([]string, c.TaskCountRecord.N)
	for n := range ids {
		ids[n] = kafka.TransactionalID(h.Cluster.Group, connector, n)
	}
	props := kafka.WorkerAdminProps(h.Settings.Worker.Props, configstore.Strings(c.Config), connector)
	if err := kafka.FenceProducers(ctx, props, h.log, h.Settings.Worker.ClientOptions, ids...); err != nil {
		return fmt.Errorf("fence the older tasks of connector %s: %w", connector, err)
	}
	return nil
}

// putTaskCount writes how many producers the present tasks have, unless there is a
// newer generation of them.
func (h *Herder) putTaskCount(ctx context.Context, connector string) error {
	before := h.configs.Snapshot().Connector(connector)
	return h.write(ctx, func(s *configstore.Snapshot) error {
		now := s.Connector(connector)
		if now.Generation != before.Generation {
			return herder.Fail(herder.Conflict, "Fencing failed because new task configurations were generated for the connector")
		}
		return h.configs.PutTaskCount(ctx, connector, now.TaskCount)
	})
}

// checkTask tells whether a task may still start: it runs here, with the
// configuration of the present generation.
func (h *Herder) checkTask(ctx context.Context, id state.TaskID, generation int) error {
	if err := h.configs.ReadToEnd(ctx); err != nil {
		return fmt.Errorf("read the config topic: %w", err)
	}
	answer := make(chan error, 1)
	h.mail.post(func() { answer <- h.owner.checkTask(id, generation) })
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *owner) checkTask(id state.TaskID, generation int) error {
	switch c := o.configs.Snapshot().Connector(id.Connector); {
	case c.Generation.N != generation:
		return fmt.Errorf("Cannot start source task %s with exactly-once support as the connector has already generated a new set of task configs", id)
	case !o.mine[id]:
		return fmt.Errorf("Cannot start source task %s as it has already been revoked from this worker", id)
	}
	return nil
}

func (h *Herder) kind(c configstore.Connector) pluginset.Kind {
	e, err := h.plugins.Connector(configstore.Strings(c.Config)["connector.class"])
	if err != nil {
		return ""
	}
	return e.Kind
}
