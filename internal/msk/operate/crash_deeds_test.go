//go:build linux

package operate_test

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/lag"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

// deeds are all kinds of operations, with the ways in which they end.
func deeds() []deed {
	return slices.Concat(creations(), updates(), failingUpdates(), lifecycles(), deletions(), plugins(), scalings())
}

func creations() []deed {
	create := func(change func(*crashes, *model.CreateConnector)) func(*crashes) error {
		return func(p *crashes) error {
			r := p.request("d", p.plugin, p.sink(p.dir))
			change(p, &r)
			made, err := p.CreateConnector(context.Background(), r)
			p.made = made.ARN
			return err
		}
	}
	return []deed{
		{name: "create", begin: create(func(*crashes, *model.CreateConnector) {}), check: func(p *crashes) {
			if c := p.settled(p.made); c.State != model.ConnectorRunning || p.effective(p.made)["name"] != "d" {
				p.t.Errorf("%s %+v", c.State, c.StateDescription)
			}
		}},
		{
			name: "create that is refused", begin: create(func(_ *crashes, r *model.CreateConnector) { delete(r.Configuration, "topics") }),
			check: func(p *crashes) { p.fails(model.ReasonInvalidConfiguration, "topics") },
		},
		{
			name: "create of an unknown class", begin: create(func(_ *crashes, r *model.CreateConnector) { r.Configuration["connector.class"] = "com.example.Nowhere" }),
			check: func(p *crashes) { p.fails(model.ReasonPluginClassNotFound, "com.example.Nowhere") },
		},
		{
			name: "create without brokers", begin: create(func(_ *crashes, r *model.CreateConnector) { r.KafkaCluster.Apache.BootstrapServers = "127.0.0.1:1" }),
			check: func(p *crashes) { p.fails(model.ReasonBootstrapUnreachable, "127.0.0.1:1") },
		},
		{
			name: "create with workers that cannot start", begin: create(func(p *crashes, r *model.CreateConnector) { r.WorkerConfiguration = p.useless() }),
			check: func(p *crashes) { p.fails(model.ReasonNoWorkers, "com.example.None") },
		},
	}
}

// useless returns a worker configuration with which no worker starts.
func (p *crashes) useless() *model.WorkerConfigurationRevision {
	p.t.Helper()
	return p.workerConfiguration("useless", "key.converter=com.example.None\nvalue.converter=com.example.None\n")
}

func (p *crashes) workerConfiguration(name, content string) *model.WorkerConfigurationRevision {
	p.t.Helper()
	w, err := p.CreateWorkerConfiguration(context.Background(), model.CreateWorkerConfiguration{
		Name: name, Content: base64.StdEncoding.EncodeToString([]byte(content)),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return &model.WorkerConfigurationRevision{ARN: w.ARN.String(), Revision: 1}
}

func lifecycles() []deed {
	ctx := context.Background()
	ended := func(state model.OperationState, connector model.ConnectorState, task string) func(*crashes) {
		return func(p *crashes) {
			p.came(state)
			p.c.State = connector
			p.runs(p.c, task)
		}
	}
	restart := func(onlyFailed bool) func(*crashes) error {
		return func(p *crashes) error {
			started, err := p.RestartConnector(ctx, model.RestartConnector{ARN: p.c.ARN, OnlyFailedTasks: onlyFailed})
			p.asked = started.Operation
			return err
		}
	}
	restarted := ended(model.OperationRestartComplete, model.ConnectorRunning, "RUNNING")
	return []deed{
		{name: "restart", begin: restart(false), check: restarted},
		{name: "restart of failed tasks", ready: func(p *crashes) {
			p.update(p.c, model.UpdateConnector{Configuration: p.noDirectory(), SkipHealth: true})
			if err := os.Mkdir(filepath.Join(p.dir, "no"), 0o700); err != nil {
				p.t.Fatal(err)
			}
		}, begin: restart(true), check: restarted},
		{name: "pause", begin: func(p *crashes) error {
			started, err := p.PauseConnector(ctx, p.c.ARN)
			p.asked = started.Operation
			return err
		}, check: ended(model.OperationPauseComplete, model.ConnectorPaused, "PAUSED")},
		{name: "resume", ready: (*crashes).paused, begin: func(p *crashes) error {
			started, err := p.ResumeConnector(ctx, p.c.ARN)
			p.asked = started.Operation
			return err
		}, check: ended(model.OperationResumeComplete, model.ConnectorRunning, "RUNNING")},
	}
}

func deletions() []deed {
	ctx := context.Background()
	remove := func(of func(*crashes) model.ARN) deed {
		return deed{begin: func(p *crashes) error {
			_, err := p.DeleteConnector(ctx, model.DeleteConnector{ARN: of(p)})
			return err
		}, check: func(p *crashes) {
			if _, err := p.DescribeConnector(ctx, of(p)); !model.IsCode(err, model.CodeNotFound) {
				p.t.Error(err)
			}
			again := p.request(of(p).Name, p.plugin, p.sink(p.dir))
			if c := p.create(again); c.State != model.ConnectorRunning {
				p.t.Errorf("another one of the name: %s %+v", c.State, c.StateDescription)
			}
		}}
	}
	running := remove(func(p *crashes) model.ARN { return p.c.ARN })
	running.name = "delete"
	paused := running
	paused.name, paused.ready = "delete while paused", (*crashes).paused
	failed := remove(func(p *crashes) model.ARN { return p.made })
	failed.name, failed.ready = "delete of what has failed", func(p *crashes) {
		r := p.request("d", p.plugin, p.sink(p.dir))
		delete(r.Configuration, "topics")
		p.made = p.create(r).ARN
	}
	return []deed{running, paused, failed}
}

func plugins() []deed {
	ctx := context.Background()
	create := func(key string) func(*crashes) error {
		return func(p *crashes) error {
			made, err := p.CreateCustomPlugin(ctx, pluginOf("r", key))
			p.made = made.ARN
			return err
		}
	}
	fails := func(code string) func(*crashes) {
		return func(p *crashes) {
			got := p.settledPlugin(p.made)
			if got.State != model.PluginCreateFailed || got.LatestRevision != nil {
				p.t.Errorf("%+v", got)
			}
			explained(p.t, "plugin", got.StateDescription, code, "")
		}
	}
	return []deed{
		{name: "create a plugin", begin: create("p.zip"), check: func(p *crashes) {
			got := p.settledPlugin(p.made)
			if got.State != model.PluginActive || got.LatestRevision == nil || len(got.LatestRevision.File.MD5) != 32 {
				p.t.Errorf("%+v", got)
			}
		}},
		{name: "create a plugin of nothing", begin: create("missing"), check: fails(model.ReasonObjectNotFound)},
		{name: "create a plugin of something else", begin: create("text"), check: fails(model.ReasonInvalidPluginFile)},
		{name: "delete a plugin", ready: (*crashes).second, begin: func(p *crashes) error {
			_, err := p.DeleteCustomPlugin(ctx, p.other)
			return err
		}, check: func(p *crashes) {
			if _, err := p.DescribeCustomPlugin(ctx, p.other); !model.IsCode(err, model.CodeNotFound) {
				p.t.Error(err)
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

// behind is a lag that never ends.
type behind struct{ operate.Lags }

func (behind) Lag(context.Context, map[string]string, string) (time.Duration, error) {
	return time.Hour, nil
}

// scalings begin by themselves with the next engine.
func scalings() []deed {
	policy := autoscale.Policy{Window: 600 * time.Millisecond, Interval: 200 * time.Millisecond, AfterOut: -1, AfterIn: -1}
	to := func(workers int) (func(*crashes) bool, func(*crashes)) {
		return func(p *crashes) bool { return p.scaled(workers) }, func(p *crashes) {
			s, err := p.engine.Scaling(context.Background(), "c")
			if err != nil || len(s.Decisions) != 1 {
				p.t.Errorf("%+v, %v", s, err)
			}
			p.tasks = 2 * workers
			p.runs(p.c, "RUNNING")
		}
	}
	in := deed{name: "scaling in", ready: func(p *crashes) {
		p.c, _ = p.update(p.c, model.UpdateConnector{Capacity: provisioned(1, 2)})
		p.update(p.c, model.UpdateConnector{Capacity: autoscaled(1, 1, 2, 0, 99, 100)})
		p.scaling = policy
	}}
	in.done, in.check = to(1)
	out := deed{name: "scaling out", ready: func(p *crashes) {
		p.c, _ = p.update(p.c, model.UpdateConnector{Configuration: p.with(operate.TargetLagKey, "1")})
		p.update(p.c, model.UpdateConnector{Capacity: autoscaled(1, 1, 2, 0, 1, 100)})
		p.scaling, p.lags = policy, behind{lag.New(nil)}
	}}
	out.done, out.check = to(2)
	return []deed{in, out}
}
