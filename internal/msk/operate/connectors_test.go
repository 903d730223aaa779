package operate

import (
	"maps"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

func TestCreateConnector(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	r := f.request("c")
	r.Invocation = "call"
	r.Capacity = model.Capacity{AutoScaling: &model.AutoScaling{MCUCount: 1, MinWorkerCount: 1, MaxWorkerCount: 2}}
	made, err := f.CreateConnector(ctx, r)
	if err != nil || made.State != model.ConnectorCreating || made.Name != "c" {
		t.Fatalf("%+v, %v", made, err)
	}
	got, err := f.DescribeConnector(ctx, made.ARN)
	switch scaling := got.Capacity.AutoScaling; {
	case err != nil || got.State != model.ConnectorCreating || got.CurrentVersion == "" || got.CreationTime.IsZero():
		t.Errorf("%+v, %v", got, err)
	case scaling.ScaleIn.CPUPercent != 20 || scaling.ScaleOut.CPUPercent != 80 || got.NetworkType != model.NetworkIPv4:
		t.Errorf("%+v, %s", scaling, got.NetworkType)
	case !maps.Equal(got.Configuration, r.Configuration) || *got.WorkerConfiguration != *r.WorkerConfiguration:
		t.Errorf("%+v", got)
	}
	if op := f.last(); op.Kind != store.CreateConnector || op.Target != made.ARN || !op.Ended.IsZero() {
		t.Errorf("%+v", op)
	}
	if tags, err := f.ListTagsForResource(ctx, made.ARN); err != nil || tags.Tags["a"] != "b" {
		t.Errorf("%v, %v", tags, err)
	}
	if again, err := f.CreateConnector(ctx, r); err != nil || again != made || len(f.runner.started) != 2 {
		t.Errorf("retry: %+v, %v, %d operations", again, err, len(f.runner.started))
	}
}

// TestAdmission changes one thing of a request that would succeed.
func TestAdmission(t *testing.T) {
	f := newFixture(t, Settings{})
	f.create("taken", model.ConnectorDeleting)
	unknown := strings.TrimSuffix(f.plugin, "-2") + "-3"
	for _, c := range []struct {
		name    string
		change  func(*model.CreateConnector)
		code    model.Code
		message string
	}{
		{"name", func(r *model.CreateConnector) { r.Name = "taken" }, model.CodeConflict, "taken already exists"},
		{"plugin", func(r *model.CreateConnector) { r.Plugins[0].Custom.ARN = unknown }, model.CodeNotFound, unknown + " not found"},
		{"plugin revision", func(r *model.CreateConnector) { r.Plugins[0].Custom.Revision = 2 }, model.CodeNotFound, "revision 2 of " + f.plugin + " not found"},
		{"other resource as plugin", func(r *model.CreateConnector) { r.Plugins[0].Custom.ARN = f.workers }, model.CodeNotFound, "not found"},
		{"other service as plugin", func(r *model.CreateConnector) { r.Plugins[0].Custom.ARN = "arn:aws:s3:::b" }, model.CodeNotFound, "not found"},
		{"no ARN as plugin", func(r *model.CreateConnector) { r.Plugins[0].Custom.ARN = "p" }, model.CodeBadRequest, "invalid ARN"},
		{"worker configuration", func(r *model.CreateConnector) { r.WorkerConfiguration.ARN += "0" }, model.CodeNotFound, "not found"},
		{"worker configuration revision", func(r *model.CreateConnector) { r.WorkerConfiguration.Revision = 2 }, model.CodeNotFound, "revision 2 of"},
		{"worker configuration, no ARN", func(r *model.CreateConnector) { r.WorkerConfiguration.ARN = "w" }, model.CodeBadRequest, "invalid ARN"},
		{"quota", func(r *model.CreateConnector) { r.Capacity.Provisioned.WorkerCount = 11 }, model.CodeBadRequest, "quota exceeded"},
	} {
		r := f.request("c")
		c.change(&r)
		_, err := f.CreateConnector(t.Context(), r)
		refused(t, c.name, err, c.code, c.message)
	}
	if n := len(f.runner.started); n != 2 {
		t.Errorf("%d operations", n)
	}
}

func TestUpdateConnector(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	c := f.create("c", model.ConnectorRunning)
	r := model.UpdateConnector{ARN: c.ARN, CurrentVersion: c.CurrentVersion, UseDefault: true, SkipHealth: true}
	updated, err := f.UpdateConnector(ctx, r)
	if err != nil || updated.State != model.ConnectorUpdating || updated.Operation.Connector() != c.ARN {
		t.Fatalf("%+v, %v", updated, err)
	}
	op := f.last()
	if op.Shown.ARN != updated.Operation || !op.Asked.SkipHealth || op.Asked.From != model.ConnectorRunning || op.Kind != store.UpdateWorkerSetting {
		t.Errorf("%+v", op)
	}
	shown, err := f.DescribeConnectorOperation(ctx, updated.Operation)
	if err != nil || shown.OriginSetting.UseDefault || !shown.TargetSetting.UseDefault || shown.State != model.OperationPending || len(shown.Steps) != 4 {
		t.Errorf("%+v, %v", shown, err)
	}
	got, err := f.DescribeConnector(ctx, c.ARN)
	if err != nil || got.State != model.ConnectorUpdating || got.WorkerConfiguration == nil || got.CurrentVersion != c.CurrentVersion {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = f.UpdateConnector(ctx, r)
	refused(t, "twice", err, model.CodeBadRequest, "cannot be updated while its state is UPDATING")
	f.settle(c.ARN, model.ConnectorRunning)
	r = model.UpdateConnector{ARN: c.ARN, CurrentVersion: "KOLD", Configuration: map[string]string{model.ConnectorClassKey: "C", "x": "y"}}
	_, err = f.UpdateConnector(ctx, r)
	refused(t, "old version", err, model.CodeBadRequest, "currentVersion mismatch")
	r.CurrentVersion = c.CurrentVersion
	if updated, err = f.UpdateConnector(ctx, r); err != nil {
		t.Fatal(err)
	}
	shown, err = f.DescribeConnectorOperation(ctx, updated.Operation)
	if err != nil || shown.TargetConfiguration["x"] != "y" || shown.OriginConfiguration["tasks.max"] != "1" || shown.OriginSetting != nil {
		t.Errorf("%+v, %v", shown, err)
	}
}

func TestUpdateRefusals(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	paused, failed, running := f.create("p", model.ConnectorPaused), f.create("f", model.ConnectorFailed), f.create("r", model.ConnectorRunning)
	r := model.UpdateConnector{ARN: paused.ARN, CurrentVersion: paused.CurrentVersion, UseDefault: true}
	_, err := f.UpdateConnector(ctx, r)
	refused(t, "paused", err, model.CodeBadRequest, "only be updated with skipHealthValidation")
	r.SkipHealth = true
	if _, err := f.UpdateConnector(ctx, r); err != nil || f.last().Asked.From != model.ConnectorPaused {
		t.Errorf("paused, without health: %v", err)
	}
	r.ARN, r.CurrentVersion = failed.ARN, failed.CurrentVersion
	_, err = f.UpdateConnector(ctx, r)
	refused(t, "failed", err, model.CodeBadRequest, "while its state is FAILED")
	r = model.UpdateConnector{ARN: running.ARN, CurrentVersion: running.CurrentVersion, Configuration: map[string]string{model.ConnectorClassKey: "D"}}
	_, err = f.UpdateConnector(ctx, r)
	refused(t, "class", err, model.CodeBadRequest, "connector.class cannot be changed")
	r = model.UpdateConnector{ARN: running.ARN, CurrentVersion: running.CurrentVersion, WorkerConfiguration: &model.WorkerConfigurationRevision{ARN: f.workers, Revision: 2}}
	_, err = f.UpdateConnector(ctx, r)
	refused(t, "revision", err, model.CodeNotFound, "revision 2")
	r.ARN.ID = "x"
	_, err = f.UpdateConnector(ctx, r)
	refused(t, "unknown", err, model.CodeNotFound, "not found")
}

func TestDeleteConnector(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	for state, message := range map[model.ConnectorState]string{
		model.ConnectorCreating: "cannot be deleted while its state is CREATING", model.ConnectorUpdating: "while its state is UPDATING",
		model.ConnectorRestarting: "while its state is RESTARTING", model.ConnectorPausing: "while its state is PAUSING",
		model.ConnectorRunning: "", model.ConnectorFailed: "", model.ConnectorPaused: "",
	} {
		c := f.create("c-"+strings.ToLower(string(state)), state)
		r := model.DeleteConnector{ARN: c.ARN, CurrentVersion: "KOLD"}
		_, err := f.DeleteConnector(ctx, r)
		refused(t, string(state)+" with another version", err, model.CodeBadRequest, "currentVersion mismatch")
		r.CurrentVersion = c.CurrentVersion
		deleted, err := f.DeleteConnector(ctx, r)
		if message != "" {
			refused(t, string(state), err, model.CodeBadRequest, message)
			continue
		}
		if err != nil || deleted.State != model.ConnectorDeleting || f.last().Kind != store.DeleteConnector || f.last().Asked.From != state {
			t.Errorf("%s: %+v, %v, %+v", state, deleted, err, f.last())
		}
		n := len(f.runner.started)
		if _, err := f.DeleteConnector(ctx, model.DeleteConnector{ARN: c.ARN}); err != nil || len(f.runner.started) != n {
			t.Errorf("%s, again: %v", state, err)
		}
		f.change(func(tx *store.Tx) error { return tx.Connectors().Remove(c.ARN) })
		_, err = f.DeleteConnector(ctx, model.DeleteConnector{ARN: c.ARN})
		refused(t, "after removal", err, model.CodeNotFound, c.ARN.String()+" not found")
	}
}

func TestLifecycle(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	c := f.create("c", model.ConnectorRunning)
	for _, step := range []struct {
		do       string
		from, to model.ConnectorState
		kind     store.OperationKind
		message  string
	}{
		{"resume", model.ConnectorRunning, "", "", "cannot be resumed while its state is RUNNING"},
		{"restart", model.ConnectorRunning, model.ConnectorRestarting, store.RestartConnector, ""},
		{"restart", model.ConnectorRestarting, "", "", "cannot be restarted while its state is RESTARTING"},
		{"restart failed", model.ConnectorRunning, model.ConnectorRestarting, store.RestartConnector, ""},
		{"pause", model.ConnectorRunning, model.ConnectorPausing, store.PauseConnector, ""},
		{"pause", model.ConnectorPaused, "", "", "cannot be paused while its state is PAUSED"},
		{"restart", model.ConnectorPaused, "", "", "cannot be restarted while its state is PAUSED"},
		{"resume", model.ConnectorPaused, model.ConnectorResuming, store.ResumeConnector, ""},
		{"restart", model.ConnectorFailed, "", "", "cannot be restarted while its state is FAILED"},
		{"pause", model.ConnectorCreating, "", "", "cannot be paused while its state is CREATING"},
	} {
		f.settle(c.ARN, step.from)
		started, err := f.do(step.do, c.ARN)
		if step.message != "" {
			refused(t, step.do, err, model.CodeBadRequest, step.message)
			continue
		}
		got, _ := f.DescribeConnector(ctx, c.ARN)
		op := f.last()
		if err != nil || got.State != step.to || op.Kind != step.kind || op.Shown.ARN != started.Operation || op.Asked.OnlyFailedTasks != (step.do == "restart failed") {
			t.Errorf("%s: %v, state %s, %+v", step.do, err, got.State, op)
		}
	}
	f.settle(c.ARN, model.ConnectorRunning)
	f.change(func(tx *store.Tx) error {
		busy, err := tx.Connectors().Find(c.ARN)
		busy.Operation = "other"
		if err != nil {
			return err
		}
		return tx.Connectors().Replace(busy)
	})
	_, err := f.do("pause", c.ARN)
	refused(t, "busy", err, model.CodeBadRequest, "while another operation is in progress")
	unknown := c.ARN
	unknown.ID = "x"
	_, err = f.do("pause", unknown)
	refused(t, "unknown", err, model.CodeNotFound, "not found")
}

func (f *fixture) do(deed string, arn model.ARN) (model.OperationStarted, error) {
	switch deed {
	case "pause":
		return f.PauseConnector(f.t.Context(), arn)
	case "resume":
		return f.ResumeConnector(f.t.Context(), arn)
	}
	return f.RestartConnector(f.t.Context(), model.RestartConnector{ARN: arn, OnlyFailedTasks: deed == "restart failed"})
}

func TestListOperations(t *testing.T) {
	f := newFixture(t, Settings{})
	ctx := t.Context()
	c := f.create("c", model.ConnectorRunning)
	var want []model.ARN
	for range 3 {
		started, err := f.do("restart", c.ARN)
		if err != nil {
			t.Fatal(err)
		}
		want = append([]model.ARN{started.Operation}, want...)
		f.settle(c.ARN, model.ConnectorRunning)
	}
	l := model.List{Connector: c.ARN, Max: 2}
	first, err := f.ListConnectorOperations(ctx, l)
	if err != nil || len(first.Items) != 2 || first.Items[0].ARN != want[0] || first.Items[1].ARN != want[1] {
		t.Fatalf("%+v, %v", first, err)
	}
	l.Token = first.NextToken
	second, err := f.ListConnectorOperations(ctx, l)
	if err != nil || len(second.Items) != 1 || second.Items[0].ARN != want[2] || second.NextToken != "" {
		t.Errorf("%+v, %v", second, err)
	}
	l.Token = "garbage"
	_, err = f.ListConnectorOperations(ctx, l)
	refused(t, "garbage", err, model.CodeBadRequest, "nextToken is invalid")
	_, err = f.ListConnectors(ctx, model.List{Max: 1, Token: first.NextToken})
	refused(t, "token of another list", err, model.CodeBadRequest, "nextToken is invalid")
	other := want[0]
	other.Name = "other"
	for _, arn := range []model.ARN{other, c.ARN.OperationARN("x")} {
		_, err = f.DescribeConnectorOperation(ctx, arn)
		refused(t, arn.String(), err, model.CodeNotFound, arn.String()+" not found")
	}
	l = model.List{Connector: other.Connector(), Max: 1}
	_, err = f.ListConnectorOperations(ctx, l)
	refused(t, "unknown connector", err, model.CodeNotFound, "not found")
}
