//go:build linux

package operate_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/cli"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/eviction"
	"github.com/millrace/millrace/internal/msk/fetch"
	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/lag"
	"github.com/millrace/millrace/internal/msk/logship"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/msk/probe"
	"github.com/millrace/millrace/internal/msk/store"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
)

// asMillrace makes the test binary the program, as which it is a worker.
const asMillrace = "MILLRACE_TEST_PROGRAM"

const patience = 60 * time.Second

func TestMain(m *testing.M) {
	if os.Getenv(asMillrace) != "" {
		os.Exit(cli.Main(os.Args, cli.System()))
	}
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true"} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// plant is a control plane with real workers, an embedded broker and an embedded S3.
type plant struct {
	*operate.Control
	t      *testing.T
	dir    string
	broker *devbroker.Broker
	s3     string // URL
	limits operate.Limits

	scaling autoscale.Policy
	access  logship.Access
	roles   operate.Roles
	lags    operate.Lags // nil for those of the broker
	// moment is told of what the engine does within its steps; nil for nobody.
	moment func(string)

	store    *store.Store
	delivery *operate.Delivery
	fleet    *fleet.Processes
	engine   *operate.Engine
	ended    bool
}

func newPlant(t *testing.T) *plant {
	t.Helper()
	p := &plant{t: t, dir: t.TempDir()}
	var err error
	p.broker, err = devbroker.Start(devbroker.Settings{AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.broker.Close() })
	objects, err := devs3.New(devs3.Settings{Dir: filepath.Join(p.dir, "s3"), Buckets: []string{"plugins"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = objects.Close() })
	server := httptest.NewServer(objects)
	t.Cleanup(server.Close)
	p.s3 = server.URL
	if p.store, err = store.Open(filepath.Join(p.dir, "db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.store.Close() })
	t.Cleanup(p.end)
	return p
}

// open opens driver and engine, as a process that starts.
func (p *plant) open(reached, passed func(store.Operation)) {
	p.t.Helper()
	log := slog.New(slog.NewTextHandler(p.t.Output(), nil))
	watch := operate.NewWatch(log)
	p.delivery = operate.NewDelivery(operate.DeliverySettings{Store: p.store, Access: p.access, Every: 50 * time.Millisecond, Log: log})
	var err error
	p.fleet, err = fleet.Open(fleet.Settings{
		Dir: filepath.Join(p.dir, "fleet"), Command: []string{os.Args[0], "distributed"}, Env: append(os.Environ(), asMillrace+"=1"),
		MCUMemory: 512 << 20, NoCgroups: true, Ready: p.ready(watch), Events: watch.Event, Leaving: p.delivery.Leaving, SampleEvery: 200 * time.Millisecond,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.delivery.Follow(p.fleet)
	var lags operate.Lags = lag.New(nil)
	if p.lags != nil {
		lags = p.lags
	}
	none := func(store.Operation) {}
	if reached == nil {
		reached = none
	}
	if passed == nil {
		passed = none
	}
	p.engine, err = operate.OpenWatched(operate.EngineSettings{
		Store: p.store, Fleet: p.driver(), Fetcher: fetch.New(fetch.Settings{Endpoint: p.s3}), Prober: probe.New(nil), Evictor: eviction.New(nil), Lags: lags,
		Natives: natives{pluginset.New(builtin.Plugins()...)}, Watch: watch, Plugins: filepath.Join(p.dir, "plugins"),
		Stores: probe.NewStores(pluginset.New(builtin.Plugins()...), nil),
		Roles:  p.roles, Limits: p.limits, Scaling: p.scaling, ScaleEvery: 100 * time.Millisecond, Log: log,
	}, reached, passed)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Control = operate.New(operate.Settings{}, p.store, p.engine)
}

// close lets go of everything, as the end of the process would.
func (p *plant) close() {
	p.t.Helper()
	if p.engine != nil {
		_ = p.engine.Close()
		p.engine = nil
	}
	if p.fleet != nil {
		if err := p.fleet.Close(); err != nil {
			p.t.Error(err)
		}
		p.fleet = nil
		p.delivery.Close()
	}
}

// end stops the workers as well.
func (p *plant) end() {
	if p.ended {
		return
	}
	p.ended = true
	if p.fleet == nil {
		p.open(nil, nil)
	}
	_ = p.engine.Close()
	for _, name := range p.fleet.Fleets() {
		for _, w := range p.fleet.Workers(name) {
			if text, err := os.ReadFile(w.LogFile); err == nil && p.t.Failed() {
				p.t.Logf("%s:\n%s", w.ID, text)
			}
		}
	}
	if err := p.engine.StopWorkers(context.Background()); err != nil {
		p.t.Error(err)
	}
	p.close()
}

// momentary tells of what it is asked to do, before and after.
type momentary struct {
	operate.Fleet
	tell func(string)
}

func (m momentary) Apply(ctx context.Context, s fleet.Spec) error {
	m.tell("before workers are changed")
	err := m.Fleet.Apply(ctx, s)
	m.tell("after workers were changed")
	return err
}

func (m momentary) Remove(ctx context.Context, name string) error {
	m.tell("before workers are removed")
	err := m.Fleet.Remove(ctx, name)
	m.tell("after workers were removed")
	return err
}

// driver returns the fleet as the engine sees it.
func (p *plant) driver() operate.Fleet {
	if p.moment == nil {
		return p.fleet
	}
	return momentary{p.fleet, p.moment}
}

func (p *plant) ready(w *operate.Watch) func(context.Context, fleet.Worker) error {
	if p.moment == nil {
		return w.Ready
	}
	tell := p.moment
	return func(ctx context.Context, at fleet.Worker) error {
		tell("while a worker starts")
		return w.Ready(ctx, at)
	}
}

type natives struct{ set *pluginset.Set }

func (n natives) Connector(class string) (sink, known bool) {
	e, err := n.set.Connector(class)
	return e.Kind == pluginset.Sink, err == nil
}

// upload puts a ZIP with a file into the bucket.
func (p *plant) upload(key string, content []byte) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Join(p.dir, "s3", "plugins"), 0o755); err != nil {
		p.t.Fatal(err)
	}
	putObject(p.t, p.s3+"/plugins/"+key, content)
}

func zipOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// plugin creates a plugin of an object and waits for it.
func (p *plant) plugin(name, key string) model.CustomPlugin {
	p.t.Helper()
	made, err := p.CreateCustomPlugin(p.t.Context(), model.CreateCustomPlugin{
		ContentType: model.ContentZIP, Name: name,
		Location: model.PluginLocation{S3: model.S3Location{BucketARN: "arn:aws:s3:::plugins", FileKey: key}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return p.settledPlugin(made.ARN)
}

func (p *plant) settledPlugin(arn model.ARN) (got model.CustomPlugin) {
	p.t.Helper()
	p.until("plugin "+arn.Name, func() (string, bool) {
		var err error
		got, err = p.DescribeCustomPlugin(p.t.Context(), arn)
		return fmt.Sprint(got.State, err), err == nil && got.State != model.PluginCreating
	})
	return got
}

// until asks until the answer is the one that is waited for.
func (p *plant) until(what string, ask func() (now string, done bool)) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		now, done := ask()
		if done {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s: after %s it is %s", what, patience, now)
		}
	}
}

// request is for a source that copies a file to a topic.
func (p *plant) request(name, plugin string, config map[string]string) model.CreateConnector {
	var r model.CreateConnector
	r.Name, r.KafkaConnectVersion, r.Configuration = name, "3.7.x", config
	r.Capacity.Provisioned = &model.ProvisionedCapacity{MCUCount: 1, WorkerCount: 1}
	r.KafkaCluster.Apache = model.ApacheKafkaCluster{BootstrapServers: strings.Join(p.broker.Addrs(), ","), VPC: model.VPC{Subnets: []string{"subnet-1"}}}
	r.Authentication.Type, r.Encryption.Type = model.AuthenticationNone, model.EncryptionPlaintext
	r.Plugins = []model.Plugin{{Custom: model.CustomPluginRevision{ARN: plugin, Revision: 1}}}
	r.ServiceExecutionRoleARN = "arn:aws:iam::123456789012:role/r"
	return r
}

// create creates a connector and waits until it is no longer CREATING.
func (p *plant) create(r model.CreateConnector) model.Connector {
	p.t.Helper()
	made, err := p.CreateConnector(p.t.Context(), r)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.settled(made.ARN)
}

// settled waits until nothing works on the connector.
func (p *plant) settled(arn model.ARN) (got model.Connector) {
	p.t.Helper()
	p.until("connector "+arn.Name, func() (string, bool) {
		var err error
		if got, err = p.DescribeConnector(p.t.Context(), arn); err != nil {
			return err.Error(), false
		}
		return string(got.State), got.State == model.ConnectorRunning || got.State == model.ConnectorFailed || got.State == model.ConnectorPaused
	})
	return got
}

// deleted waits until the connector is gone.
func (p *plant) deleted(arn model.ARN) {
	p.t.Helper()
	p.until("deletion of "+arn.Name, func() (string, bool) {
		got, err := p.DescribeConnector(p.t.Context(), arn)
		return string(got.State), model.IsCode(err, model.CodeNotFound)
	})
}
