//go:build linux

package operate_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"

	"github.com/millrace/millrace/internal/msk/model"
)

// change asks for an update of the connector.
func (p *crashes) change(r model.UpdateConnector) error {
	r.ARN, r.CurrentVersion = p.c.ARN, p.c.CurrentVersion
	updated, err := p.UpdateConnector(context.Background(), r)
	p.asked = updated.Operation
	return err
}

// with returns the configuration of the connector with another value.
func (p *crashes) with(key, value string) map[string]string {
	config := maps.Clone(p.c.Configuration)
	config[key] = value
	return config
}

func (p *crashes) noDirectory() map[string]string {
	return p.with("file", filepath.Join(p.dir, "no", "directory"))
}

// updateTo is an update that succeeds. After it the connector is as before but for what
// apply changes.
func updateTo(name string, ready func(*crashes), asked func(*crashes) model.UpdateConnector, apply func(*model.Connector, model.UpdateConnector)) deed {
	var r model.UpdateConnector
	return deed{
		name: name, ready: ready, updates: true,
		begin: func(p *crashes) error { r = asked(p); return p.change(r) },
		check: func(p *crashes) {
			want, task := p.c, "RUNNING"
			if want.State == model.ConnectorPaused {
				task = "PAUSED"
			}
			apply(&want, r)
			p.came(model.OperationUpdateComplete)
			p.runs(want, task)
		},
	}
}

func updates() []deed {
	configuration := func(p *crashes) model.UpdateConnector {
		return model.UpdateConnector{Configuration: p.with("batch", "1"), SkipHealth: p.c.State == model.ConnectorPaused}
	}
	configured := func(c *model.Connector, r model.UpdateConnector) { c.Configuration = r.Configuration }
	capacity := func(p *crashes) model.UpdateConnector {
		return model.UpdateConnector{Capacity: provisioned(2, 2), SkipHealth: p.c.State == model.ConnectorPaused}
	}
	larger := func(c *model.Connector, r model.UpdateConnector) { c.Capacity = r.Capacity.Effective() }
	return []deed{
		updateTo("configuration", nil, configuration, configured),
		updateTo("configuration while paused", (*crashes).paused, configuration, configured),
		updateTo("capacity", nil, capacity, larger),
		updateTo("capacity while paused", (*crashes).paused, capacity, larger),
		updateTo("fewer workers", func(p *crashes) { p.update(p.c, model.UpdateConnector{Capacity: provisioned(1, 2)}) }, func(*crashes) model.UpdateConnector {
			return model.UpdateConnector{Capacity: provisioned(1, 1)}
		}, larger),
		updateTo("plugin", (*crashes).second, func(p *crashes) model.UpdateConnector {
			return model.UpdateConnector{Plugins: pluginsOf(p.other)}
		}, func(c *model.Connector, r model.UpdateConnector) { c.Plugins = r.Plugins }),
		updateTo("worker configuration", nil, func(p *crashes) model.UpdateConnector {
			return model.UpdateConnector{WorkerConfiguration: p.workerConfiguration("w", "key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.storage.StringConverter\n")}
		}, func(c *model.Connector, r model.UpdateConnector) {
			c.ConnectorSettings.WorkerConfiguration = r.WorkerConfiguration
		}),
	}
}

func pluginsOf(arn model.ARN) []model.Plugin {
	return []model.Plugin{{Custom: model.CustomPluginRevision{ARN: arn.String(), Revision: 1}}}
}

func (p *crashes) paused() {
	p.t.Helper()
	if _, err := p.PauseConnector(context.Background(), p.c.ARN); err != nil {
		p.t.Fatal(err)
	}
}

// second makes a plugin that nobody uses.
func (p *crashes) second() {
	p.t.Helper()
	p.other = p.plant.plugin("q", "p.zip").ARN
}

// failingUpdates leave everything as it was. Where the workers are what changes, the
// health check finds a task that has no directory any more.
func failingUpdates() []deed {
	brittle := func(p *crashes) {
		dir := filepath.Join(p.dir, "brittle")
		if err := os.Mkdir(dir, 0o700); err != nil {
			p.t.Fatal(err)
		}
		p.c, _ = p.update(p.c, model.UpdateConnector{Configuration: p.sink(dir)})
	}
	broken := func(asked func(*crashes) model.UpdateConnector) func(*crashes) error {
		return func(p *crashes) error {
			if err := os.RemoveAll(filepath.Join(p.dir, "brittle")); err != nil {
				return err
			}
			return p.change(asked(p))
		}
	}
	back := func(state model.OperationState, task string) func(*crashes) {
		return func(p *crashes) { p.came(state); p.runs(p.c, task) }
	}
	return []deed{
		{name: "configuration that fails", begin: func(p *crashes) error {
			return p.change(model.UpdateConnector{Configuration: p.noDirectory()})
		}, check: back(model.OperationRollbackComplete, "RUNNING")},
		{name: "configuration that is refused", begin: func(p *crashes) error {
			return p.change(model.UpdateConnector{Configuration: p.with("tasks.max", "none")})
		}, check: back(model.OperationUpdateFailed, "RUNNING")},
		{name: "capacity that fails", ready: brittle, begin: broken(func(*crashes) model.UpdateConnector {
			return model.UpdateConnector{Capacity: provisioned(2, 2)}
		}), check: back(model.OperationRollbackComplete, "FAILED")},
		{name: "plugin that fails", ready: func(p *crashes) { brittle(p); p.second() }, begin: broken(func(p *crashes) model.UpdateConnector {
			return model.UpdateConnector{Plugins: pluginsOf(p.other)}
		}), check: back(model.OperationRollbackComplete, "FAILED")},
		{name: "worker configuration that fails", begin: func(p *crashes) error {
			return p.change(model.UpdateConnector{WorkerConfiguration: p.useless()})
		}, check: back(model.OperationRollbackComplete, "RUNNING")},
	}
}
