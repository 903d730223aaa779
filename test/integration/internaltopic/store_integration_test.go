//go:build integration

package internaltopic

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
	"github.com/millrace/millrace/internal/store/statusstore"
	"github.com/millrace/millrace/test/integration/kafkabroker"
)

var brokers = kafkabroker.NewShared(kafkabroker.WithAuthorizer(), kafkabroker.WithoutTopicCreation())

func TestMain(m *testing.M) { os.Exit(brokers.Main(m)) }

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func configs(t *testing.T, bootstrap, topic, eos string, more map[string]string) *configstore.Topic {
	t.Helper()
	return told(t, bootstrap, topic, eos, more, nil)
}

func told(t *testing.T, bootstrap, topic, eos string, more map[string]string, events func(configstore.Event)) *configstore.Topic {
	t.Helper()
	worker := map[string]string{"bootstrap.servers": bootstrap, "group.id": topic}
	for key, value := range more {
		worker[key] = value
	}
	store, err := configstore.OpenTopic(within(t), configstore.TopicSettings{Worker: worker, EOS: eos, Topic: topic, Replication: 1, Events: events})
	if err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
	t.Cleanup(store.Close)
	return store
}

func admin(t *testing.T, bootstrap string) *kadm.Client {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap))
	must(t, err)
	t.Cleanup(client.Close)
	return kadm.NewClient(client)
}

// A new leader shuts the old one out.
func TestFencing(t *testing.T) {
	for _, eos := range []string{configstore.EOSPreparing, configstore.EOSEnabled} {
		address, topic, ctx := brokers.Broker(t).Bootstrap(), kafkabroker.UniqueName(t), within(t)
		old, young := configs(t, address, topic, eos, nil), configs(t, address, topic, eos, nil)
		put := func(s *configstore.Topic, k string) error {
			return s.PutConnector(ctx, "c", map[string]string{"k": k}, state.TargetStarted)
		}
		must(t, old.Claim(ctx), put(old, "1"), put(old, "2"), young.Claim(ctx))
		var refused *configstore.PrivilegedWriteError
		if err := put(old, "old"); !errors.As(err, &refused) || !old.Fenced() {
			t.Errorf("%s: the old leader got %v", eos, err)
		}
		must(t, put(young, "young"), young.PutTasks(ctx, "c", []map[string]string{{}, {}}), old.ReadToEnd(ctx))
		snap := old.Snapshot()
		if got := configstore.Strings(snap.Connector("c").Config)["k"]; got != "young" || len(snap.Tasks("c")) != 2 {
			t.Errorf("%s: k is %q, tasks %v", eos, got, snap.Tasks("c"))
		}
		must(t, old.Claim(ctx), put(old, "again"))
	}
}

// Writes and reads begun while the broker is away end well when it is back.
func TestBrokerRestart(t *testing.T) {
	b := kafkabroker.Start(t)
	ctx := within(t)
	var events atomic.Int32
	writer, reader := configs(t, b.Bootstrap(), "configs", "", nil), told(t, b.Bootstrap(), "configs", "", nil, func(configstore.Event) { events.Add(1) })
	offsets := openOffsets(t, b.Bootstrap(), "offsets")
	statuses, err := statusstore.OpenTopic(ctx, statusstore.TopicSettings{
		Worker: map[string]string{"bootstrap.servers": b.Bootstrap(), "group.id": "g"}, Topic: "statuses", Partitions: 5, Replication: 1,
	})
	must(t, err)
	t.Cleanup(statuses.Close)
	must(t, writer.PutConnector(ctx, "before", map[string]string{}, ""))
	b.Kill(t)
	key, done := []byte(`["c",{"a":1}]`), make(chan error, 3)
	go func() { done <- writer.PutConnector(ctx, "c", map[string]string{"k": "v"}, "") }()
	go func() { done <- reader.ReadToEnd(ctx) }()
	go func() { done <- offsets.Set(ctx, []offsetstore.Entry{{Key: key, Value: []byte(`{"p":1}`)}}) }()
	statuses.PutConnector("c", state.Status{State: state.Running, WorkerID: "w", Generation: 1})
	b.Restart(t)
	began := time.Now()
	for range cap(done) {
		must(t, <-done)
	}
	t.Logf("done %v after the restart", time.Since(began))
	must(t, reader.ReadToEnd(ctx))
	if n := events.Load(); !reader.Snapshot().Contains("c") || n != 2 {
		t.Errorf("connectors %v, %d events", reader.Snapshot().Connectors(), n)
	}
	if value, err := offsets.Get(ctx, key); err != nil || string(value) != `{"p":1}` {
		t.Errorf("the offset is %s, %v", value, err)
	}
	for _, ok := statuses.Connector("c"); !ok; _, ok = statuses.Connector("c") {
		must(t, statuses.Flush(ctx), statuses.ReadToEnd(ctx))
	}
}

func openOffsets(t *testing.T, bootstrap, topic string) *offsetstore.Topic {
	t.Helper()
	worker := map[string]string{"bootstrap.servers": bootstrap, "group.id": "g"}
	client := kafka.InternalProps(worker, kafka.Offsets, false)
	s, err := offsetstore.OpenTopic(within(t), offsetstore.TopicSettings{
		Topic: topic, Property: "offset.storage.topic", Partitions: 25, Replication: 1,
		Producer: client, Consumer: client, Admin: kafka.InternalProps(worker, kafka.SharedAdmin, false),
	})
	must(t, err)
	t.Cleanup(s.Close)
	return s
}

// A topic that is deleted and created again is followed from its beginning; what was
// known of the old one stays.
func TestRecreatedTopic(t *testing.T) {
	address, topic, ctx := brokers.Broker(t).Bootstrap(), kafkabroker.UniqueName(t), within(t)
	store := configs(t, address, topic, "", nil)
	for i := range 4 {
		must(t, store.PutConnector(ctx, fmt.Sprintf("old-%d", i), map[string]string{}, ""))
	}
	_, err := admin(t, address).DeleteTopic(ctx, topic)
	must(t, err)
	var other *configstore.Topic
	for other == nil { // the broker may still be deleting
		other, _ = configstore.OpenTopic(ctx, configstore.TopicSettings{
			Worker: map[string]string{"bootstrap.servers": address, "group.id": topic}, Topic: topic, Replication: 1,
		})
		must(t, ctx.Err())
	}
	t.Cleanup(other.Close)
	must(t, other.PutConnector(ctx, "new", map[string]string{}, ""))
	for !store.Snapshot().Contains("new") {
		must(t, store.ReadToEnd(ctx))
	}
	if !store.Snapshot().Contains("old-0") || store.Snapshot().Offset != 1 {
		t.Errorf("connectors %v, offset %d", store.Snapshot().Connectors(), store.Snapshot().Offset)
	}
	must(t, store.PutConnector(ctx, "newer", map[string]string{}, ""), other.ReadToEnd(ctx))
	if got := other.Snapshot().Connectors(); !slices.Equal(got, []string{"new", "newer"}) {
		t.Errorf("connectors %v", got)
	}
}

// All records may be gone while the end is far from the beginning.
func TestTrimmedTopic(t *testing.T) {
	address, topic, ctx := brokers.Broker(t).Bootstrap(), kafkabroker.UniqueName(t), within(t)
	store := configs(t, address, topic, "", nil)
	must(t, store.PutConnector(ctx, "c", map[string]string{}, ""))
	// Brokers delete records of topics of this policy only.
	a, deletes := admin(t, address), "compact,delete"
	_, err := a.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Name: "cleanup.policy", Value: &deletes}}, topic)
	must(t, err)
	ends, err := a.ListEndOffsets(ctx, topic)
	must(t, err)
	_, err = a.DeleteRecords(ctx, ends.Offsets())
	must(t, err)
	compacts := "compact"
	_, err = a.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Name: "cleanup.policy", Value: &compacts}}, topic)
	must(t, err)
	other := configs(t, address, topic, "", nil)
	if got := other.Snapshot(); len(got.Connectors()) != 0 || got.Offset != -1 {
		t.Errorf("connectors %v, offset %d", got.Connectors(), got.Offset)
	}
	must(t, store.PutConnector(ctx, "d", map[string]string{}, ""), other.ReadToEnd(ctx))
	if got := other.Snapshot().Connectors(); !slices.Equal(got, []string{"d"}) {
		t.Errorf("connectors %v", got)
	}
}

// A worker that may neither create topics nor ask for their settings uses what is
// there.
func TestFewPermissions(t *testing.T) {
	b, topic, ctx := brokers.Broker(t), kafkabroker.UniqueName(t), within(t)
	configs(t, b.Bootstrap(), topic, "", nil).Close()
	_, err := admin(t, b.Bootstrap()).CreateACLs(ctx, kadm.NewACLs().Allow("User:"+kafkabroker.AliceName).AllowHosts("*").Topics(topic).
		ResourcePatternType(kadm.ACLPatternLiteral).Operations(kadm.OpRead, kadm.OpWrite, kadm.OpDescribe))
	must(t, err)
	alice := b.User(kafkabroker.AliceName)
	store := configs(t, b.Address(kafkabroker.SASLPlaintext), topic, "", map[string]string{
		"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512",
		"sasl.jaas.config": fmt.Sprintf(`org.apache.kafka.common.security.scram.ScramLoginModule required username="%s" password="%s";`, alice.Name, alice.Password),
	})
	must(t, store.PutConnector(ctx, "c", map[string]string{}, ""))
}
