package run

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/msk/api"
	"github.com/millrace/millrace/internal/msk/eviction"
	"github.com/millrace/millrace/internal/msk/fetch"
	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/lag"
	"github.com/millrace/millrace/internal/msk/logship"
	"github.com/millrace/millrace/internal/msk/metricship"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/msk/probe"
	"github.com/millrace/millrace/internal/msk/roles"
	"github.com/millrace/millrace/internal/msk/store"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
)

// stopWorkersTimeout bounds the end of all workers.
const stopWorkersTimeout = time.Minute

// controlPlane is a running control plane without its listener.
type controlPlane struct {
	handler http.Handler

	store    *store.Store
	delivery *operate.Delivery
	fleet    *fleet.Processes
	roles    *roles.Roles // nil when workers have the environment's credentials
	engine   *operate.Engine
	exporter *metricship.Exporter // nil when metrics are not exported
}

// openControlPlane opens what is in the data directory and goes on with it.
func openControlPlane(o ControlOptions, secrets map[string]string, registry *logs.Logs) (_ *controlPlane, err error) {
	p := &controlPlane{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close(false))
		}
	}()
	if err := os.MkdirAll(o.Data, 0o700); err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	if p.store, err = store.Open(filepath.Join(o.Data, "control.db")); err != nil {
		return nil, err
	}
	watch := operate.NewWatch(registry.For("millrace.control.fleet"))
	p.delivery = operate.NewDelivery(operate.DeliverySettings{
		Store: p.store, Access: logship.Access{Region: o.region(), S3Endpoint: o.S3Endpoint}, Log: registry.For("millrace.control.logs"),
	})
	p.fleet, err = fleet.Open(fleet.Settings{
		Dir: filepath.Join(o.Data, "fleet"), MCUMemory: o.MCUMemory, NoCgroups: o.NoCgroups,
		Ready: watch.Ready, Events: watch.Event, Leaving: p.delivery.Leaving, Log: registry.For("millrace.control.fleet"),
		SampleEvery: o.Scaling.Pace(),
	})
	if err != nil {
		return nil, err
	}
	p.delivery.Follow(p.fleet)
	role, err := p.openRoles(o, registry)
	if err != nil {
		return nil, err
	}
	native := newNatives(o.Plugins)
	plugins, err := filepath.Abs(filepath.Join(o.Data, "plugins"))
	if err != nil {
		return nil, err
	}
	p.engine, err = operate.Open(operate.EngineSettings{
		Store: p.store, Fleet: p.fleet, Watch: watch, Plugins: plugins, Scaling: o.Scaling, ScaleEvery: o.Scaling.Pace(),
		Fetcher: fetch.New(fetch.Settings{Endpoint: o.S3Endpoint, Region: o.S3Region}),
		Prober:  probe.New(registry.For("millrace.control.probe")), Natives: native,
		Evictor: eviction.New(registry.For("millrace.control.groups")), Lags: lag.New(registry.For("millrace.control.groups")),
		Roles: role, Stores: probe.NewStores(native.set, registry.For("millrace.control.probe")), Log: registry.For("millrace.control.operations"),
	})
	if err != nil {
		return nil, err
	}
	if err := p.exportMetrics(o, registry); err != nil {
		return nil, err
	}
	p.handler = p.newHandler(o, secrets, registry)
	return p, nil
}

func (p *controlPlane) newHandler(o ControlOptions, secrets map[string]string, registry *logs.Logs) http.Handler {
	quotas := model.DefaultQuotas()
	if o.MaxWorkers > 0 {
		quotas.Workers = o.MaxWorkers
	}
	settings := operate.Settings{Region: o.region(), Account: o.Account, Quotas: quotas}
	return api.New(operate.New(settings, p.store, p.engine), api.Options{
		Secrets: secrets, Region: o.Region, Account: o.Account, Workers: p.engine, ConnectWrites: o.ConnectWrites,
		Log: registry.For("millrace.control.api"),
	})
}

func (p *controlPlane) enforcement() string { return p.fleet.Enforcement() }

// close ends everything in reverse.
func (p *controlPlane) close(stopWorkers bool) error {
	var errs []error
	if p.exporter != nil {
		p.exporter.Stop()
	}
	if p.engine != nil {
		errs = append(errs, p.engine.Close())
		if stopWorkers {
			ctx, cancel := context.WithTimeout(context.Background(), stopWorkersTimeout)
			defer cancel()
			errs = append(errs, p.engine.StopWorkers(ctx))
		}
	}
	if p.roles != nil {
		errs = append(errs, p.roles.Close())
	}
	if p.fleet != nil {
		errs = append(errs, p.fleet.Close())
	}
	if p.delivery != nil {
		p.delivery.Close()
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	return errors.Join(errs...)
}

// natives are the connectors of this program.
type natives struct{ set *pluginset.Set }

func newNatives(more []plugin.Plugin) natives {
	return natives{pluginset.New(slices.Concat(builtin.Plugins(), more)...)}
}

// Connector implements [operate.Natives].
func (n natives) Connector(class string) (sink, known bool) {
	e, err := n.set.Connector(class)
	return e.Kind == pluginset.Sink, err == nil
}
