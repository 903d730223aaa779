package operate

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/store"
)

// crewOf is a fleet whose workers say what they are told to say.
type crewOf struct {
	Fleet
	workers []fleet.Worker
}

func (f crewOf) Workers(string) []fleet.Worker { return f.workers }

// sinkThat is the only connector that there is.
type sinkThat struct {
	Lags
	rebalances bool
	err        error
}

func (s sinkThat) Connector(string) (sink, known bool) { return true, true }

func (s sinkThat) Rebalances(context.Context, map[string]string, string) (bool, error) {
	return s.rebalances, s.err
}

func TestRebalances(t *testing.T) {
	says := func(text string) fleet.Worker {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }))
		t.Cleanup(server.Close)
		return fleet.Worker{State: fleet.Running, AdminURL: server.URL}
	}
	settled, busy := says("x 1\n"+rebalancing+" 0\n"), says(rebalancing+"{} 1\n")
	silent, replaced := says(""), settled
	replaced.State = fleet.Waiting
	for name, c := range map[string]struct {
		workers []fleet.Worker
		sink    sinkThat
		want    bool
	}{
		"settled":                {[]fleet.Worker{settled, settled}, sinkThat{}, false},
		"one of them rebalances": {[]fleet.Worker{settled, busy}, sinkThat{}, true},
		"one does not say":       {[]fleet.Worker{silent, settled}, sinkThat{}, true},
		"one is replaced":        {[]fleet.Worker{settled, replaced}, sinkThat{}, true},
		"one does not answer":    {[]fleet.Worker{settled, {State: fleet.Running, AdminURL: "http://127.0.0.1:1"}}, sinkThat{}, true},
		"the tasks rebalance":    {[]fleet.Worker{settled}, sinkThat{rebalances: true}, true},
		"nobody knows of tasks":  {[]fleet.Worker{settled}, sinkThat{err: errors.New("not authorized")}, false},
	} {
		e := Engine{
			settings: EngineSettings{Fleet: crewOf{workers: c.workers}, Natives: c.sink, Lags: c.sink},
			closing:  context.Background(), log: slog.New(slog.DiscardHandler),
		}
		if got := e.rebalances(&store.Connector{}); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
