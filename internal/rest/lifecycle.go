package rest

import (
	"net/http"
	"slices"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/store/state"
)

func (a *api) connectorStatus(r *request) (any, error) {
	s, err := a.herder.ConnectorStatus(r.Context(), r.connector())
	return showStatus(s), reword(err, "No status found for connector %s", r.connector())
}

func (a *api) pauseConnector(r *request) (any, error) {
	return response{status: http.StatusAccepted}, a.setTarget(r, state.TargetPaused)
}

func (a *api) resumeConnector(r *request) (any, error) {
	return response{status: http.StatusAccepted}, a.setTarget(r, state.TargetStarted)
}

func (a *api) stopConnector(r *request) (any, error) {
	return response{status: http.StatusNoContent}, a.setTarget(r, state.TargetStopped)
}

func (a *api) setTarget(r *request, target state.Target) error {
	err := a.herder.SetTarget(r.Context(), r.connector(), target)
	return reword(err, "Unknown connector %s", r.connector())
}

// restartConnector restarts the connector alone, or what the parameters say
// (KIP-745).
func (a *api) restartConnector(r *request) (any, error) {
	restart := herder.RestartRequest{
		Connector: r.connector(), IncludeTasks: r.flag("includeTasks", false), OnlyFailed: r.flag("onlyFailed", false),
	}
	s, err := a.herder.Restart(r.Context(), restart)
	if err != nil {
		return nil, a.unlessUnknown(r, err)
	}
	if !restart.IncludeTasks && !restart.OnlyFailed {
		return response{status: http.StatusNoContent}, nil
	}
	return response{status: http.StatusAccepted, body: showStatus(withoutStuck(s))}, nil
}

// unlessUnknown returns why something could not be restarted: above all that there is
// no such connector.
func (a *api) unlessUnknown(r *request, err error) error {
	if isNotFound(err) {
		if _, unknown := a.herder.Connector(r.Context(), r.connector()); isNotFound(unknown) {
			return reword(unknown, "Unknown connector: %s", r.connector())
		}
	}
	return err
}

// withoutStuck leaves out what a Java worker that has passed the request on would not
// understand.
func withoutStuck(s herder.Status) herder.Status {
	s.Connector.Stuck, s.Tasks = state.Stuck{}, slices.Clone(s.Tasks)
	for i := range s.Tasks {
		s.Tasks[i].Stuck = state.Stuck{}
	}
	return s
}
