//go:build linux

package operate_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka/topicadmin"
	"github.com/millrace/millrace/internal/msk/fleet"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/restclient"
)

const (
	sourceClass = "org.apache.kafka.connect.file.FileStreamSourceConnector"
	sinkClass   = "FileStreamSink"
)

// source returns the configuration of a connector that copies a file with the lines to
// a topic.
func (p *plant) source(topic string, lines ...string) map[string]string {
	return map[string]string{"connector.class": sourceClass, "tasks.max": "1", "topic": topic, "file": p.file(topic, lines...)}
}

func (p *plant) file(name string, lines ...string) string {
	p.t.Helper()
	path := filepath.Join(p.dir, name+".txt")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	for _, line := range lines {
		if _, err := fmt.Fprintln(f, line); err != nil {
			p.t.Fatal(err)
		}
	}
	return path
}

// read returns the first records of a topic.
func (p *plant) read(topic string, n int) []string {
	p.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.broker.Addrs()...), kgo.ConsumeTopics(topic), kgo.UnknownTopicRetries(-1))
	if err != nil {
		p.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	var values []string
	for len(values) < n && ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	if len(values) != n {
		p.t.Fatalf("topic %s has %q, want %d records", topic, values, n)
	}
	return values
}

func (p *plant) topics() []string {
	p.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.broker.Addrs()...))
	if err != nil {
		p.t.Fatal(err)
	}
	defer client.Close()
	names, err := topicadmin.New(client).List(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return names
}

func (p *plant) workers(arn model.ARN) []fleet.Worker {
	return p.fleet.Workers(arn.Name + "_" + arn.ID)
}

// ask calls the Connect REST API of the connector's first worker.
func (p *plant) ask(arn model.ARN, call func(*restclient.Client) error) {
	p.t.Helper()
	client, err := restclient.New(restclient.Settings{URL: p.workers(arn)[0].URL})
	if err != nil {
		p.t.Fatal(err)
	}
	defer client.Close()
	if err := call(client); err != nil {
		p.t.Fatal(err)
	}
}

func (p *plant) effective(arn model.ARN) (config map[string]string) {
	p.t.Helper()
	p.ask(arn, func(c *restclient.Client) error {
		got, err := c.Connector(p.t.Context(), arn.Name)
		config = got.Config
		return err
	})
	return config
}

func (p *plant) status(arn model.ARN) (s restclient.Status) {
	p.t.Helper()
	p.ask(arn, func(c *restclient.Client) (err error) {
		s, err = c.Status(p.t.Context(), arn.Name)
		return err
	})
	return s
}

// update changes a connector, waits, and returns what the operation came to.
func (p *plant) update(c model.Connector, change model.UpdateConnector) (model.Connector, model.Operation) {
	p.t.Helper()
	change.ARN, change.CurrentVersion = c.ARN, c.CurrentVersion
	updated, err := p.UpdateConnector(p.t.Context(), change)
	if err != nil {
		p.t.Fatal(err)
	}
	now := p.settled(c.ARN)
	return now, p.operation(updated.Operation)
}

func (p *plant) operation(arn model.ARN) model.Operation {
	p.t.Helper()
	op, err := p.DescribeConnectorOperation(p.t.Context(), arn)
	if err != nil {
		p.t.Fatal(err)
	}
	return op
}

func provisioned(mcus, workers int) *model.Capacity {
	return &model.Capacity{Provisioned: &model.ProvisionedCapacity{MCUCount: mcus, WorkerCount: workers}}
}

// took logs how long something took: the goals are in docs/performance.md.
func took(t *testing.T, what string, since time.Time) {
	t.Helper()
	t.Logf("%s took %s", what, time.Since(since).Round(time.Millisecond))
}

func TestLife(t *testing.T) {
	t.Parallel()
	p := newPlant(t)
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	plugin := p.plugin("p", "p.zip")
	asked := p.source("lines", "one", "two")
	begin := time.Now()
	c := p.create(p.request("lines", plugin.ARN.String(), asked))
	took(t, "create", begin)
	if c.State != model.ConnectorRunning || c.StateDescription != nil || !maps.Equal(c.Configuration, asked) {
		t.Fatalf("%+v, %+v", c, c.StateDescription)
	}
	if got := p.read("lines", 2); got[0] != "one" {
		t.Errorf("%q", got)
	}
	names := c.ARN.InternalNames()
	for _, want := range []string{names.ConfigTopic, names.OffsetTopic, names.StatusTopic} {
		if !strings.Contains(strings.Join(p.topics(), "\n")+"\n", want+"\n") {
			t.Errorf("no topic %s", want)
		}
	}

	target := maps.Clone(asked)
	target["topic"] = "other"
	begin = time.Now()
	now, op := p.update(c, model.UpdateConnector{Configuration: target})
	took(t, "update of the configuration", begin)
	p.isUpdated(c, now, op)
	if !maps.Equal(now.Configuration, target) || p.effective(c.ARN)["topic"] != "other" {
		t.Errorf("%v", now.Configuration)
	}
	p.file("lines", "three")
	if got := p.read("other", 1); got[0] != "three" {
		t.Errorf("%q: the position in the file was lost", got)
	}

	before := p.workers(c.ARN)[0]
	for _, step := range []struct{ mcus, workers int }{{1, 2}, {2, 2}, {2, 1}} {
		begin = time.Now()
		c = now
		now, op = p.update(c, model.UpdateConnector{Capacity: provisioned(step.mcus, step.workers)})
		took(t, fmt.Sprintf("update to %d workers of %d MCU", step.workers, step.mcus), begin)
		p.isUpdated(c, now, op)
		workers := p.workers(c.ARN)
		if len(workers) != step.workers || workers[0].MCUs != step.mcus || *now.Capacity.Provisioned != *provisioned(step.mcus, step.workers).Provisioned {
			t.Errorf("%+v", workers)
		}
		if same := workers[0].PID == before.PID; same != (step.mcus == 1) {
			t.Errorf("%d workers of %d MCU: the first worker was restarted: %v", step.workers, step.mcus, !same)
		}
	}
	p.lifecycle(c.ARN)

	begin = time.Now()
	if _, err := p.DeleteConnector(t.Context(), model.DeleteConnector{ARN: c.ARN}); err != nil {
		t.Fatal(err)
	}
	p.deleted(c.ARN)
	took(t, "delete", begin)
	if fleets := p.fleet.Fleets(); len(fleets) != 0 {
		t.Errorf("fleets after the deletion: %v", fleets)
	}
	if !strings.Contains(strings.Join(p.topics(), "\n"), names.OffsetTopic) {
		t.Error("the offset topic is gone")
	}
	if _, err := p.DeleteCustomPlugin(t.Context(), plugin.ARN); err != nil {
		t.Fatal(err)
	}
	p.until("deletion of the plugin", func() (string, bool) {
		_, err := p.DescribeCustomPlugin(t.Context(), plugin.ARN)
		return fmt.Sprint(err), model.IsCode(err, model.CodeNotFound)
	})
	if left, err := os.ReadDir(filepath.Join(p.dir, "plugins")); err != nil || len(left) != 0 {
		t.Errorf("files of plugins: %v, %v", left, err)
	}
}

// isUpdated checks the traces of a successful update.
func (p *plant) isUpdated(before, now model.Connector, op model.Operation) {
	p.t.Helper()
	if op.State != model.OperationUpdateComplete || op.ErrorInfo != nil || op.EndTime.IsZero() {
		p.t.Fatalf("%s, %+v", op.State, op.ErrorInfo)
	}
	for _, s := range op.Steps {
		if s.State != model.StepCompleted {
			p.t.Errorf("step %s is %s", s.Type, s.State)
		}
	}
	if now.State != before.State || now.CurrentVersion == before.CurrentVersion {
		p.t.Errorf("state %s, version %s, before %s", now.State, now.CurrentVersion, before.CurrentVersion)
	}
}

// lifecycle pauses, updates, resumes and restarts a connector that runs.
func (p *plant) lifecycle(arn model.ARN) {
	p.t.Helper()
	ctx := p.t.Context()
	perform := func(do func(context.Context, model.ARN) (model.OperationStarted, error), want model.OperationState, state model.ConnectorState) {
		p.t.Helper()
		begin := time.Now()
		started, err := do(ctx, arn)
		if err != nil {
			p.t.Fatal(err)
		}
		now := p.settled(arn)
		took(p.t, string(want), begin)
		if op := p.operation(started.Operation); op.State != want || now.State != state || op.EndTime.IsZero() {
			p.t.Errorf("%s, %+v, connector %s", op.State, op.ErrorInfo, now.State)
		}
	}
	perform(p.PauseConnector, model.OperationPauseComplete, model.ConnectorPaused)
	if s := p.status(arn); s.Connector.State != "PAUSED" || s.Tasks[0].State.State != "PAUSED" {
		p.t.Errorf("%+v", s)
	}
	c := p.settled(arn)
	target := maps.Clone(c.Configuration)
	target["batch.size"] = "100"
	now, op := p.update(c, model.UpdateConnector{Configuration: target, SkipHealth: true})
	p.isUpdated(c, now, op)
	if got := p.effective(arn)["batch.size"]; got != "100" {
		p.t.Errorf("batch.size %q", got)
	}
	perform(p.ResumeConnector, model.OperationResumeComplete, model.ConnectorRunning)
	restart := func(onlyFailed bool) func(context.Context, model.ARN) (model.OperationStarted, error) {
		return func(ctx context.Context, arn model.ARN) (model.OperationStarted, error) {
			return p.RestartConnector(ctx, model.RestartConnector{ARN: arn, OnlyFailedTasks: onlyFailed})
		}
	}
	perform(restart(false), model.OperationRestartComplete, model.ConnectorRunning)
	perform(restart(true), model.OperationRestartComplete, model.ConnectorRunning)
	if s := p.status(arn); s.Connector.State != "RUNNING" || len(s.Tasks) != 1 || s.Tasks[0].State.State != "RUNNING" {
		p.t.Errorf("%+v", s)
	}
}
