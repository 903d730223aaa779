package operate

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

const keptDecisions = 50

// scaler remembers the load of autoscaled connectors. The zero value is ready.
type scaler struct {
	mu     sync.Mutex
	states map[model.ARN]autoscale.State
	latest map[model.ARN]autoscale.Decision
	// undone are those whose last decision was not carried out to its end.
	undone map[model.ARN]bool
}

// scale looks at the load of all connectors until the engine is closed.
func (e *Engine) scale() {
	for e.pause(e.settings.ScaleEvery) {
		var all []store.Connector
		err := e.settings.Store.View(func(tx *store.Tx) (err error) {
			all, err = tx.Connectors().All()
			return err
		})
		if err != nil {
			e.log.Error("The connectors to be scaled cannot be read", "err", err)
			continue
		}
		e.forget(all)
		for _, c := range all {
			if c.Capacity.AutoScaling != nil && c.State == model.ConnectorRunning && c.Operation == "" {
				e.scaleOne(c.ARN)
			}
		}
	}
}

// forget drops what is remembered of connectors that are gone, or not autoscaled.
func (e *Engine) forget(all []store.Connector) {
	there := map[model.ARN]bool{}
	for _, c := range all {
		there[c.ARN] = c.Capacity.AutoScaling != nil
	}
	e.delays.keep(there)
	s := &e.scaler
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.states, func(arn model.ARN, _ autoscale.State) bool { return !there[arn] })
	maps.DeleteFunc(s.latest, func(arn model.ARN, _ autoscale.Decision) bool { return !there[arn] })
	maps.DeleteFunc(s.undone, func(arn model.ARN, _ bool) bool { return !there[arn] })
}

// scaleOne decides about a connector that nothing else works on, and begins to carry it
// out. An operation that comes meanwhile, which may be a deletion, does not wait for that.
func (e *Engine) scaleOne(arn model.ARN) {
	lent, done, ok := e.turns.tryLend(e.closing, arn)
	if !ok {
		return
	}
	deed, err := e.weigh(arn)
	if err != nil {
		e.log.Error("A connector cannot be scaled", "connector", arn.Name, "err", err)
	}
	if deed == nil {
		done()
		return
	}
	e.spawn(func() {
		defer done()
		if err := deed(lent); err != nil && lent.Err() == nil {
			e.log.Error("A scaling decision could not be carried out; it is tried again", "connector", arn.Name, "err", err)
		}
	})
}

// weigh returns what there is to do about the number of workers, nil for nothing.
func (e *Engine) weigh(arn model.ARN) (func(context.Context) error, error) {
	j, err := e.idle(arn)
	if err != nil || j == nil || j.connector.Capacity.AutoScaling == nil {
		return nil, err
	}
	s, changed, err := e.decide(j)
	as := len(e.settings.Fleet.Workers(fleetName(arn))) == s.workers && !e.scaler.isUndone(arn)
	if err != nil || !changed && as {
		return nil, err
	}
	e.scaler.setUndone(arn, true)
	return func(ctx context.Context) error { return e.resize(ctx, j, s) }, nil
}

func (s *scaler) isUndone(arn model.ARN) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.undone[arn]
}

func (s *scaler) setUndone(arn model.ARN, undone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.undone == nil {
		s.undone = map[model.ARN]bool{}
	}
	s.undone[arn] = undone
}

// decide asks the controller, and stores a decision that changes something before it is
// carried out.
func (e *Engine) decide(j *job) (setup, bool, error) {
	now, err := j.now()
	if err != nil {
		return now, false, err
	}
	w, err := readCrew(&j.connector)
	if err != nil {
		return now, false, err
	}
	policy, before := e.policy(&j.connector), e.scaler.recall(j.connector.ARN, w.Scaling)
	in := autoscale.Input{Now: time.Now(), Workers: max(w.Count, 1), Sample: e.sample(&j.connector)}
	state, d := autoscale.Decide(policy, before, in)
	if d.To < d.From && e.rebalances(&j.connector) { // which nothing else depends on
		in.Rebalancing = true
		state, d = autoscale.Decide(policy, before, in)
	}
	if d.Changes() {
		now.workers = d.To
		w.Count, w.Scaling = d.To, state
		w.Decisions = append(w.Decisions, d)
		w.Decisions = w.Decisions[max(0, len(w.Decisions)-keptDecisions):]
		if err := e.saveCrew(j, w); err != nil {
			return now, false, err
		}
		e.log.Info("A connector is scaled", "connector", j.connector.Name, "from", d.From, "to", d.To, "reason", d.Reason, "why", d.Why)
	}
	e.scaler.remember(j.connector.ARN, state, d)
	return now, d.Changes(), nil
}

func (e *Engine) saveCrew(j *job, w crew) error {
	return e.settings.Store.Update(func(tx *store.Tx) error {
		c, err := tx.Connectors().Find(j.connector.ARN)
		if err != nil {
			return err
		}
		if err := w.write(&c); err != nil {
			return err
		}
		j.connector = c
		return tx.Connectors().Replace(c)
	})
}

func (s *scaler) recall(arn model.ARN, kept autoscale.State) autoscale.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state, ok := s.states[arn]; ok {
		return state
	}
	return kept
}

func (s *scaler) remember(arn model.ARN, state autoscale.State, d autoscale.Decision) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.states == nil {
		s.states, s.latest = map[model.ARN]autoscale.State{}, map[model.ARN]autoscale.Decision{}
	}
	s.states[arn], s.latest[arn] = state, d
}

// policy returns the policy for a connector.
func (e *Engine) policy(c *store.Connector) autoscale.Policy {
	p, scaling := e.settings.Scaling, c.Capacity.Effective().AutoScaling
	p.MinWorkers, p.MaxWorkers = scaling.MinWorkerCount, scaling.MaxWorkerCount
	p.ScaleInPercent, p.ScaleOutPercent = scaling.ScaleIn.CPUPercent, scaling.ScaleOut.CPUPercent
	p.TargetLag = e.targetLag(c)
	return p
}

// sample returns the load now, nil when nothing was measured.
func (e *Engine) sample(c *store.Connector) *autoscale.Sample {
	s := autoscale.Sample{CPU: map[string]float64{}, LagSeconds: e.behind(c)}
	for _, w := range e.settings.Fleet.Workers(fleetName(c.ARN)) {
		if w.State == fleet.Running && !w.Usage.At.IsZero() && w.Usage.CPUPercent >= 0 {
			s.CPU[w.ID] = w.Usage.CPUPercent
			if w.Usage.At.After(s.At) {
				s.At = w.Usage.At
			}
		}
	}
	if len(s.CPU) == 0 {
		return nil
	}
	return &s
}

// Scaling is what autoscaling does with a connector.
type Scaling struct {
	// Workers is how many there shall be.
	Workers int `json:"workers"`
	// Latest is the last look at the load; nil before the first.
	Latest *autoscale.Decision `json:"latest,omitempty"`
	// Decisions are those that changed the number, the latest last.
	Decisions []autoscale.Decision `json:"decisions"`
}

// Scaling explains the number of workers of the connector with the name. The error is a
// *model.Error when there is none.
func (e *Engine) Scaling(_ context.Context, name string) (Scaling, error) {
	c, err := e.named(name)
	if err != nil {
		return Scaling{}, err
	}
	w, err := readCrew(&c)
	if err != nil {
		return Scaling{}, err
	}
	s := Scaling{Workers: w.Count, Decisions: w.Decisions}
	if s.Decisions == nil {
		s.Decisions = []autoscale.Decision{}
	}
	e.scaler.mu.Lock()
	defer e.scaler.mu.Unlock()
	if d, ok := e.scaler.latest[c.ARN]; ok {
		s.Latest = &d
	}
	return s, nil
}

// WorkerURLs returns the addresses of the Connect REST API of the connector with the
// name, of workers that run. The error is a *model.Error when there is no such
// connector.
func (e *Engine) WorkerURLs(_ context.Context, name string) ([]string, error) {
	c, err := e.named(name)
	if err != nil {
		return nil, err
	}
	var urls []string
	for _, w := range e.settings.Fleet.Workers(fleetName(c.ARN)) {
		if w.State == fleet.Running {
			urls = append(urls, w.URL)
		}
	}
	return urls, nil
}

func (e *Engine) named(name string) (c store.Connector, err error) {
	err = e.settings.Store.View(func(tx *store.Tx) (err error) {
		c, err = tx.Connectors().Named(name)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return c, model.NotFound("the connector " + name)
	}
	return c, err
}
