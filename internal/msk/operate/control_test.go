package operate

import (
	"context"
	"encoding/base64"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// fixture is a Control over a store of its own, with a worker configuration and an
// active plugin.
type fixture struct {
	*Control
	t       *testing.T
	runner  *recorder
	plugin  string // ARNs
	workers string
}

// recorder is a Runner that does nothing.
type recorder struct {
	mu      sync.Mutex
	started []string
}

func (r *recorder) Start(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.started = append(r.started, id)
}

func newFixture(t *testing.T, settings Settings) *fixture {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	r := &recorder{}
	f := &fixture{Control: New(settings, s, r), t: t, runner: r}
	p, err := f.CreateCustomPlugin(t.Context(), pluginRequest("p"))
	if err != nil {
		t.Fatal(err)
	}
	f.plugin = p.ARN.String()
	f.settlePlugin(p.ARN)
	w, err := f.CreateWorkerConfiguration(t.Context(), workersRequest("w"))
	if err != nil {
		t.Fatal(err)
	}
	f.workers = w.ARN.String()
	return f
}

func pluginRequest(name string) model.CreateCustomPlugin {
	return model.CreateCustomPlugin{
		ContentType: model.ContentZIP, Name: name, Tags: map[string]string{"k": "v"},
		Location: model.PluginLocation{S3: model.S3Location{BucketARN: "arn:aws:s3:::b", FileKey: "p.zip"}},
	}
}

func workersRequest(name string) model.CreateWorkerConfiguration {
	content := base64.StdEncoding.EncodeToString([]byte("key.converter=a\nvalue.converter=b"))
	return model.CreateWorkerConfiguration{Name: name, Description: "d", Content: content}
}

func (f *fixture) request(name string) model.CreateConnector {
	var r model.CreateConnector
	r.Name, r.KafkaConnectVersion = name, "3.7.x"
	r.Configuration = map[string]string{model.ConnectorClassKey: "C", "tasks.max": "1"}
	r.Capacity.Provisioned = &model.ProvisionedCapacity{MCUCount: 1, WorkerCount: 2}
	r.Plugins = []model.Plugin{{Custom: model.CustomPluginRevision{ARN: f.plugin, Revision: 1}}}
	r.WorkerConfiguration = &model.WorkerConfigurationRevision{ARN: f.workers, Revision: 1}
	r.Tags = map[string]string{"a": "b"}
	return r
}

// create returns a connector that is in the state.
func (f *fixture) create(name string, state model.ConnectorState) model.Connector {
	f.t.Helper()
	made, err := f.CreateConnector(f.t.Context(), f.request(name))
	if err != nil {
		f.t.Fatal(err)
	}
	return f.settle(made.ARN, state)
}

// settle ends the operation on a connector, which is in the state then.
func (f *fixture) settle(arn model.ARN, state model.ConnectorState) model.Connector {
	f.t.Helper()
	var c store.Connector
	f.change(func(tx *store.Tx) (err error) {
		if c, err = tx.Connectors().Find(arn); err != nil {
			return err
		}
		if err := end(tx, c.Operation); err != nil {
			return err
		}
		c.State, c.Operation = state, ""
		return tx.Connectors().Replace(c)
	})
	return c.Connector
}

func (f *fixture) settlePlugin(arn model.ARN) {
	f.t.Helper()
	f.change(func(tx *store.Tx) error {
		p, err := tx.Plugins().Find(arn)
		if err != nil {
			return err
		}
		if err := end(tx, p.Operation); err != nil {
			return err
		}
		p.State, p.Operation = model.PluginActive, ""
		p.LatestRevision = &model.PluginRevision{ContentType: p.ContentType, Location: p.Location, Revision: firstRevision}
		return tx.Plugins().Replace(p)
	})
}

func end(tx *store.Tx, id string) error {
	if id == "" {
		return nil
	}
	op, err := tx.Operations().Find(id)
	if err != nil {
		return err
	}
	op.Ended = model.Now()
	return tx.Operations().Replace(op)
}

func (f *fixture) change(do func(*store.Tx) error) {
	f.t.Helper()
	if err := f.store.Update(do); err != nil {
		f.t.Fatal(err)
	}
}

// last returns the operation that was started last.
func (f *fixture) last() store.Operation {
	f.t.Helper()
	var op store.Operation
	err := f.store.View(func(tx *store.Tx) (err error) {
		op, err = tx.Operations().Find(f.runner.started[len(f.runner.started)-1])
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return op
}

// refused checks the code and a part of the message of an error.
func refused(t *testing.T, name string, err error, code model.Code, message string) {
	t.Helper()
	if !model.IsCode(err, code) || !strings.Contains(err.Error(), message) {
		t.Errorf("%s: error %v, want %s %s", name, err, code, message)
	}
}

func TestWithoutRunner(t *testing.T) {
	f := newFixture(t, Settings{})
	c := f.create("c", model.ConnectorRunning)
	f.runner, f.Control.runner = nil, nil
	ctx := context.Background()
	capacity := &model.Capacity{Provisioned: &model.ProvisionedCapacity{MCUCount: 1, WorkerCount: 1}}
	for name, do := range map[string]func() error{
		"CREATE_CONNECTOR": func() error { _, err := f.CreateConnector(ctx, f.request("d")); return err },
		"UPDATE_WORKER_SETTING": func() error {
			_, err := f.UpdateConnector(ctx, model.UpdateConnector{ARN: c.ARN, CurrentVersion: c.CurrentVersion, Capacity: capacity})
			return err
		},
		"DELETE_CONNECTOR":     func() error { _, err := f.DeleteConnector(ctx, model.DeleteConnector{ARN: c.ARN}); return err },
		"RESTART_CONNECTOR":    func() error { _, err := f.RestartConnector(ctx, model.RestartConnector{ARN: c.ARN}); return err },
		"PAUSE_CONNECTOR":      func() error { _, err := f.PauseConnector(ctx, c.ARN); return err },
		"CREATE_CUSTOM_PLUGIN": func() error { _, err := f.CreateCustomPlugin(ctx, pluginRequest("q")); return err },
	} {
		refused(t, name, do(), model.CodeInternalServer, "the operation "+name+" is not supported by this control plane")
	}
	got, err := f.DescribeConnector(ctx, c.ARN)
	if err != nil || got.State != model.ConnectorRunning {
		t.Errorf("connector after refusals: %s, %v", got.State, err)
	}
	if p, err := f.ListConnectors(ctx, model.List{Max: 10}); err != nil || len(p.Items) != 1 {
		t.Errorf("%d connectors, %v", len(p.Items), err)
	}
}

func TestTags(t *testing.T) {
	f := newFixture(t, Settings{})
	c := f.create("c", model.ConnectorRunning)
	ctx := t.Context()
	if err := f.TagResource(ctx, model.TagResource{ARN: c.ARN, Tags: map[string]string{"x": "1", "a": "2"}}); err != nil {
		t.Fatal(err)
	}
	if err := f.UntagResource(ctx, model.UntagResource{ARN: c.ARN, Keys: []string{"x", "unknown"}}); err != nil {
		t.Fatal(err)
	}
	got, err := f.ListTagsForResource(ctx, c.ARN)
	if err != nil || len(got.Tags) != 1 || got.Tags["a"] != "2" {
		t.Errorf("%v, %v", got, err)
	}
	many := map[string]string{}
	for i := range 200 {
		many["k"+string(rune('0'+i))] = ""
	}
	refused(t, "201 tags", f.TagResource(ctx, model.TagResource{ARN: c.ARN, Tags: many}), model.CodeBadRequest, "at most 200 tags")
	operation := c.ARN.OperationARN("o")
	gone := c.ARN
	gone.ID = "x"
	for _, arn := range []model.ARN{operation, gone} {
		refused(t, arn.String(), f.TagResource(ctx, model.TagResource{ARN: arn}), model.CodeNotFound, arn.String()+" not found")
		refused(t, arn.String(), f.UntagResource(ctx, model.UntagResource{ARN: arn}), model.CodeNotFound, "")
		_, err := f.ListTagsForResource(ctx, arn)
		refused(t, arn.String(), err, model.CodeNotFound, "")
	}
	for _, text := range []string{f.plugin, f.workers} {
		arn, _ := model.ParseARN(text)
		if tags, err := f.ListTagsForResource(ctx, arn); err != nil || tags.Tags == nil {
			t.Errorf("%s: %v, %v", text, tags, err)
		}
	}
}

func TestPlugins(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	r := pluginRequest("q")
	r.Invocation = "call"
	made, err := f.CreateCustomPlugin(ctx, r)
	if err != nil || made.State != model.PluginCreating || made.Revision != 1 {
		t.Fatalf("%+v, %v", made, err)
	}
	if op := f.last(); op.Kind != store.CreateCustomPlugin || op.Target != made.ARN || op.Shown != nil {
		t.Errorf("%+v", op)
	}
	if again, err := f.CreateCustomPlugin(ctx, r); err != nil || again != made {
		t.Errorf("retry: %+v, %v", again, err)
	}
	r.Invocation = ""
	_, err = f.CreateCustomPlugin(ctx, r)
	refused(t, "same name", err, model.CodeConflict, "q already exists")
	_, err = f.DeleteCustomPlugin(ctx, made.ARN)
	refused(t, "delete while creating", err, model.CodeBadRequest, "cannot be deleted while its state is CREATING")
	c := f.request("c")
	c.Plugins[0].Custom.ARN = made.ARN.String()
	_, err = f.CreateConnector(ctx, c)
	refused(t, "use while creating", err, model.CodeBadRequest, "cannot be used while its state is CREATING")
	f.settlePlugin(made.ARN)
	if _, err := f.CreateConnector(ctx, c); err != nil {
		t.Fatal(err)
	}
	_, err = f.DeleteCustomPlugin(ctx, made.ARN)
	refused(t, "delete while in use", err, model.CodeBadRequest, "the connector c uses it")
	p, _ := model.ParseARN(f.plugin)
	for range 2 {
		if deleted, err := f.DeleteCustomPlugin(ctx, p); err != nil || deleted.State != model.PluginDeleting {
			t.Errorf("delete: %+v, %v", deleted, err)
		}
	}
	if n := len(f.runner.started); n != 4 || f.last().Kind != store.DeleteCustomPlugin {
		t.Errorf("%d operations, last %s", n, f.last().Kind)
	}
}

func TestPluginUsedByUpdate(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	made, err := f.CreateCustomPlugin(ctx, pluginRequest("q"))
	if err != nil {
		t.Fatal(err)
	}
	f.settlePlugin(made.ARN)
	c := f.create("c", model.ConnectorRunning)
	plugins := []model.Plugin{{Custom: model.CustomPluginRevision{ARN: made.ARN.String(), Revision: 1}}}
	if _, err := f.UpdateConnector(ctx, model.UpdateConnector{ARN: c.ARN, CurrentVersion: c.CurrentVersion, Plugins: plugins}); err != nil {
		t.Fatal(err)
	}
	_, err = f.DeleteCustomPlugin(ctx, made.ARN)
	refused(t, "delete the target of an update", err, model.CodeBadRequest, "the connector c uses it")
}

func TestWorkerConfigurations(t *testing.T) {
	f := newFixture(t, Settings{Partition: "aws-cn", Region: "cn-north-1", Account: "123456789012"})
	ctx := t.Context()
	r := workersRequest("x")
	r.Invocation = "call"
	made, err := f.CreateWorkerConfiguration(ctx, r)
	if err != nil || !strings.HasPrefix(made.ARN.String(), "arn:aws-cn:kafkaconnect:cn-north-1:123456789012:worker-configuration/x/") || made.State != model.WorkerConfigurationActive {
		t.Fatalf("%+v, %v", made, err)
	}
	if again, err := f.CreateWorkerConfiguration(ctx, r); err != nil || again != made {
		t.Errorf("retry: %+v, %v", again, err)
	}
	r.Invocation = "other"
	_, err = f.CreateWorkerConfiguration(ctx, r)
	refused(t, "same name", err, model.CodeConflict, "x already exists")
	got, err := f.DescribeWorkerConfiguration(ctx, made.ARN)
	if err != nil || got.LatestRevision.Content != r.Content || got.LatestRevision.Revision != 1 || got.Description != "d" || got.CreationTime != made.CreationTime {
		t.Errorf("%+v, %v", got, err)
	}
	f.create("c", model.ConnectorRunning)
	w, _ := model.ParseARN(f.workers)
	_, err = f.DeleteWorkerConfiguration(ctx, w)
	refused(t, "delete while in use", err, model.CodeBadRequest, "the connector c uses it")
	if deleted, err := f.DeleteWorkerConfiguration(ctx, made.ARN); err != nil || deleted.State != model.WorkerConfigurationDeleting {
		t.Errorf("%+v, %v", deleted, err)
	}
	_, err = f.DeleteWorkerConfiguration(ctx, made.ARN)
	refused(t, "delete again", err, model.CodeNotFound, made.ARN.String()+" not found")
	_, err = f.DescribeWorkerConfiguration(ctx, made.ARN)
	refused(t, "describe after", err, model.CodeNotFound, made.ARN.String()+" not found")
}

func TestQuotasHold(t *testing.T) {
	f := newFixture(t, Settings{Quotas: model.Quotas{CustomPlugins: 1, WorkerConfigurations: 1, Workers: 4, WorkersPerConnector: 3}})
	ctx := t.Context()
	_, err := f.CreateCustomPlugin(ctx, pluginRequest("q"))
	refused(t, "plugin", err, model.CodeBadRequest, "quota exceeded: there can be 1 custom plugins")
	_, err = f.CreateWorkerConfiguration(ctx, workersRequest("x"))
	refused(t, "worker configuration", err, model.CodeBadRequest, "quota exceeded: there can be 1 worker configurations")
	c := f.create("c", model.ConnectorRunning)
	r := f.request("d")
	r.Capacity = model.Capacity{AutoScaling: &model.AutoScaling{MCUCount: 1, MinWorkerCount: 1, MaxWorkerCount: 3}}
	_, err = f.CreateConnector(ctx, r)
	refused(t, "workers", err, model.CodeBadRequest, "there can be 4 workers, 2 are in use and 3 more were asked for")
	r.Capacity.AutoScaling.MaxWorkerCount = 4
	_, err = f.CreateConnector(ctx, r)
	refused(t, "workers of one", err, model.CodeBadRequest, "a connector can have 3 workers")
	more := &model.Capacity{Provisioned: &model.ProvisionedCapacity{MCUCount: 1, WorkerCount: 3}}
	if _, err := f.UpdateConnector(ctx, model.UpdateConnector{ARN: c.ARN, CurrentVersion: c.CurrentVersion, Capacity: more}); err != nil {
		t.Fatal(err)
	}
	_, err = f.CreateConnector(ctx, f.request("d"))
	refused(t, "workers while others are added", err, model.CodeBadRequest, "3 are in use and 2 more")
}

func TestStoreErrors(t *testing.T) {
	f := newFixture(t, Settings{})
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
	var known *model.Error
	if _, err := f.CreateConnector(t.Context(), f.request("c")); err == nil || errors.As(err, &known) {
		t.Errorf("closed store: %v", err)
	}
}
