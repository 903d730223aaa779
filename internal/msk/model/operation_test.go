package model

import (
	"encoding/json"
	"strings"
	"testing"
)

// steps writes the steps as TYPE:STATE.
func steps(o *Operation) string {
	var all []string
	for _, s := range o.Steps {
		all = append(all, string(s.Type)+":"+string(s.State))
	}
	return strings.Join(all, " ")
}

func TestOperation(t *testing.T) {
	connector := ARN{"aws", "r", "1", KindConnector, "c", "i", ""}
	o := NewOperation(OperationUpdateConfiguration, connector)
	if o.State != OperationPending || o.ARN.Connector() != connector || o.Connector != connector || o.CreationTime.IsZero() || !o.EndTime.IsZero() {
		t.Errorf("%+v", o)
	}
	o.Advance(StepValidate)
	if got := steps(o); got != "INITIALIZE_UPDATE:COMPLETED VALIDATE_UPDATE:IN_PROGRESS UPDATE_CONNECTOR_CONFIGURATION:PENDING FINALIZE_UPDATE:PENDING" {
		t.Error(got)
	}
	failed := *o
	failed.Steps = append([]OperationStep{}, o.Steps...)
	failed.Fail(o.Type.Failed(), StateDescription{ReasonUnknown, "m"})
	if got := steps(&failed); got != "INITIALIZE_UPDATE:COMPLETED VALIDATE_UPDATE:FAILED UPDATE_CONNECTOR_CONFIGURATION:CANCELLED FINALIZE_UPDATE:CANCELLED" {
		t.Error(got)
	}
	if failed.State != OperationUpdateFailed || failed.EndTime.IsZero() || failed.ErrorInfo.Message != "m" {
		t.Errorf("%+v", failed)
	}
	o.Succeed()
	if got := steps(o); strings.Count(got, "COMPLETED") != 4 || o.State != OperationUpdateComplete || o.EndTime.IsZero() {
		t.Errorf("%s, %+v", got, o)
	}
	w := NewOperation(OperationUpdateWorkerSetting, connector)
	if got := strings.ReplaceAll(steps(w), ":PENDING", ""); got != "INITIALIZE_UPDATE UPDATE_WORKER_SETTING VALIDATE_UPDATE FINALIZE_UPDATE" {
		t.Error(got)
	}
}

func TestOutcomes(t *testing.T) {
	for kind, want := range map[OperationType]string{
		OperationUpdateWorkerSetting: "UPDATE_IN_PROGRESS UPDATE_COMPLETE UPDATE_FAILED",
		OperationUpdateConfiguration: "UPDATE_IN_PROGRESS UPDATE_COMPLETE UPDATE_FAILED",
		OperationRestart:             "RESTART_IN_PROGRESS RESTART_COMPLETE RESTART_FAILED",
		OperationPause:               "PAUSE_IN_PROGRESS PAUSE_COMPLETE PAUSE_FAILED",
		OperationResume:              "RESUME_IN_PROGRESS RESUME_COMPLETE RESUME_FAILED",
	} {
		if got := string(kind.InProgress() + " " + kind.Complete() + " " + kind.Failed()); got != want {
			t.Errorf("%s: %s", kind, got)
		}
		o := NewOperation(kind, ARN{})
		if raw, err := json.Marshal(o); err != nil || len(o.Steps) == 0 && (o.State != kind.InProgress() || !strings.Contains(string(raw), `"operationSteps":[]`)) {
			t.Errorf("%s, %v", raw, err)
		}
	}
}

func TestTarget(t *testing.T) {
	worker := &WorkerConfigurationRevision{1, "arn:w"}
	origin := WorkerSetting{Capacity: Capacity{Provisioned: &ProvisionedCapacity{1, 1}}, Plugins: []Plugin{{}}, WorkerConfiguration: worker}
	custom := origin
	custom.UseDefault, custom.WorkerConfiguration = true, nil
	for _, c := range []struct {
		name    string
		origin  WorkerSetting
		request UpdateConnector
		want    string
	}{
		{"default", origin, UpdateConnector{UseDefault: true}, `{"capacity":{"provisionedCapacity":{"mcuCount":1,"workerCount":1}},"plugins":[{"customPlugin":{"customPluginArn":"","revision":0}}],"useDefaultWorkerConfiguration":true}`},
		{"custom", custom, UpdateConnector{WorkerConfiguration: worker}, `{"capacity":{"provisionedCapacity":{"mcuCount":1,"workerCount":1}},"plugins":[{"customPlugin":{"customPluginArn":"","revision":0}}],"useDefaultWorkerConfiguration":false,"workerConfiguration":{"revision":1,"workerConfigurationArn":"arn:w"}}`},
		{"scaling, other plugin", origin, UpdateConnector{Capacity: &Capacity{AutoScaling: &AutoScaling{MCUCount: 1, MinWorkerCount: 1, MaxWorkerCount: 2}}, Plugins: []Plugin{{CustomPluginRevision{"arn:p", 1}}}}, `{"capacity":{"autoScaling":{"mcuCount":1,"minWorkerCount":1,"maxWorkerCount":2,"scaleInPolicy":{"cpuUtilizationPercentage":20},"scaleOutPolicy":{"cpuUtilizationPercentage":80}}},"plugins":[{"customPlugin":{"customPluginArn":"arn:p","revision":1}}],"useDefaultWorkerConfiguration":false,"workerConfiguration":{"revision":1,"workerConfigurationArn":"arn:w"}}`},
	} {
		target := c.request.Target(c.origin)
		if raw, err := json.Marshal(target); err != nil || string(raw) != c.want {
			t.Errorf("%s: %s, %v", c.name, raw, err)
		}
		var s ConnectorSettings
		s.Apply(target)
		if again := s.WorkerSetting(); again.UseDefault != target.UseDefault {
			t.Errorf("%s: applied %+v", c.name, again)
		}
	}
}

func TestCapacity(t *testing.T) {
	for _, c := range []struct {
		c                 Capacity
		mcus, least, most int
	}{
		{Capacity{}, 0, 0, 0},
		{Capacity{Provisioned: &ProvisionedCapacity{2, 3}}, 2, 3, 3},
		{Capacity{AutoScaling: &AutoScaling{MCUCount: 4, MinWorkerCount: 1, MaxWorkerCount: 5}}, 4, 1, 5},
	} {
		if least, most := c.c.Effective().Workers(); c.c.MCUCount() != c.mcus || least != c.least || most != c.most {
			t.Errorf("%+v: %d MCUs, %d to %d workers", c.c, c.c.MCUCount(), least, most)
		}
	}
}

func TestTime(t *testing.T) {
	for text, want := range map[string]string{
		`"2026-01-02T03:04:05.678Z"`:    `"2026-01-02T03:04:05.678Z"`,
		`"2026-01-02T03:04:05Z"`:        `"2026-01-02T03:04:05.000Z"`,
		`"2026-01-02T03:04:05.6+01:00"`: `"2026-01-02T02:04:05.600Z"`,
		`"2026-01-02T03:04:05.678999Z"`: `"2026-01-02T03:04:05.678Z"`,
		`1767323045`:                    "",
		`"yesterday"`:                   "",
	} {
		var at Time
		err := json.Unmarshal([]byte(text), &at)
		if want == "" {
			if err == nil {
				t.Errorf("%s: no error", text)
			}
			continue
		}
		if raw, _ := json.Marshal(at); err != nil || string(raw) != want {
			t.Errorf("%s: %s, %v", text, raw, err)
		}
	}
}

func TestStatus(t *testing.T) {
	for code, want := range map[Code]int{
		CodeBadRequest: 400, CodeUnauthorized: 401, CodeForbidden: 403, CodeNotFound: 404, CodeConflict: 409,
		CodeTooManyRequests: 429, CodeInternalServer: 500, CodeServiceUnavailable: 503,
	} {
		if got := code.Status(); got != want {
			t.Errorf("%s: %d", code, got)
		}
	}
}
