package clientpool

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka"
)

func props(pairs ...string) map[string]string {
	p := kafka.SourceProducerProps(map[string]string{"bootstrap.servers": "127.0.0.1:1"}, nil, "c", 0)
	for i := 0; i < len(pairs); i += 2 {
		p[pairs[i]] = pairs[i+1]
	}
	return p
}

func acquire(t *testing.T, p *Pool, props map[string]string) (*kgo.Client, func()) {
	t.Helper()
	client, release, err := p.Acquire(props)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return client, release
}

func TestSharing(t *testing.T) {
	transactional := []string{"enable.idempotence", "true", "transactional.id", "x"}
	for _, test := range []struct {
		name   string
		a, b   map[string]string
		shared bool
	}{
		{"same", props(), props(), true},
		{"other client id", props("client.id", "a"), props("client.id", "b"), true},
		{"default written out", props(), props("linger.ms", "5"), true},
		{"other linger", props(), props("linger.ms", "6"), false},
		{"other brokers", props(), props("bootstrap.servers", "127.0.0.1:2"), false},
		{"transactional", props(transactional...), props(transactional...), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			pool := New(Settings{Logger: slog.New(slog.DiscardHandler)})
			a, _ := acquire(t, pool, test.a)
			b, _ := acquire(t, pool, test.b)
			if (a == b) != test.shared {
				t.Errorf("shared is %v", a == b)
			}
		})
	}
}

// closings counts the closings of each client.
type closings map[*kgo.Client]int

func (c closings) OnClientClosed(client *kgo.Client) { c[client]++ }

func TestRelease(t *testing.T) {
	closed := closings{}
	pool := New(Settings{Opts: []kgo.Opt{kgo.WithHooks(closed)}})
	client, first := acquire(t, pool, props())
	_, second := acquire(t, pool, props())
	first()
	first() // counts once
	if closed[client] != 0 || pool.Len() != 1 {
		t.Fatal("closed while it is in use")
	}
	second()
	if closed[client] != 1 || pool.Len() != 0 {
		t.Fatal("not closed by its last user")
	}
	if again, _ := acquire(t, pool, props()); again == client || closed[again] != 0 {
		t.Fatal("a closed client was handed out")
	}
	lone, release := acquire(t, pool, props("enable.idempotence", "true", "transactional.id", "x"))
	release()
	if closed[lone] != 1 {
		t.Fatal("a transactional client is not closed")
	}
}

func TestConcurrentUse(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "t"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	pool := New(Settings{})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var tasks sync.WaitGroup
	for range 8 {
		tasks.Go(func() {
			for range 5 {
				client, release, err := pool.Acquire(props("bootstrap.servers", cluster.ListenAddrs()[0]))
				if err != nil {
					t.Error(err)
					return
				}
				if err := client.ProduceSync(ctx, &kgo.Record{Topic: "t", Partition: -1, Value: []byte("v")}).FirstErr(); err != nil {
					t.Error(err)
				}
				release()
			}
		})
	}
	tasks.Wait()
	if pool.Len() != 0 {
		t.Errorf("%d clients are left", pool.Len())
	}
}

func TestErrors(t *testing.T) {
	pool := New(Settings{})
	var e *config.Error
	if _, _, err := pool.Acquire(props("acks", "9")); !errors.As(err, &e) || e.Key != "acks" {
		t.Errorf("got %v", err)
	}
	if _, _, err := New(Settings{Opts: []kgo.Opt{kgo.MaxBufferedRecords(-1)}}).Acquire(props()); err == nil {
		t.Error("no error")
	}
	if pool.Len() != 0 {
		t.Error("a client is left")
	}
}
