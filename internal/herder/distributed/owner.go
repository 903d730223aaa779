package distributed

import (
	"time"

	"github.com/millrace/millrace/internal/group/membership"
	"github.com/millrace/millrace/internal/herder/autorestart"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

// connectorItself is the task number that stands for the connector.
const connectorItself = -1

// owner is the state of the herder. Its methods are called by the owner goroutine
// only, none of them waits.
type owner struct {
	*Herder
	assigned membership.Assigned // the last one
	settling int                 // counts assignments: what was begun for an older one is void
	mine     map[state.TaskID]bool
	duties   map[state.TaskID]*duty
	known    map[string]bool // connectors that the group was told of
	idle     []*idleWait
	unsynced int         // failed attempts to read the config topic in a row
	rejoin   *time.Timer // when a scheduled rebalance is due; nil for none
	key      *time.Timer // when the session key expires; nil for none
	claimed  bool        // the config topic may be written
	failures *autorestart.Book
	stopping bool
}

func newOwner(h *Herder) owner {
	o := owner{
		Herder: h, mine: map[state.TaskID]bool{}, duties: map[state.TaskID]*duty{}, known: map[string]bool{},
		failures: autorestart.New(),
	}
	for _, name := range h.configs.Snapshot().Connectors() {
		o.known[name] = true
	}
	return o
}

// stop gives up all work; stopped is called when nothing runs any more.
func (o *owner) stop(stopped func()) {
	o.stopping = true
	o.settling++
	for _, t := range []*time.Timer{o.rejoin, o.key} {
		if t != nil {
			t.Stop()
		}
	}
	v := *o.view.Load()
	v.stopping = true
	o.publish(v)
	o.giveUp(stopped)
}

// giveUp stops everything that this worker runs.
func (o *owner) giveUp(stopped func()) {
	o.mine = map[state.TaskID]bool{}
	o.reconcile(o.configs.Snapshot())
	o.whenIdle(func(*duty) bool { return true }, stopped)
}

// reconcile brings what runs in line with what is mine and configured.
func (o *owner) reconcile(s *configstore.Snapshot) {
	for id := range o.mine {
		if o.duties[id] == nil && wanted(s, id) != nil {
			o.duties[id] = &duty{id: id}
		}
	}
	for _, d := range o.duties {
		o.update(d, s)
	}
}

// reconcileOne is reconcile for one connector and its tasks.
func (o *owner) reconcileOne(s *configstore.Snapshot, connector string) {
	for id := range o.mine {
		if id.Connector == connector && o.duties[id] == nil && wanted(s, id) != nil {
			o.duties[id] = &duty{id: id}
		}
	}
	for id, d := range o.duties {
		if id.Connector == connector {
			o.update(d, s)
		}
	}
}

func (o *owner) update(d *duty, s *configstore.Snapshot) {
	d.want = nil
	if o.mine[d.id] {
		d.want = wanted(s, d.id)
	}
	o.advance(d)
}

// idleWait is somebody who waits until some duties do not run any more.
type idleWait struct {
	which func(*duty) bool
	done  func()
}

// whenIdle calls done when none of the duties runs or is being stopped; at once, if
// that is so.
func (o *owner) whenIdle(which func(*duty) bool, done func()) {
	o.idle = append(o.idle, &idleWait{which, done})
	o.checkIdle()
}

func (o *owner) checkIdle() {
	waiting := o.idle[:0]
	var ready []func()
	for _, w := range o.idle {
		if o.active(w.which) {
			waiting = append(waiting, w)
		} else {
			ready = append(ready, w.done)
		}
	}
	clear(o.idle[len(waiting):])
	o.idle = waiting
	for _, done := range ready {
		done()
	}
}

func (o *owner) active(which func(*duty) bool) bool {
	for _, d := range o.duties {
		if which(d) && (d.stopping || d.have != nil && d.want == nil) {
			return true
		}
	}
	return false
}
