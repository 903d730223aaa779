package distributed

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/membership"
	"github.com/millrace/millrace/internal/group/protocol"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

// configuration is what the group's leader divides, and how far this worker has
// read it.
func (h *Herder) configuration() assign.Configuration {
	s := h.configs.Snapshot()
	c := assign.Configuration{Offset: s.Offset, Connectors: map[string]int{}}
	for _, name := range s.Connectors() {
		c.Connectors[name] = len(s.Tasks(name))
	}
	return c
}

// group is the herder as the member of the group sees it.
type group struct{ *Herder }

// Unsettled says that a rebalance has begun. One in which this worker takes part does
// not change who leads, so requests go on.
func (g group) Unsettled(reason string, lost bool) {
	g.meters.begin()
	if !lost {
		return
	}
	g.mail.post(func() { g.owner.unsettle("The worker is taking part in a rebalance: " + reason + ".") })
}

// Revoke asks to stop everything.
func (g group) Revoke(reason string, done func()) {
	g.mail.post(func() {
		g.log.Warn("Giving up all connectors and tasks", "reason", reason)
		g.owner.giveUp(func() { g.flushStatuses(done) })
	})
}

// Assigned brings the outcome of a rebalance.
func (g group) Assigned(a membership.Assigned) {
	g.meters.begin()
	g.mail.post(func() { g.owner.assign(a) })
}

// Failed says that this worker cannot be in the group.
func (g group) Failed(err error) {
	g.log.Error("The worker cannot take part in its group and stops", "group", g.Cluster.Group, "err", err)
	g.mail.post(func() {
		g.owner.unsettle("The worker cannot take part in its group: " + err.Error() + ".")
		g.owner.giveUp(func() { g.Fatal(fmt.Errorf("group %s: %w", g.Cluster.Group, err)) })
	})
}

// flushStatuses waits until the statuses are written, so that those of the next
// owner come after them.
func (h *Herder) flushStatuses(done func()) {
	h.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, h.Cluster.SyncTimeout)
		defer cancel()
		if err := h.statuses.Flush(ctx); err != nil {
			h.log.Warn("Statuses are not written yet", "err", err)
		}
		done()
	})
}

func (o *owner) unsettle(why string) {
	v := *o.view.Load()
	v.settled, v.leader, v.plan, v.why = false, false, nil, why
	o.publish(v)
}

// assign takes in an assignment: what was revoked stops at once; what is new starts
// when the configurations have been read as far as the leader's.
func (o *owner) assign(a membership.Assigned) {
	if o.stopping {
		return
	}
	o.settling++
	o.assigned = a
	o.generation.Store(a.Generation)
	o.schedule(a.Delay)
	if !a.Leader && o.claimed {
		o.claimed = false
		o.configs.Unclaim()
	}
	o.revoke(a)
	o.catchUp(a)
}

// schedule notes when the group must rebalance again.
func (o *owner) schedule(delay time.Duration) {
	if o.rejoin != nil {
		o.rejoin.Stop()
		o.rejoin = nil
	}
	if delay > 0 {
		o.rejoin = o.after(delay, func() { o.member.Rejoin("the scheduled rebalance delay is over") })
	}
}

// revoke stops what was revoked and then joins again, so that others may have it.
func (o *owner) revoke(a membership.Assigned) {
	if a.Revoked.Empty() {
		return
	}
	gone := set(a.Revoked)
	for id := range gone {
		delete(o.mine, id)
	}
	o.reconcile(o.configs.Snapshot())
	if !a.Mode.Cooperative() {
		return // nobody waits for it
	}
	o.whenIdle(func(d *duty) bool { return gone[d.id] }, func() {
		o.flushStatuses(func() { o.member.Rejoin("revoked work has stopped") })
	})
}

func set(w protocol.Work) map[state.TaskID]bool {
	all := make(map[state.TaskID]bool, len(w.Connectors)+len(w.Tasks))
	for _, c := range w.Connectors {
		all[state.TaskID{Connector: c, Task: connectorItself}] = true
	}
	for _, t := range w.Tasks {
		all[state.TaskID(t)] = true
	}
	return all
}

// catchUp reads the config topic as far as an assignment needs, and as leader claims
// it, outside the owner.
func (o *owner) catchUp(a membership.Assigned) {
	turn := o.settling
	behind := o.configs.Snapshot().Offset < a.ConfigOffset
	read := behind || a.Mismatch && a.Leader
	claim := a.Leader && !a.Mismatch && !o.claimed
	if !read && !claim {
		o.settle(a)
		return
	}
	o.background(func(ctx context.Context) {
		var err error
		if read {
			err = o.readConfigs(ctx)
		}
		if err == nil && claim {
			o.claim(ctx)
		}
		o.mail.post(func() {
			if turn == o.settling && err != nil {
				o.lagBehind(a, err)
			} else if turn == o.settling {
				o.settle(a)
			}
		})
	})
}

func (h *Herder) readConfigs(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, h.Cluster.SyncTimeout)
	defer cancel()
	return h.configs.ReadToEnd(ctx)
}

// claim takes the right to write the config topic, if that needs to be taken. It is
// tried again with the next write.
func (h *Herder) claim(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, h.Cluster.RebalanceTimeout)
	defer cancel()
	if err := h.configs.Claim(ctx); err != nil {
		h.log.Error("The leader could not take the right to write the config topic", "err", err)
	}
}

// errConfigsShort is why reading on does not help.
var errConfigsShort = errors.New("the config topic ends before what other workers have read of it: it was truncated or created again, so all workers must be restarted")

// settle ends a rebalance: new work starts.
func (o *owner) settle(a membership.Assigned) {
	snapshot := o.configs.Snapshot()
	short := snapshot.Offset < a.ConfigOffset // although it was read to its end
	switch {
	case a.Mismatch:
		if a.Leader && short {
			o.log.Error("This worker leads the group and has read less of the config topic than another worker", "read", snapshot.Offset, "needed", a.ConfigOffset, "err", errConfigsShort)
		}
		o.member.Rejoin("the assignment is for other configurations than this worker has read")
		return
	case short:
		o.lagBehind(a, errConfigsShort)
		return
	}
	o.unsynced = 0
	o.claimed = a.Leader // not after a mismatch: nothing was claimed for that
	o.mine = set(a.Work)
	o.publish(view{
		settled: true, memberID: a.MemberID, leader: a.Leader, leaderURL: a.LeaderURL, mode: a.Mode, plan: a.Plan,
	})
	o.meters.end()
	o.reconcile(snapshot)
	if a.Leader {
		o.cleanStatuses(snapshot)
		o.renewKey()
	}
}

// cleanStatuses removes the statuses of what does not exist any more.
func (o *owner) cleanStatuses(s *configstore.Snapshot) {
	gone := state.Status{State: state.Destroyed, WorkerID: o.WorkerID, Generation: int(o.generation.Load())}
	for _, name := range o.statuses.Connectors() {
		if !s.Contains(name) {
			o.statuses.PutConnector(name, gone)
		}
		exists := len(s.Tasks(name))
		for _, n := range o.statuses.Tasks(name) {
			if n >= exists {
				o.statuses.PutTask(state.TaskID{Connector: name, Task: n}, gone)
			}
		}
	}
}

// lagBehind leaves the group for a while because the config topic cannot be read;
// after some attempts this worker also gives up its work.
func (o *owner) lagBehind(a membership.Assigned, err error) {
	if o.unsynced == 0 {
		o.unsettle("The worker cannot read the config topic: " + err.Error() + ".")
		o.member.Drop("taking too long to read the log")
	}
	o.unsynced++
	pause := o.unsyncedPause(a.Mode)
	o.log.Error("The config topic could not be read as far as the group's leader has; this worker has left the group and tries again",
		"read", o.configs.Snapshot().Offset, "needed", a.ConfigOffset, "attempt", o.unsynced, "pause", pause, "err", err)
	if o.unsynced > syncAttempts {
		o.unsynced = 1
		o.giveUp(func() {})
	}
	turn := o.settling
	o.after(pause, func() {
		if turn == o.settling {
			o.readAgain(a)
		}
	})
}

// readAgain tries to catch up, outside the owner, and joins the group when it has.
func (o *owner) readAgain(a membership.Assigned) {
	turn := o.settling
	o.background(func(ctx context.Context) {
		err := o.readConfigs(ctx)
		o.mail.post(func() {
			switch {
			case turn != o.settling:
			case err != nil:
				o.lagBehind(a, err)
			case o.configs.Snapshot().Offset < a.ConfigOffset && o.unsynced < syncAttempts:
				o.lagBehind(a, errConfigsShort)
			default:
				o.unsynced = 0
				o.member.Rejoin("the config topic can be read again")
			}
		})
	})
}

const syncAttempts = 5

// unsyncedPause grows as fewer attempts are left.
func (o *owner) unsyncedPause(mode protocol.Mode) time.Duration {
	if mode == protocol.Eager {
		return o.Cluster.UnsyncBackoff
	}
	left := max(1, syncAttempts+1-o.unsynced)
	return max(o.Cluster.MaxRebalanceDelay/10/time.Duration(left), time.Second)
}
