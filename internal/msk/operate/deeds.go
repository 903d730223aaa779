package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/restclient"
)

func (j *job) workers() workers { return j.e.workers(j.connector.ARN) }

// probe looks at what workers will need before there are any.
func (j *job) probe(ctx context.Context, s setup) error {
	if err := j.e.knowsClass(s); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Probe)
	defer cancel()
	props, err := j.e.actingProps(ctx, s)
	if err != nil {
		return err
	}
	names := s.connector.ARN.InternalNames()
	p := Probe{
		Worker: props,
		Topics: []string{names.ConfigTopic, props["offset.storage.topic"], names.StatusTopic},
		Groups: []string{names.Group},
	}
	config := s.connector.Configuration
	if sink, _ := j.e.settings.Natives.Connector(config[model.ConnectorClassKey]); sink {
		p.Groups = append(p.Groups, kafka.SinkGroupID(s.connector.Name))
		p.Reads = topicsOf(config)
	}
	if err := j.e.settings.Prober.Probe(ctx, p); err != nil {
		return err
	}
	return j.checkStore(ctx, s, config)
}

// topicsOf returns the topics that a sink's configuration names. What is a reference to a
// secret, only the workers know.
func topicsOf(config map[string]string) (topics []string) {
	for topic := range strings.SplitSeq(config["topics"], ",") {
		if topic = strings.TrimSpace(topic); topic != "" && !strings.Contains(topic, "${") {
			topics = append(topics, topic)
		}
	}
	return topics
}

// start makes the first workers of a connector.
func (j *job) start(ctx context.Context, s setup) error {
	if err := j.e.applyInTurn(ctx, j.e.creations, s); err != nil {
		return err
	}
	return j.ready(ctx)
}

// change makes the workers others.
func (j *job) change(ctx context.Context, s setup) error {
	if err := j.restore(ctx, s); err != nil {
		return err
	}
	return j.ready(ctx)
}

// restore makes the workers what they were. It does not ask for more than that they are
// there: one that dies again and again may have done so before.
func (j *job) restore(ctx context.Context, s setup) error {
	return j.e.applyInTurn(ctx, j.e.changes, s)
}

// ready waits for workers that were started before the step was interrupted: nobody
// does so any more.
func (j *job) ready(ctx context.Context) error {
	if !j.again {
		return nil
	}
	within, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Workers)
	defer cancel()
	for _, w := range j.e.settings.Fleet.Workers(fleetName(j.connector.ARN)) {
		if err := j.e.settings.Watch.Ready(within, w); err != nil {
			return j.e.notReady(ctx, within, err)
		}
	}
	return nil
}

// applyInTurn keeps the operations apart that take the CPU.
func (e *Engine) applyInTurn(ctx context.Context, g gate, s setup) error {
	leave, err := g.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return e.apply(ctx, s)
}

// apply makes the fleet as the setup says.
func (e *Engine) apply(ctx context.Context, s setup) error {
	spec, err := e.spec(s)
	if err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, e.settings.Limits.Workers)
	defer cancel()
	return e.notReady(ctx, within, e.settings.Fleet.Apply(within, spec))
}

// notReady turns an error of workers that were waited for into one for the client's
// user.
func (e *Engine) notReady(ctx, within context.Context, err error) error {
	var known *Failure
	switch {
	case err == nil || ctx.Err() != nil || errors.As(err, &known):
		return err
	case within.Err() != nil:
		return &Failure{model.ReasonNoWorkers, fmt.Sprintf("the workers were not ready after %s; see their logs", e.settings.Limits.Workers), err}
	}
	return &Failure{model.ReasonNoWorkers, "the workers could not be started: " + err.Error(), err}
}

func (j *job) removeWorkers(ctx context.Context) error {
	return j.e.settings.Fleet.Remove(ctx, fleetName(j.connector.ARN))
}

func (j *job) validate(ctx context.Context, config map[string]string) error {
	ctx, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Running)
	defer cancel()
	return j.workers().validate(ctx, config)
}

func (j *job) ensure(ctx context.Context, config map[string]string) error {
	ctx, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Running)
	defer cancel()
	return j.workers().ensure(ctx, j.connector.Name, config)
}

func (j *job) await(ctx context.Context, good verdict) error {
	return j.workers().await(ctx, j.connector.Name, j.e.settings.Limits.Running, good)
}

// tell returns a deed that makes a call.
func (j *job) tell(call func(context.Context, *restclient.Client) error) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, j.e.settings.Limits.Running)
		defer cancel()
		err := j.workers().do(ctx, call)
		var refused *restclient.Error
		if errors.As(err, &refused) {
			return &Failure{model.ReasonUnknown, "the workers refused: " + refused.Error(), err}
		}
		return err
	}
}

// health checks that the connector runs well after a change, unless that was not asked
// for. A paused one cannot be checked.
func (j *job) health(ctx context.Context) error {
	if j.op.Asked.SkipHealth || j.op.Asked.From == model.ConnectorPaused {
		return nil
	}
	limits := j.e.settings.Limits
	before, err := j.readBefore()
	if err != nil {
		return err
	}
	return j.await(ctx, lasting(limits.Settle, healthy(limits.Tasks, before.FailedTasks)))
}

// soon bounds what is only worth knowing when it can be known at once.
func soon(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Second)
}
