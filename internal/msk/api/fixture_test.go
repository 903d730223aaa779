package api

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/msk/store"
)

var _ Service = (*operate.Control)(nil)

// server is the API over a real store; operations are done at once.
type server struct {
	*httptest.Server
	control *operate.Control
	store   *store.Store
	handler http.Handler
}

func newServer(t *testing.T, options Options) *server {
	t.Helper()
	db, err := store.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	control := operate.New(operate.Settings{Account: "123456789012"}, db, instant{db})
	s := &server{control: control, store: db, handler: New(control, options)}
	s.Server = httptest.NewServer(s.handler)
	t.Cleanup(func() { s.Close(); _ = db.Close() })
	return s
}

// instant is a Runner that does everything when it is started.
type instant struct{ store *store.Store }

func (i instant) Start(id string) {
	_ = i.store.Update(func(tx *store.Tx) error {
		op, err := tx.Operations().Find(id)
		if err != nil {
			return err
		}
		if op.Target.Kind == model.KindCustomPlugin {
			return i.plugin(tx, op)
		}
		c, err := tx.Connectors().Find(op.Target)
		if err != nil {
			return err
		}
		if op.Kind == store.DeleteConnector {
			return tx.Connectors().Remove(c.ARN)
		}
		finish(&c, &op)
		return errors.Join(tx.Connectors().Replace(c), tx.Operations().Replace(op))
	})
}

func finish(c *store.Connector, op *store.Operation) {
	c.State, c.Operation = model.ConnectorRunning, ""
	if op.Kind == store.PauseConnector {
		c.State = model.ConnectorPaused
	}
	op.Ended = model.Now()
	if op.Shown == nil {
		return
	}
	op.Shown.Succeed()
	if target := op.Shown.TargetSetting; target != nil {
		c.Apply(*target)
		c.CurrentVersion = model.NewVersion()
	}
	if target := op.Shown.TargetConfiguration; target != nil {
		c.Configuration, c.CurrentVersion = target, model.NewVersion()
	}
}

func (i instant) plugin(tx *store.Tx, op store.Operation) error {
	p, err := tx.Plugins().Find(op.Target)
	if err != nil || op.Kind == store.DeleteCustomPlugin {
		return errors.Join(err, tx.Plugins().Remove(op.Target))
	}
	p.State, p.Operation = model.PluginActive, ""
	p.LatestRevision = &model.PluginRevision{
		ContentType: p.ContentType, CreationTime: model.Now(), Location: p.Location, Revision: 1,
		File: model.FileDescription{MD5: strings.Repeat("0", 32), Size: 3_000_000_000},
	}
	op.Ended = model.Now()
	return errors.Join(tx.Plugins().Replace(p), tx.Operations().Replace(op))
}

// reply is what a client sees.
type reply struct {
	status      int
	kind, id    string // headers
	body        string
	contentType string
}

func (s *server) send(t *testing.T, method, path, body string, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) reply {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header.Get("x-amzn-ErrorType"), resp.Header.Get("x-amzn-RequestId"), string(raw), resp.Header.Get("Content-Type")}
}
