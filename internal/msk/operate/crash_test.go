//go:build linux

package operate_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/msk/store"
)

// deed is something that becomes an operation, and how everything must be after it,
// however often the control plane has died meanwhile.
type deed struct {
	name  string
	begin func(*crashes) error
	check func(*crashes)
	// paused is whether the connector is, before.
	paused bool
}

// crashes is a plant whose engine dies at the n-th moment of an operation.
type crashes struct {
	*plant
	plugin string
	good   map[string]string // configuration of c
	c      model.Connector   // runs before the deed
	made   model.ARN         // what the deed has created
	asked  model.ARN         // its operation, if it is shown
}

// TestCrash ends the engine before and after every step of one operation, with what it
// changes back; the integration tests do so with all operations.
func TestCrash(t *testing.T) {
	t.Parallel()
	for _, d := range deeds() {
		if d.name == "configuration that fails" {
			crashEverywhere(t, d)
		}
	}
}

// crashEverywhere does a deed again and again, each time with a crash at another moment.
// The engine after it must come to the same end as if nothing had happened.
func crashEverywhere(t *testing.T, d deed) {
	t.Helper()
	points := 0
	for crashOnce(t, d, points+1) != "" {
		points++
	}
	t.Logf("%d crashes", points)
	if points == 0 {
		t.Error("it was never interrupted")
	}
}

// crashOnce does the deed with a crash at its n-th moment, and returns which that was.
func crashOnce(t *testing.T, d deed, n int) (at string) {
	t.Helper()
	p := &crashes{plant: newPlant(t)}
	p.limits = operate.Limits{Settle: 50 * time.Millisecond, Running: 20 * time.Second}
	p.open(nil, nil)
	p.prepare(d.paused)
	p.close()

	var engine atomic.Pointer[operate.Engine]
	died := make(chan string, 1)
	var moments atomic.Int32
	crash := func(kind string) func(store.Operation) {
		return func(op store.Operation) {
			if int(moments.Add(1)) == n {
				engine.Load().Abandon()
				died <- kind + " " + op.Step
				runtime.Goexit()
			}
		}
	}
	p.open(crash("before"), crash("after"))
	engine.Store(p.engine)
	if err := d.begin(p); err != nil {
		t.Fatal(err)
	}
	at = p.rest(died)
	p.close()
	p.open(nil, nil)
	p.rest(nil)
	p.check(d, at)
	p.end()
	return at
}

// rest waits until no operation is unfinished, or the engine has died.
func (p *crashes) rest(died <-chan string) (at string) {
	p.t.Helper()
	p.until("operations", func() (string, bool) {
		select {
		case at = <-died:
			return "", true
		default:
		}
		var unfinished []store.Operation
		err := p.store.View(func(tx *store.Tx) (err error) {
			unfinished, err = tx.Operations().Unfinished()
			return err
		})
		return fmt.Sprint(unfinished, err), err == nil && len(unfinished) == 0
	})
	return at
}

func (p *crashes) prepare(paused bool) {
	p.t.Helper()
	p.upload("p.zip", zipOf(p.t, map[string]string{"README": "x"}))
	p.plugin = p.plant.plugin("p", "p.zip").ARN.String()
	p.good = map[string]string{"connector.class": sinkClass, "topics": "in", "file": filepath.Join(p.dir, "out.txt")}
	p.c = p.create(p.request("c", p.plugin, p.good))
	if p.c.State != model.ConnectorRunning {
		p.t.Fatalf("%+v", p.c.StateDescription)
	}
	if paused {
		if _, err := p.PauseConnector(p.t.Context(), p.c.ARN); err != nil {
			p.t.Fatal(err)
		}
		p.c = p.settled(p.c.ARN)
	}
}

// check looks whether anything is left over, then at what the deed shall have done.
func (p *crashes) check(d deed, at string) {
	p.t.Helper()
	known := map[string]int{}
	_ = p.store.View(func(tx *store.Tx) error {
		unfinished, err := tx.Operations().Unfinished()
		if err != nil || len(unfinished) > 0 {
			p.t.Errorf("after a crash %s: %d unfinished operations, %v", at, len(unfinished), err)
		}
		all, err := tx.Connectors().All()
		for _, c := range all {
			if c.Operation != "" {
				p.t.Errorf("after a crash %s: %s still has an operation", at, c.Name)
			}
			if c.State != model.ConnectorFailed {
				_, known[c.ARN.Name+"_"+c.ARN.ID] = c.Capacity.Workers()
			}
		}
		return err
	})
	p.until("workers of connectors", func() (string, bool) {
		fleets := p.fleet.Fleets()
		return fmt.Sprint(fleets), slices.Equal(fleets, slices.Sorted(maps.Keys(known)))
	})
	for name, want := range known {
		if got := p.fleet.Workers(name); len(got) != want {
			p.t.Errorf("after a crash %s: %s has %d workers, want %d", at, name, len(got), want)
		}
	}
	d.check(p)
	if p.t.Failed() {
		p.t.Fatalf("after a crash %s", at)
	}
}

// runs checks the state of the connector and what its workers have.
func (p *crashes) runs(state model.ConnectorState, task string, config map[string]string) {
	p.t.Helper()
	now := p.settled(p.c.ARN)
	if now.State != state || !maps.Equal(now.Configuration, config) {
		p.t.Errorf("%s %+v %v", now.State, now.StateDescription, now.Configuration)
		return
	}
	p.until("task", func() (string, bool) {
		s := p.status(p.c.ARN)
		return fmt.Sprint(s), len(s.Tasks) == 1 && s.Tasks[0].State.State == task
	})
	if got := p.effective(p.c.ARN); got["file"] != config["file"] || got["batch"] != config["batch"] {
		p.t.Errorf("the workers have %v", got)
	}
}

func (p *crashes) came(states ...model.OperationState) {
	p.t.Helper()
	if op := p.operation(p.asked); !slices.Contains(states, op.State) || op.EndTime.IsZero() {
		p.t.Errorf("operation %s, %+v", op.State, op.ErrorInfo)
	}
}

func (p *crashes) change(r model.UpdateConnector) error {
	r.ARN, r.CurrentVersion = p.c.ARN, p.c.CurrentVersion
	updated, err := p.UpdateConnector(context.Background(), r)
	p.asked = updated.Operation
	return err
}

func (p *crashes) with(key, value string) map[string]string {
	config := maps.Clone(p.good)
	config[key] = value
	return config
}

func deeds() []deed {
	ctx := context.Background()
	running, paused := model.ConnectorRunning, model.ConnectorPaused
	none := func(p *crashes) string { return filepath.Join(p.dir, "no", "directory") }
	return []deed{
		{name: "create", begin: func(p *crashes) error {
			made, err := p.CreateConnector(ctx, p.request("d", p.plugin, p.good))
			p.made = made.ARN
			return err
		}, check: func(p *crashes) {
			if c := p.settled(p.made); c.State != running || p.effective(p.made)["name"] != "d" {
				p.t.Errorf("%s %+v", c.State, c.StateDescription)
			}
		}},
		{name: "create that fails", begin: func(p *crashes) error {
			config := maps.Clone(p.good)
			delete(config, "topics")
			made, err := p.CreateConnector(ctx, p.request("d", p.plugin, config))
			p.made = made.ARN
			return err
		}, check: func(p *crashes) {
			c := p.settled(p.made)
			if c.State != model.ConnectorFailed {
				p.t.Errorf("%s", c.State)
			}
			explained(p.t, "create", c.StateDescription, model.ReasonInvalidConfiguration, "topics")
		}},
		{
			name: "capacity", begin: func(p *crashes) error { return p.change(model.UpdateConnector{Capacity: provisioned(1, 2)}) },
			check: func(p *crashes) { p.came(model.OperationUpdateComplete); p.runs(running, "RUNNING", p.good) },
		},
		{name: "configuration", begin: func(p *crashes) error {
			return p.change(model.UpdateConnector{Configuration: p.with("batch", "1")})
		}, check: func(p *crashes) {
			p.came(model.OperationUpdateComplete)
			p.runs(running, "RUNNING", p.with("batch", "1"))
		}},
		{name: "configuration that fails", begin: func(p *crashes) error {
			return p.change(model.UpdateConnector{Configuration: p.with("file", none(p))})
		}, check: func(p *crashes) { p.came(model.OperationRollbackComplete); p.runs(running, "RUNNING", p.good) }},
		{name: "restart", begin: func(p *crashes) error {
			started, err := p.RestartConnector(ctx, model.RestartConnector{ARN: p.c.ARN})
			p.asked = started.Operation
			return err
		}, check: func(p *crashes) { p.came(model.OperationRestartComplete); p.runs(running, "RUNNING", p.good) }},
		{name: "pause", begin: func(p *crashes) error {
			started, err := p.PauseConnector(ctx, p.c.ARN)
			p.asked = started.Operation
			return err
		}, check: func(p *crashes) { p.came(model.OperationPauseComplete); p.runs(paused, "PAUSED", p.good) }},
		{paused: true, name: "resume", begin: func(p *crashes) error {
			started, err := p.ResumeConnector(ctx, p.c.ARN)
			p.asked = started.Operation
			return err
		}, check: func(p *crashes) { p.came(model.OperationResumeComplete); p.runs(running, "RUNNING", p.good) }},
		{name: "delete", begin: func(p *crashes) error {
			_, err := p.DeleteConnector(ctx, model.DeleteConnector{ARN: p.c.ARN})
			return err
		}, check: func(p *crashes) {
			if _, err := p.DescribeConnector(ctx, p.c.ARN); !model.IsCode(err, model.CodeNotFound) {
				p.t.Error(err)
			}
		}},
		{name: "plugin", begin: func(p *crashes) error {
			made, err := p.CreateCustomPlugin(ctx, pluginOf("q", "p.zip"))
			p.made = made.ARN
			return err
		}, check: func(p *crashes) {
			got := p.settledPlugin(p.made)
			if got.State != model.PluginActive || got.LatestRevision == nil || len(got.LatestRevision.File.MD5) != 32 {
				p.t.Errorf("%+v", got)
			}
		}},
		{name: "plugin that fails", begin: func(p *crashes) error {
			made, err := p.CreateCustomPlugin(ctx, pluginOf("q", "missing"))
			p.made = made.ARN
			return err
		}, check: func(p *crashes) {
			if got := p.settledPlugin(p.made); got.State != model.PluginCreateFailed {
				p.t.Errorf("%+v", got)
			}
		}},
	}
}

func pluginOf(name, key string) model.CreateCustomPlugin {
	return model.CreateCustomPlugin{
		ContentType: model.ContentZIP, Name: name,
		Location: model.PluginLocation{S3: model.S3Location{BucketARN: "arn:aws:s3:::plugins", FileKey: key}},
	}
}
