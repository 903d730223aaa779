package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"reflect"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

// alterSource is a source with a say in changes of its offsets.
type alterSource struct {
	scriptSource
	alter func(context.Context, []source.PartitionOffset) (bool, error)
}

func (s *alterSource) AlterOffsets(ctx context.Context, _ map[string]string, offsets []source.PartitionOffset) (bool, error) {
	return s.alter(ctx, offsets)
}

func (s *alterSource) plugin(class string) plugin.Plugin {
	return plugin.Source{Info: plugin.Info{Class: class}, New: func() source.Connector { return s }}
}

// alterSink is a sink with a say in changes of its offsets.
type alterSink struct {
	scriptSink
	alter func(map[connect.TopicPartition]*int64) (bool, error)
}

func (s *alterSink) AlterOffsets(_ context.Context, _ map[string]string, offsets map[connect.TopicPartition]*int64) (bool, error) {
	return s.alter(offsets)
}

func (s *alterSink) plugin(class string) plugin.Plugin {
	return plugin.Sink{Info: plugin.Info{Class: class}, New: func() sink.Connector { return s }}
}

// offsetWorker is a worker without Kafka.
func offsetWorker(t *testing.T, store offsetstore.Store, plugins ...plugin.Plugin) *Worker {
	t.Helper()
	w := New(Settings{
		Plugins: pluginset.New(append(plugins, testConverter)...), Offsets: store, Policy: allowAll{},
		Props: map[string]string{"bootstrap.servers": "127.0.0.1:1"}, Log: slog.New(slog.DiscardHandler),
		Resolve: func(_ context.Context, _ string, p map[string]string) (map[string]string, error) { return p, nil },
	})
	t.Cleanup(w.Stop)
	return w
}

func sourceProps(name string) map[string]string {
	return map[string]string{"name": name, "connector.class": "test.Source"}
}

func put(t *testing.T, store offsetstore.Store, texts ...string) {
	t.Helper()
	var entries []offsetstore.Entry
	for _, text := range texts {
		key, value, _ := strings.Cut(text, "=")
		entries = append(entries, offsetstore.Entry{Key: []byte(key), Value: []byte(value)})
	}
	if err := store.Set(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func stores(t *testing.T, store offsetstore.Store) map[string]string {
	t.Helper()
	entries, err := store.All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		all[string(e.Key)] = string(e.Value)
	}
	return all
}

type fields = connect.Fields

func TestSourceOffsets(t *testing.T) {
	store := offsetstore.NewMemory()
	w := offsetWorker(t, store, (&scriptSource{}).plugin("test.Source"))
	// Other workers order the fields of a key as they like; the hash order of these is table, protocol.
	const reversed = `["c",{"table":"t","protocol":"1"}]`
	put(t, store, reversed+`={"n":1}`, `["c",{"p":1}]={"n":2.5}`, `["c",{"broken":1}]=[]`, `["c",null]={"n":1}`, `["d",{"p":1}]={"n":9}`, `no key={}`)
	list := func(want ...Offset) {
		t.Helper()
		got, err := w.ConnectorOffsets(t.Context(), "c", sourceProps("c"))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("offsets %v, %v; want %v", got, err, want)
		}
	}
	p1, broken, table := fields{"p": int64(1)}, fields{"broken": int64(1)}, fields{"protocol": "1", "table": "t"}
	list(Offset{p1, fields{"n": 2.5}}, Offset{table, fields{"n": int64(1)}})

	const framework = "The Connect framework-managed offsets for this connector have been %s successfully. However, if this connector manages offsets " +
		"externally, they will need to be manually %s in the system that the connector uses."
	text, err := w.AlterOffsets(t.Context(), "c", sourceProps("c"), []Offset{
		{table, fields{"n": int64(6)}},
		{p1, fields{"n": int64(3)}},
		{p1, nil},
		{broken, nil},
		{table, fields{"n": int64(7)}},
		{fields{"new": true}, fields{"n": 2.0}},
	})
	if want := fmt.Sprintf(framework, "altered", "altered"); err != nil || text != want {
		t.Errorf("%q, %v; want %q", text, err, want)
	}
	list(Offset{fields{"new": true}, fields{"n": 2.0}}, Offset{table, fields{"n": int64(7)}})
	if got := stores(t, store)[reversed]; got != `{"n":7}` {
		t.Errorf("under the key of the other worker is %q", got)
	}
	put(t, store, `["c",{"protocol":"1","table":"t"}]={"n":8}`) // both forms now
	text, err = w.AlterOffsets(t.Context(), "c", sourceProps("c"), nil)
	if want := fmt.Sprintf(framework, "reset", "reset"); err != nil || text != want {
		t.Errorf("%q, %v; want %q", text, err, want)
	}
	list()
	if got := stores(t, store); len(got) != 3 {
		t.Errorf("the store has %v", got)
	}
}

// TestAskSource: the connector has the last word, and how it is heard.
func TestAskSource(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for _, c := range []struct {
		name   string
		told   bool
		err    func() error
		change []Offset
		want   string
		fails  bool
	}{
		{"told", true, nil, nil, "The offsets for this connector have been reset successfully", false},
		{"altered", true, nil, []Offset{{fields{"a": int32(1), "b": 2.0}, fields{"n": int8(1), "o": nil}}}, "The offsets for this connector have been altered successfully", false},
		{"refuses", true, func() error { return &connect.Error{Msg: "own words"} }, nil, "own words", true},
		{"plain error", true, func() error { return errors.New("plain words") }, nil, "plain words", true},
		{"other exception", true, func() error { return data.Fail(data.NullValue, "null") }, nil, "Failed to modify offsets for source connector c", true},
		{"cannot", true, func() error { return fmt.Errorf("no: %w", errors.ErrUnsupported) }, nil, "Failed to modify offsets for connector c because it doesn't support external modification of offsets", true},
		{"panics", true, func() error { panic("ouch") }, nil, "Failed to modify offsets for source connector c", true},
		{"nested", true, nil, []Offset{{fields{"id": map[string]any{"a": int64(1)}}, nil}}, "Offsets may only contain primitive types as values, but field id contains MAP", true},
		{"list", true, nil, []Offset{{fields{"id": int64(1)}, fields{"n": []any{int64(1)}}}}, "Offsets may only contain primitive types as values, but field n contains ARRAY", true},
		{"huge", true, nil, []Offset{{fields{"id": new(big.Int)}, nil}}, "Offsets may only contain primitive types as values, but field id contains class java.math.BigInteger", true},
		{"hangs", true, func() error { cancel(); <-hang; return nil }, nil, "Timed out while calling the 'alterOffsets' method for source connector c", true},
	} {
		store := offsetstore.NewMemory()
		put(t, store, `["c",{"p":1}]={"n":1}`)
		asked := make(chan []source.PartitionOffset, 1)
		s := &alterSource{alter: func(_ context.Context, offsets []source.PartitionOffset) (bool, error) {
			asked <- offsets
			if c.err != nil {
				return c.told, c.err()
			}
			return c.told, nil
		}}
		w := offsetWorker(t, store, s.plugin("test.Source"))
		text, err := w.AlterOffsets(ctx, "c", sourceProps("c"), c.change)
		if err != nil {
			text = err.Error()
		}
		if text != c.want || c.fails != (err != nil) {
			t.Errorf("%s: %q, %v; want %q", c.name, text, err, c.want)
		}
		if c.fails && stores(t, store)[`["c",{"p":1}]`] == "" {
			t.Errorf("%s: the store was changed", c.name)
		}
		if c.name == "altered" {
			want := []source.PartitionOffset{{Partition: fields{"a": int64(1), "b": 2.0}, Offset: fields{"n": int64(1), "o": nil}}}
			if got := <-asked; !reflect.DeepEqual(got, want) {
				t.Errorf("the connector is asked about %#v, want %#v", got, want)
			}
		}
	}
}

// brokenStore fails once its time has come.
type brokenStore struct {
	*offsetstore.Memory
	all, set error
}

func (s brokenStore) All(ctx context.Context) ([]offsetstore.Entry, error) {
	if s.all != nil {
		return nil, s.all
	}
	return s.Memory.All(ctx)
}

func (s brokenStore) Set(ctx context.Context, entries []offsetstore.Entry) error {
	if s.set != nil {
		return s.set
	}
	return s.Memory.Set(ctx, entries)
}

func TestSourceStoreFails(t *testing.T) {
	disk := errors.New("disk")
	for _, c := range []struct {
		all, set    error
		list, alter string
	}{
		{disk, nil, "Failed to retrieve offsets for source connector c", "Failed to modify offsets for source connector c"},
		{context.DeadlineExceeded, nil, "Failed to retrieve offsets for source connector c", "Timed out while trying to read to the end of the offsets topic prior to modifying offsets for source connector c"},
		{nil, disk, "", "Failed to modify offsets for source connector c"},
		{nil, context.DeadlineExceeded, "", "Timed out while attempting to modify offsets for source connector c"},
	} {
		w := offsetWorker(t, brokenStore{offsetstore.NewMemory(), c.all, c.set}, (&scriptSource{}).plugin("test.Source"))
		if _, err := w.ConnectorOffsets(t.Context(), "c", sourceProps("c")); c.list == "" != (err == nil) || err != nil && err.Error() != c.list {
			t.Errorf("%+v: list: %v", c, err)
		}
		if _, err := w.AlterOffsets(t.Context(), "c", sourceProps("c"), []Offset{{fields{"p": 1}, nil}}); err == nil || err.Error() != c.alter {
			t.Errorf("%+v: alter: %v", c, err)
		}
	}
}

// TestAlterSourceTopics: offsets in topics, the worker's or the connector's own, with
// transactions and without.
func TestAlterSourceTopics(t *testing.T) {
	for _, exactlyOnce := range []bool{false, true} {
		for _, topic := range []string{"", "own"} {
			t.Run(fmt.Sprintf("exactly once %v topic %q", exactlyOnce, topic), func(t *testing.T) {
				x := newClusterHost(t, startBroker(t), exactlyOnce, (&scriptSource{}).plugin("test.Source"))
				props := sourceProps("c")
				if topic != "" {
					props["offsets.storage.topic"] = topic
				}
				put(t, x.store, `["c",{"p":1}]={"n":1}`, `["c",{"p":2}]={"n":2}`, `["d",{"p":1}]={"n":9}`)
				p1, p2, p3 := fields{"p": int64(1)}, fields{"p": int64(2)}, fields{"p": int64(3)}
				list := func(want ...Offset) {
					t.Helper()
					got, err := x.worker.ConnectorOffsets(t.Context(), "c", props)
					if err != nil || !reflect.DeepEqual(got, want) {
						t.Errorf("offsets %v, %v; want %v", got, err, want)
					}
				}
				list(Offset{p1, fields{"n": int64(1)}}, Offset{p2, fields{"n": int64(2)}})
				change := []Offset{{p1, fields{"n": int64(5)}}, {p2, nil}, {p3, fields{"n": int64(7)}}}
				if _, err := x.worker.AlterOffsets(t.Context(), "c", props, change); err != nil {
					t.Fatal(err)
				}
				list(change[0], change[2])
				x.eventually("the worker's topic has the change", func() bool {
					all := stores(t, x.store)
					return all[`["c",{"p":1}]`] == `{"n":5}` && all[`["c",{"p":2}]`] == "" && all[`["c",{"p":3}]`] == `{"n":7}`
				})
				if topic != "" {
					own := stores(t, openOffsets(t, x.worker.Props, topic, exactlyOnce))
					if len(own) != 2 || own[`["c",{"p":1}]`] != `{"n":5}` {
						t.Errorf("the own topic has %v", own)
					}
				}
				if _, err := x.worker.AlterOffsets(t.Context(), "c", props, nil); err != nil {
					t.Fatal(err)
				}
				list()
				if all := stores(t, x.store); len(all) != 1 {
					t.Errorf("the worker's topic has %v", all)
				}
			})
		}
	}
}

// TestAlterIsTransactional: a change fences the producer of task 0, and a part of it
// that Kafka refuses undoes the rest.
func TestAlterIsTransactional(t *testing.T) {
	x := newExactHost(t, (&scriptSource{}).plugin("test.Source"))
	zombie, err := kgo.NewClient(kgo.SeedBrokers(x.broker.Addrs()...), kgo.TransactionalID("cluster-c-0"), kgo.DefaultProduceTopic(workerOffsets), kgo.DisableClientMetrics())
	if err != nil {
		t.Fatal(err)
	}
	defer zombie.Close()
	write := func() error {
		if err := zombie.BeginTransaction(); err != nil {
			return err
		}
		err := zombie.ProduceSync(t.Context(), &kgo.Record{Key: []byte(`["c",{"p":1}]`), Value: []byte(`{"n":0}`)}).FirstErr()
		return errors.Join(err, zombie.EndTransaction(t.Context(), kgo.TransactionEndTry(err == nil)))
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	p1 := fields{"p": int64(1)}
	if _, err := x.worker.AlterOffsets(t.Context(), "c", sourceProps("c"), []Offset{{p1, fields{"n": int64(5)}}}); err != nil {
		t.Fatal(err)
	}
	if err := write(); err == nil {
		t.Error("an older producer can still write")
	}
	huge := strings.Repeat("x", 3<<20)
	_, err = x.worker.AlterOffsets(t.Context(), "c", sourceProps("c"), []Offset{{fields{"p": int64(2)}, fields{"n": huge}}, {p1, fields{"n": int64(6)}}})
	if err == nil || err.Error() != "Failed to modify offsets for source connector c" {
		t.Errorf("got %v", err)
	}
	want := []Offset{{p1, fields{"n": int64(5)}}}
	if got, err := x.worker.ConnectorOffsets(t.Context(), "c", sourceProps("c")); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("offsets %v, %v; want %v", got, err, want)
	}
}

func sinkProps(name string) map[string]string {
	return map[string]string{"name": name, "connector.class": "test.Sink", "topics": "t"}
}

func position(topic, partition, at any) Offset {
	return Offset{fields{"kafka_topic": topic, "kafka_partition": partition}, fields{"kafka_offset": at}}
}

func nowhere(topic, partition any) Offset {
	return Offset{Partition: fields{"kafka_topic": topic, "kafka_partition": partition}}
}

func TestSinkOffsets(t *testing.T) {
	h := newHost(t, (&scriptSink{}).plugin("test.Sink"))
	h.createTopic("t", 2)
	h.createTopic("u", 1)
	own := sinkProps("own")
	own["consumer.override.group.id"] = "chosen"
	for _, props := range []map[string]string{sinkProps("c"), own} {
		name := props["name"]
		list := func(want ...Offset) {
			t.Helper()
			got, err := h.worker.ConnectorOffsets(t.Context(), name, props)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("offsets %v, %v; want %v", got, err, want)
			}
		}
		alter := func(want string, offsets ...Offset) {
			t.Helper()
			got, err := h.worker.AlterOffsets(t.Context(), name, props, offsets)
			if err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, want) {
				t.Errorf("alter %v: %q, want %q", offsets, got, want)
			}
		}
		const framework = "The Connect framework-managed offsets for this connector have been "
		list()
		alter(framework + "reset")
		alter(framework+"altered", position("u", int64(0), int64(5)), position("t", "1", "7"), position("t", int64(1), int64(8)))
		list(position("t", int64(1), int64(8)), position("u", int64(0), int64(5)))
		alter(framework+"altered", nowhere("t", int64(1)), position("t", int64(0), int64(1000)))
		list(position("t", int64(0), int64(1000)), position("u", int64(0), int64(5)))
		alter("Failed to alter consumer group offsets for connector "+name, position("missing", int64(0), int64(1)))
		alter("Failed to modify offsets for sink connector "+name, position("t", int64(0), int64(-1)))
		alter(framework + "reset")
		list()
	}
	if n := h.committed("connect-own", "u", 0); n != -1 {
		t.Errorf("the group of the default name has %d", n)
	}
}

func TestSinkInUse(t *testing.T) {
	s := &scriptSink{put: func(sink.Runtime, []connect.Record) error { return nil }}
	h := newHost(t, s.plugin("test.Sink"))
	h.createTopic("t", 1)
	h.produce("t", 0, 0, 1)
	id := state.TaskID{Connector: "c"}
	if err := h.worker.StartTask(TaskStart{ID: id, Connector: sinkProps("c"), Task: sinkProps("c"), Target: state.TargetStarted, Tasks: 1}); err != nil {
		t.Fatal(err)
	}
	h.eventually("the task commits", func() bool { return h.committed("connect-c", "t", 0) == 1 })
	for verb, change := range map[string][]Offset{
		"alter": {position("t", int64(0), int64(0))}, "reset": nil,
	} {
		_, err := h.worker.AlterOffsets(t.Context(), "c", sinkProps("c"), change)
		want := "Failed to " + verb + " consumer group offsets for connector c either because its tasks haven't stopped completely yet"
		if err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "before the request to "+verb+" its offsets") {
			t.Errorf("%s: got %v", verb, err)
		}
	}
}

func TestAskSink(t *testing.T) {
	broker := startBroker(t)
	var asked map[connect.TopicPartition]*int64
	var refusal error
	s := &alterSink{alter: func(offsets map[connect.TopicPartition]*int64) (bool, error) {
		asked = offsets
		return true, refusal
	}}
	h := newHostOn(t, broker, s.plugin("test.Sink"))
	h.createTopic("t", 2)
	change := []Offset{position("t", int64(0), int64(4)), nowhere("t", int64(1))}
	if text, err := h.worker.AlterOffsets(t.Context(), "c", sinkProps("c"), []Offset{change[0]}); err != nil || text != "The offsets for this connector have been altered successfully" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := h.worker.AlterOffsets(t.Context(), "c", sinkProps("c"), change); err != nil {
		t.Error(err)
	}
	zero, one := connect.TopicPartition{Topic: "t"}, connect.TopicPartition{Topic: "t", Partition: 1}
	if len(asked) != 2 || *asked[zero] != 4 || asked[one] != nil {
		t.Errorf("asked about %v", asked)
	}
	refusal = &connect.Error{Msg: "own words"}
	if _, err := h.worker.AlterOffsets(t.Context(), "c", sinkProps("c"), nil); err == nil || err.Error() != "own words" {
		t.Errorf("got %v", err)
	}
	if v, ok := asked[zero]; !ok || v != nil || len(asked) != 1 {
		t.Errorf("a reset asks about %v", asked)
	}
	if n := h.committed("connect-c", "t", 0); n != 4 {
		t.Errorf("a refused reset left %d", n)
	}
}

func TestSinkPositions(t *testing.T) {
	const keys = "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"
	partition := func(v string) string {
		return "Failed to parse the following Kafka partition value in the provided offsets: '" + v + "'. Partition values for sink connectors need to be integers."
	}
	at := func(v string) string {
		return "Failed to parse the following Kafka offset value in the provided offsets: '" + v + "'. Offset values for sink connectors need to be integers."
	}
	huge, _ := new(big.Int).SetString("99999999999999999999", 10)
	for _, c := range []struct {
		offset Offset
		want   string
	}{
		{Offset{}, "The partition for a sink connector offset cannot be null or missing"},
		{Offset{Partition: fields{}}, keys},
		{Offset{Partition: fields{"kafka_topic": "t"}}, keys},
		{Offset{Partition: fields{"kafka_partition": int64(1)}}, keys},
		{nowhere(nil, int64(0)), "Kafka topic names must be valid strings and may not be null"},
		{nowhere("t", nil), "Kafka partitions must be valid numbers and may not be null"},
		{nowhere("t", "x"), partition("x")},
		{nowhere("t", 1.5), partition("1.5")},
		{nowhere("t", int64(3000000000)), partition("3000000000")},
		{nowhere("t", true), partition("true")},
		{nowhere("t", map[string]any{"a": []any{int64(1)}}), partition("{a=[1]}")},
		{Offset{fields{"kafka_topic": "t", "kafka_partition": int64(0)}, fields{"x": int64(1)}}, "The offset for a sink connector should either be null or contain the key 'kafka_offset'"},
		{position("t", int64(0), nil), at("null")},
		{position("t", int64(0), ""), at("")},
		{position("t", int64(0), huge), at("99999999999999999999")},
		{position("t", int64(0), 2.0), at("2.0")},
		{position(int64(5), "+7", "-9"), ""},
	} {
		_, err := sinkPositions([]Offset{c.offset})
		var invalid *InvalidOffsetError
		if (c.want == "") != (err == nil) || err != nil && (!errors.As(err, &invalid) || invalid.Msg != c.want) {
			t.Errorf("%v: %v, want %q", c.offset, err, c.want)
		}
	}
}

// TestSinkOffsetsOfSilentBroker: a broker that does not answer is not waited for longer
// than the request lasts.
func TestSinkOffsetsOfSilentBroker(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if c, err := silent.Accept(); err == nil {
			defer c.Close()
			_, _ = c.Read(make([]byte, 1)) // it asks
			cancel()
			_, _ = io.Copy(io.Discard, c)
		}
	}()
	w := offsetWorker(t, offsetstore.NewMemory(), (&scriptSink{}).plugin("test.Sink"))
	w.Props["bootstrap.servers"] = silent.Addr().String()
	_, err = w.ConnectorOffsets(ctx, "c", sinkProps("c"))
	if err == nil || err.Error() != "Failed to retrieve consumer group offsets for sink connector c" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

type allowNone struct{}

func (allowNone) Allows(policy.Request) bool { return false }

// TestOffsetsRefused: a connector that cannot be asked is not.
func TestOffsetsRefused(t *testing.T) {
	w := offsetWorker(t, offsetstore.NewMemory(), (&scriptSink{}).plugin("test.Sink"))
	w.Policy = allowNone{}
	overrides := sinkProps("c")
	overrides["consumer.override.group.id"] = "g"
	unknown := map[string]string{"name": "c", "connector.class": "test.Missing"}
	for _, props := range []map[string]string{overrides, unknown} {
		if _, err := w.ConnectorOffsets(t.Context(), "c", props); err == nil {
			t.Errorf("the offsets of %v are read", props)
		}
		if _, err := w.AlterOffsets(t.Context(), "c", props, nil); err == nil {
			t.Errorf("the offsets of %v are reset", props)
		}
	}
}
