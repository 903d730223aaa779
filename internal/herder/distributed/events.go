package distributed

import (
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/state"
)

// configEvent is told of every record of the config topic.
func (h *Herder) configEvent(e configstore.Event) {
	if e.Kind == configstore.TasksUpdated {
		h.fencings.outdate(e.Connector)
	}
	h.mail.post(func() { h.owner.event(e) })
}

func (o *owner) event(e configstore.Event) {
	if o.stopping {
		return
	}
	switch e.Kind {
	case configstore.ConnectorUpdated:
		if !o.known[e.Connector] {
			o.known[e.Connector] = true
			o.member.Rejoin("connector " + e.Connector + " is new")
		}
		o.reconcileOne(o.configs.Snapshot(), e.Connector)
	case configstore.ConnectorRemoved:
		if o.known[e.Connector] {
			delete(o.known, e.Connector)
			o.member.Rejoin("connector " + e.Connector + " was deleted")
		}
		o.outdate(e.Connector)
		o.reconcileOne(o.configs.Snapshot(), e.Connector)
	case configstore.TasksUpdated:
		o.member.Rejoin("the tasks of connector " + e.Connector + " have changed")
		if len(e.Tasks) == 0 {
			o.outdate(e.Connector)
		}
		o.reconcileOne(o.configs.Snapshot(), e.Connector)
	case configstore.TargetChanged:
		s := o.configs.Snapshot()
		o.reconcileOne(s, e.Connector)
		o.follow(e.Connector, target(s.Connector(e.Connector)))
	case configstore.SessionKeyUpdated:
		o.watchKey()
	case configstore.RestartRequested:
		o.restartPlanned(e.Restart)
	case configstore.LoggerUpdated:
		o.SetLevel(e.Logger, e.Level)
	}
}

// restartPlanned restarts what a request names and this worker has.
func (o *owner) restartPlanned(r state.RestartRequest) {
	status, ok := o.statuses.Connector(r.Connector)
	if !ok {
		o.log.Warn("A restart was skipped: the connector has no status", "connector", r.Connector)
		return
	}
	plan := r.Plan(status.State, o.taskStates(r.Connector))
	ids := make([]state.TaskID, 0, len(plan.Tasks)+1)
	if plan.Connector {
		ids = append(ids, state.TaskID{Connector: r.Connector, Task: connectorItself})
	}
	for _, n := range plan.Tasks {
		ids = append(ids, state.TaskID{Connector: r.Connector, Task: n})
	}
	for _, id := range ids {
		if d := o.duties[id]; d != nil && d.want != nil {
			o.restarting(id)
			o.restart(id, func(error) {})
		}
	}
}

// restarting writes the status of something that is about to be restarted.
func (o *owner) restarting(id state.TaskID) {
	status := o.status(state.Restarting, o.version(id.Connector), nil)
	if id.Task == connectorItself {
		o.statuses.PutConnector(id.Connector, status)
	} else {
		o.statuses.PutTask(id, status)
	}
}

func (h *Herder) version(connector string) string {
	config := configstore.Strings(h.configs.Snapshot().Connector(connector).Config)
	e, err := h.plugins.Connector(config["connector.class"])
	if err != nil {
		return ""
	}
	return e.Version
}

func (h *Herder) taskStates(connector string) map[int]state.State {
	states := map[int]state.State{}
	for _, n := range h.statuses.Tasks(connector) {
		if s, ok := h.statuses.Task(state.TaskID{Connector: connector, Task: n}); ok {
			states[n] = s.State
		}
	}
	return states
}

var _ herder.Herder = (*Herder)(nil)
