//go:build linux

package operate_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
	"github.com/millrace/millrace/internal/restclient"
)

func autoscaled(mcus, least, most, tasks, in, out int) *model.Capacity {
	return &model.Capacity{AutoScaling: &model.AutoScaling{
		MCUCount: mcus, MinWorkerCount: least, MaxWorkerCount: most, MaxTaskCount: tasks,
		ScaleIn: &model.ScalePolicy{CPUPercent: in}, ScaleOut: &model.ScalePolicy{CPUPercent: out},
	}}
}

// TestAutoscaledTasks checks the tasks.max that workers get; clients keep seeing theirs.
func TestAutoscaledTasks(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	r := p.request("c", p.plugin("p", "p.zip").ARN.String(), p.source("lines"))
	r.Capacity = *autoscaled(8, 1, 4, 15, 20, 80)
	c := p.create(r)
	if c.State != model.ConnectorRunning || c.Configuration["tasks.max"] != "1" || p.effective(c.ARN)["tasks.max"] != "15" {
		t.Errorf("%+v, tasks.max %s", c.StateDescription, p.effective(c.ARN)["tasks.max"])
	}
	now, op := p.update(c, model.UpdateConnector{Capacity: autoscaled(1, 1, 2, 0, 20, 80)})
	p.isUpdated(c, now, op)
	if got := p.effective(c.ARN)["tasks.max"]; got != "2" {
		t.Errorf("one worker of one MCU: tasks.max %s", got)
	}
	last, op := p.update(now, model.UpdateConnector{Capacity: provisioned(1, 1)})
	p.isUpdated(now, last, op)
	if got := p.effective(c.ARN)["tasks.max"]; got != "1" {
		t.Errorf("provisioned: tasks.max %s", got)
	}
}

// TestScaling lets an idle connector with more workers than it needs be scaled in, and
// one whose workers do anything at all be scaled out.
func TestScaling(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.scaling = autoscale.Policy{Window: 600 * time.Millisecond, Interval: 200 * time.Millisecond, AfterOut: -1, AfterIn: -1}
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	c := p.create(p.request("c", p.plugin("p", "p.zip").ARN.String(), p.source("lines")))
	now, op := p.update(c, model.UpdateConnector{Capacity: provisioned(1, 2)})
	p.isUpdated(c, now, op)
	scaled := func(workers int, reason autoscale.Reason, tasks string) {
		t.Helper()
		p.until(fmt.Sprintf("%d workers", workers), func() (string, bool) {
			s, err := p.engine.Scaling(t.Context(), "c")
			n := len(s.Decisions)
			return fmt.Sprintf("%+v, %v", s, err), n > 0 && s.Decisions[n-1].Reason == reason && s.Workers == workers &&
				len(p.workers(c.ARN)) == workers && p.effective(c.ARN)["tasks.max"] == tasks
		})
	}
	next, op := p.update(now, model.UpdateConnector{Capacity: autoscaled(1, 1, 2, 0, 99, 100)})
	p.isUpdated(now, next, op)
	scaled(1, autoscale.CPUBelow, "2")
	p.close()
	p.open(nil, nil)
	s, err := p.engine.Scaling(t.Context(), "c")
	if err != nil || len(s.Decisions) != 1 || s.Decisions[0].From != 2 || s.Decisions[0].Why == "" {
		t.Errorf("after a restart: %+v, %v", s, err)
	}
	if got, err := p.DescribeConnector(t.Context(), c.ARN); err != nil || got.State != model.ConnectorRunning || got.CurrentVersion != next.CurrentVersion {
		t.Errorf("%s %s, %v", got.State, got.CurrentVersion, err)
	}
	if _, err := p.engine.Scaling(t.Context(), "d"); !model.IsCode(err, model.CodeNotFound) {
		t.Error(err)
	}
}

// TestScalingByLag has an idle sink whose oldest record that was not committed is old.
func TestScalingByLag(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.scaling = autoscale.Policy{Window: 600 * time.Millisecond, Interval: 200 * time.Millisecond, AfterOut: time.Hour, AfterIn: -1}
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip").ARN.String()
	p.produce("in", "one")
	r := p.request("c", plugin, map[string]string{
		"connector.class": sinkClass, "topics": "in", "file": p.file("out"), "errors.tolerance": "none",
		operate.TargetLagKey: "0.5",
	})
	r.Capacity = *autoscaled(1, 1, 2, 0, 1, 100)
	w, err := p.CreateWorkerConfiguration(t.Context(), model.CreateWorkerConfiguration{Name: "w", Content: base64.StdEncoding.EncodeToString(
		[]byte("key.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.storage.StringConverter\noffset.flush.interval.ms=100"),
	)})
	if err != nil {
		t.Fatal(err)
	}
	r.WorkerConfiguration = &model.WorkerConfigurationRevision{ARN: w.ARN.String(), Revision: 1}
	c := p.create(r)
	if c.State != model.ConnectorRunning {
		t.Fatalf("%+v", c.StateDescription)
	}
	latest := func(what string, good func(operate.Scaling) bool) {
		t.Helper()
		p.until(what, func() (string, bool) {
			s, err := p.engine.Scaling(t.Context(), "c")
			return fmt.Sprintf("%+v %+v %v", s, s.Latest, err), err == nil && good(s)
		})
	}
	latest("first commit", func(s operate.Scaling) bool {
		return s.Latest != nil && (s.Latest.Reason == autoscale.AtMinimum || s.Latest.Reason == autoscale.Steady)
	})
	p.ask(c.ARN, func(c *restclient.Client) error { return c.Pause(t.Context(), "c") })
	p.produce("in", "two")
	latest("scaling out", func(s operate.Scaling) bool {
		return s.Workers == 2 && len(s.Decisions) == 1 && s.Decisions[0].Reason == autoscale.LagAbove
	})
}
