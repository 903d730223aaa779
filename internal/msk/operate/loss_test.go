//go:build linux

package operate_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/msk/model"
)

func (p *plant) produce(topic string, values ...string) {
	p.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(p.broker.Addrs()...), kgo.AllowAutoTopicCreation(), kgo.RecordPartitioner(kgo.RoundRobinPartitioner()))
	if err != nil {
		p.t.Fatal(err)
	}
	defer client.Close()
	for _, v := range values {
		if err := client.ProduceSync(context.Background(), &kgo.Record{Topic: topic, Value: []byte(v)}).FirstErr(); err != nil {
			p.t.Fatal(err)
		}
	}
}

// TestWorkerDies kills workers: others must get their work before the sessions in the
// groups, of 10 and 45 seconds, end.
func TestWorkerDies(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 2} {
		p := newPlant(t)
		p.open(nil, nil)
		p.upload("p.zip", zipOf(t, map[string]string{"README": "x"}))
		out := filepath.Join(p.dir, "out.txt")
		p.produce("in", "first")
		r := p.request("copy", p.plugin("p", "p.zip").ARN.String(), map[string]string{"connector.class": sinkClass, "topics": "in", "file": out})
		r.Capacity = *provisioned(1, workers)
		c := p.create(r)
		if c.State != model.ConnectorRunning {
			t.Fatalf("%+v", c.StateDescription)
		}
		copied := func(value string) {
			t.Helper()
			p.until("copy of "+value, func() (string, bool) {
				text, _ := os.ReadFile(out)
				return string(text), strings.Contains(string(text), value+"\n")
			})
		}
		copied("first")
		owner := p.status(c.ARN).Tasks[0].WorkerID
		for _, w := range p.workers(c.ARN) {
			if strings.HasSuffix(w.URL, owner) {
				if err := syscall.Kill(w.PID, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
		}
		begin := time.Now()
		p.produce("in", "second")
		copied("second")
		if d := time.Since(begin); d > 8*time.Second {
			t.Errorf("%d workers: the work of one that died was done after %s", workers, d)
		}
		took(t, "recovery", begin)
		if got := p.workers(c.ARN); len(got) != workers {
			t.Errorf("%d workers", len(got))
		}
		p.end()
	}
}
