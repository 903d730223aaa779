package run

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/workerconfig"
)

type api struct {
	l   net.Listener
	srv *http.Server
}

func listen(cfg *workerconfig.Config, _ *logs.Logs) (*api, error) {
	addr := strings.TrimPrefix(cfg.List("listeners")[0], "http://")
	l, err := net.Listen("tcp", addr)
	return &api{l: l}, err
}
func (a *api) workerID() string  { return a.l.Addr().String() }
func (a *api) addresses() string { return a.l.Addr().String() }
func (a *api) serve(h herder.Herder) {
	a.srv = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/connectors") {
			names, _ := h.Connectors(r.Context())
			out := map[string]any{}
			for _, n := range names {
				s, _ := h.ConnectorStatus(r.Context(), n)
				out[n] = s
			}
			json.NewEncoder(w).Encode(out)
			return
		}
		w.Write([]byte("{}"))
	})}
	go a.srv.Serve(a.l)
}
func (a *api) stop() { a.srv.Shutdown(context.Background()) }

func newValidator(...any) func(context.Context, map[string]string) (*herder.Validation, error) {
	return func(context.Context, map[string]string) (*herder.Validation, error) { return &herder.Validation{}, nil }
}
