//go:build linux && integration

package operate_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/msk/autoscale"
	"github.com/millrace/millrace/internal/msk/model"
)

const (
	load       = 3_000_000 // records
	partitions = 4
)

// TestScalingUnderLoad has a sink that is bound by its CPU: a worker must come while
// there is work, and go when there is none; no record may be lost.
func TestScalingUnderLoad(t *testing.T) {
	p := newPlant(t)
	p.scaling = autoscale.Policy{Window: 2 * time.Second, Interval: 500 * time.Millisecond, AfterOut: 3 * time.Second, AfterIn: 3 * time.Second}
	p.open(nil, nil)
	p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
	p.fill("in")
	out := filepath.Join(p.dir, "out.txt")
	config := map[string]string{
		"connector.class": sinkClass, "topics": "in", "file": out, "transforms": "a,b",
		"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false",
		"transforms.a.type": "org.apache.kafka.connect.transforms.HoistField$Value", "transforms.a.field": "v",
		"consumer.override.heartbeat.interval.ms": "200", // nobody waits for long when the tasks become more
		"transforms.b.type":                       "org.apache.kafka.connect.transforms.ExtractField$Value", "transforms.b.field": "v",
	}
	r := p.request("busy", p.plugin("p", "p.zip").ARN.String(), config)
	r.Capacity = *autoscaled(1, 1, 2, 0, 20, 60)
	c := p.create(r)
	if c.State != model.ConnectorRunning {
		t.Fatalf("%+v", c.StateDescription)
	}
	decided := func(workers int, reason autoscale.Reason) {
		t.Helper()
		p.until(fmt.Sprintf("%d workers", workers), func() (string, bool) {
			s, err := p.engine.Scaling(t.Context(), "busy")
			n := len(s.Decisions)
			return fmt.Sprintf("%+v %+v, %v", s, s.Latest, err), n > 0 && s.Decisions[n-1].Reason == reason && s.Workers == workers && len(p.workers(c.ARN)) == workers
		})
	}
	decided(2, autoscale.CPUAbove)
	decided(1, autoscale.CPUBelow)
	s, err := p.engine.Scaling(t.Context(), "busy")
	if err != nil || len(s.Decisions) != 2 {
		t.Errorf("%+v, %v", s.Decisions, err)
	}
	for _, d := range s.Decisions {
		t.Logf("%s %d → %d: %s", d.At.Format(time.TimeOnly), d.From, d.To, d.Why)
	}
	seen := map[string]bool{}
	p.until("all records", func() (string, bool) {
		text, err := os.ReadFile(out)
		if err != nil {
			return err.Error(), false
		}
		for line := range strings.Lines(string(text)) {
			seen[line] = true
		}
		return fmt.Sprint(len(seen)), len(seen) == load
	})
}

// fill produces the load.
func (p *plant) fill(topic string) {
	p.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.broker.Addrs()...))
	if err != nil {
		p.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	if _, err := kadm.NewClient(client).CreateTopic(ctx, partitions, 1, nil, topic); err != nil {
		p.t.Fatal(err)
	}
	for i := range load {
		client.Produce(ctx, &kgo.Record{Topic: topic, Value: fmt.Appendf(nil, `{"id":%d,"name":"some text that makes it longer"}`, i)}, nil)
	}
	if err := client.Flush(ctx); err != nil {
		p.t.Fatal(err)
	}
}
