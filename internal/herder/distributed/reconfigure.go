package distributed

import (
	"context"
	"maps"
	"math"
	"time"

	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

// reconfigure asks a connector that runs here for its tasks, and has them written
// when they have changed.
func (o *owner) reconfigure(name string) {
	d := o.duties[state.TaskID{Connector: name, Task: connectorItself}]
	if d == nil || d.have == nil || d.stopping || o.stopping {
		return
	}
	if d.asking {
		d.askAgain = true
		return
	}
	if target(o.configs.Snapshot().Connector(name)) != state.TargetStarted {
		return
	}
	d.asking = true
	asked := *d.have
	err := o.worker.TaskConfigs(name, func(configs []map[string]string, err error) {
		o.mail.post(func() {
			if err == nil {
				o.propose(d, asked, configs)
			} else {
				o.asked(d, asked, err)
			}
		})
	})
	if err != nil {
		d.asking = false // it has stopped; when it starts again it is asked again
	}
}

// propose has new task configurations written, by this worker or by the leader.
func (o *owner) propose(d *duty, asked spec, configs []map[string]string) {
	name := d.id.Connector
	c := o.configs.Snapshot().Connector(name)
	if d.have == nil || *d.have != asked || !tasksChanged(c, configs) {
		o.asked(d, asked, nil)
		return
	}
	o.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		err := o.publishTasks(ctx, name, configs)
		o.mail.post(func() { o.asked(d, asked, err) })
	})
}

// asked ends a round of questions, or tries again later.
func (o *owner) asked(d *duty, asked spec, err error) {
	d.asking = false
	name := d.id.Connector
	if d.have == nil || *d.have != asked || o.stopping {
		return // it was stopped or restarted
	}
	again := d.askAgain
	d.askAgain = false
	switch {
	case err != nil:
		pause := reconfigurePause(d.failures)
		d.failures++
		o.log.Error("Failed to reconfigure the tasks of a connector; trying again", "connector", name, "pause", pause, "err", err)
		d.retry = o.after(pause, func() { o.reconfigure(name) })
	case again:
		o.reconfigure(name)
	default:
		d.failures = 0
	}
}

// reconfigurePause is 250 ms, doubled with each failure, at most a minute.
func reconfigurePause(failures int) time.Duration {
	return time.Duration(math.Min(float64(time.Minute), float64(250*time.Millisecond)*math.Pow(2, float64(failures))))
}

// tasksChanged tells whether a connector wants other tasks than it has. It also
// does when its own configuration has changed since, whatever the tasks say
// (KAFKA-9228), but for the number of tasks that it may have: what the tasks say tells
// all of that.
func tasksChanged(c configstore.Connector, configs []map[string]string) bool {
	if c.Inconsistent || len(configs) != c.TaskCount {
		return true
	}
	for i, config := range configs {
		if !maps.Equal(config, configstore.Strings(c.TaskConfigs[i])) {
			return true
		}
	}
	return c.Applied == nil || !equalBut(tasksMax, c.Applied, c.Config)
}

// publishTasks writes task configurations as the leader, or asks the leader to.
func (h *Herder) publishTasks(ctx context.Context, connector string, configs []map[string]string) error {
	v, err := h.awaitSettled(ctx)
	if err != nil {
		return err
	}
	if v.leader {
		return h.putTasks(ctx, connector, configs)
	}
	sign, err := h.signer(v)
	if err != nil {
		return err
	}
	return h.Leader.PutTaskConfigs(ctx, v.leaderURL, connector, configs, sign)
}
