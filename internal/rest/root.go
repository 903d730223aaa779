package rest

import (
	"net/http"
	"sync/atomic"
)

func (a *api) root(*request) (any, error) {
	return struct {
		Version string `json:"version"`
		Commit  string `json:"commit"`
		Cluster any    `json:"kafka_cluster_id"`
	}{a.Version, a.Commit, a.herder.ClusterID()}, nil
}

// readiness remembers whether the worker was ready once.
type readiness struct{ once atomic.Bool }

// noteReady looks whether the worker is ready, until it was once: when it is not any
// more and only then asked for its health, it is not starting.
func (a *api) noteReady() {
	if a.readiness.once.Load() {
		return
	}
	if ready, _ := a.herder.Ready(); ready {
		a.readiness.once.Store(true)
	}
}

// health tells whether the worker can answer (KIP-1017). Not yet is starting, no more
// is unhealthy.
func (a *api) health(*request) (any, error) {
	ready, why := a.herder.Ready()
	status, code, text := "healthy", http.StatusOK, "Worker has completed startup and is ready to handle requests."
	switch {
	case ready:
		a.readiness.once.Store(true)
		why = ""
	case a.readiness.once.Load():
		status, code = "unhealthy", http.StatusInternalServerError
		text = "Worker was unable to handle this request and may be unable to handle other requests."
	default:
		status, code, text = "starting", http.StatusServiceUnavailable, "Worker is still starting up."
	}
	if why != "" {
		text += " " + why
	}
	return response{status: code, body: struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}{status, text}}, nil
}
