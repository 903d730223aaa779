//go:build linux

package operate_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/metricship"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/roles"
)

// TestRoleAndMetrics has a connector whose workers get the keys of its role, and looks
// at what is measured; another has a role that nobody knows.
func TestRoleAndMetrics(t *testing.T) {
	p := newPlant(t)
	sources, err := roles.Parse([]byte("arn:aws:iam::123456789012:role/r ROLEKEY:rolesecret"))
	if err != nil {
		t.Fatal(err)
	}
	served, err := roles.Open(roles.Settings{Dir: t.TempDir(), Sources: sources})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = served.Close() })
	p.roles = served
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip").ARN.String()
	if c := p.create(p.request("c", plugin, p.source("t", "one"))); c.State != model.ConnectorRunning {
		t.Fatalf("%s: %+v", c.State, c.StateDescription)
	}
	r := p.request("d", plugin, p.source("t", "one"))
	r.ServiceExecutionRoleARN += "2"
	d := p.create(r)
	if d.State != model.ConnectorFailed || d.StateDescription.Code != model.ReasonRoleAccessDenied || !strings.Contains(d.StateDescription.Message, "role/r2 cannot be used") {
		t.Errorf("unknown role: %s, %+v", d.State, d.StateDescription)
	}
	p.environment()
	p.measured()
}

// environment looks at what the only worker has.
func (p *plant) environment() {
	p.t.Helper()
	worker := p.fleet.Workers(p.fleet.Fleets()[0])[0]
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", worker.PID))
	if err != nil {
		p.t.Fatal(err)
	}
	env := "\x00" + string(raw)
	for text, want := range map[string]bool{
		"\x00AWS_ACCESS_KEY_ID=\x00": true, "\x00AWS_SECRET_ACCESS_KEY=\x00": true, "=secret\x00": false, "rolesecret": false,
		"\x00AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:": true,
	} {
		if strings.Contains(env, text) != want {
			p.t.Errorf("the environment of a worker: %q is not %t", text, want)
		}
	}
}

// measured looks at the metrics of the connector c, the only one with workers.
func (p *plant) measured() {
	p.t.Helper()
	var values map[metricship.Metric]float64
	p.until("metrics", func() (string, bool) {
		all := p.engine.Metrics(p.t.Context())
		if len(all) != 1 || all[0].Connector != "c" {
			return fmt.Sprint(all), false
		}
		values = all[0].Values
		_, cpu := values[metricship.CPUUtilization]
		return fmt.Sprint(values), cpu && values[metricship.RunningTaskCount] == 1 && values[metricship.TaskStartupAttemptsTotal] > 0
	})
	for _, name := range []metricship.Metric{
		metricship.SourceRecordPollRate, metricship.SourceRecordWriteRate, metricship.RebalanceCompletedTotal, metricship.RebalanceTimeMax, metricship.RebalanceTimeSinceLast,
	} {
		if v, ok := values[name]; !ok || v < 0 {
			p.t.Errorf("%s is %g, %t", name, v, ok)
		}
	}
	if v := values[metricship.MemoryUtilization]; v <= 0 || v > 100 {
		p.t.Errorf("memory %g", v)
	}
	if values[metricship.WorkerCount] != 1 || values[metricship.ErroredTaskCount] != 0 || values[metricship.TaskStartupSuccessPercentage] != 100 {
		p.t.Errorf("%v", values)
	}
}
