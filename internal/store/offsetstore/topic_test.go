package offsetstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/kafka"
)

func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func topicSettings(b *devbroker.Broker, name string) TopicSettings {
	worker := map[string]string{"bootstrap.servers": strings.Join(b.Addrs(), ","), "group.id": "g"}
	client := kafka.InternalProps(worker, kafka.Offsets, false)
	return TopicSettings{
		Topic: name, Property: "offset.storage.topic", Partitions: 25, Replication: 1,
		Producer: client, Consumer: client, Admin: kafka.InternalProps(worker, kafka.SharedAdmin, false),
	}
}

func openTopic(t *testing.T, b *devbroker.Broker, name string) *Topic {
	t.Helper()
	topic, err := OpenTopic(within(t), topicSettings(b, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(topic.Close)
	return topic
}

// entries are written key=value, a key alone for a nil value.
func entries(texts ...string) []Entry {
	var list []Entry
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		e := Entry{Key: []byte(key)}
		if ok {
			e.Value = []byte(value)
		}
		list = append(list, e)
	}
	return list
}

func show(list []Entry) []string {
	var texts []string
	for _, e := range list {
		text := string(e.Key)
		if e.Value != nil {
			text += "=" + string(e.Value)
		}
		texts = append(texts, text)
	}
	return texts
}

func set(t *testing.T, s Store, texts ...string) {
	t.Helper()
	if err := s.Set(within(t), entries(texts...)); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, s Store, key string) string {
	t.Helper()
	value, err := s.Get(within(t), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return string(value)
}

func all(t *testing.T, s Store) []string {
	t.Helper()
	list, err := s.All(within(t))
	if err != nil {
		t.Fatal(err)
	}
	return show(list)
}

// produce writes entries as they are.
func produce(t *testing.T, b *devbroker.Broker, topic string, texts ...string) {
	t.Helper()
	produceAt(t, b, topic, time.Now(), texts...)
}

func produceAt(t *testing.T, b *devbroker.Broker, topic string, at time.Time, texts ...string) {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...), kgo.DefaultProduceTopic(topic))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, e := range entries(texts...) {
		if err := client.ProduceSync(within(t), &kgo.Record{Key: e.Key, Value: e.Value, Timestamp: at}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
}

const (
	keyAB = `["c",{"a":1,"b":"x"}]`
	keyBA = `["c",{"b":"x","a":1}]`
	keyD  = `["d",{"f":"g"}]`
)

func TestTwoStores(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	first, second := openTopic(t, b, "offsets"), openTopic(t, b, "offsets")
	set(t, first, keyAB+`={"p":1}`, keyD+`={"p":2}`)
	if got := get(t, second, keyAB); got != `{"p":1}` {
		t.Errorf("the other store reads %q", got)
	}
	set(t, second, keyAB+`={"p":3}`, keyD)
	if got := all(t, first); !slices.Equal(got, []string{keyAB + `={"p":3}`}) {
		t.Errorf("all: %q", got)
	}
	if p := first.Partitions("c"); len(p) != 1 || len(first.Partitions("d")) != 0 {
		t.Errorf("partitions %v", p)
	}
	set(t, first) // nothing
	third := openTopic(t, b, "offsets")
	if got := string(third.Cached([]byte(keyAB))); got != `{"p":3}` {
		t.Errorf("read at the start: %q", got)
	}
}

// Keys that Java wrote in another order are read, written and deleted as they are.
func TestForms(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b, "offsets")
	produce(t, b, "offsets", keyBA+`={"p":1}`)
	if got := get(t, topic, keyAB); got != `{"p":1}` {
		t.Errorf("read: %q", got)
	}
	if got := show(topic.Rewrite(entries(keyAB+`={"p":2}`, keyD+`={"p":1}`))); !slices.Equal(got, []string{keyBA + `={"p":2}`, keyD + `={"p":1}`}) {
		t.Errorf("rewritten: %q", got)
	}
	produceAt(t, b, "offsets", time.Now().Add(time.Second), keyAB+`={"p":3}`)
	if got := get(t, topic, keyBA); got != `{"p":3}` {
		t.Errorf("of two forms: %q", got)
	}
	if got := all(t, topic); !slices.Equal(got, []string{keyAB + `={"p":3}`}) {
		t.Errorf("all: %q", got)
	}
	if got := topic.Partitions("c"); len(got) != 1 {
		t.Errorf("partitions %v", got)
	}
	set(t, topic, keyBA)
	for _, s := range []*Topic{topic, openTopic(t, b, "offsets")} {
		if got := all(t, s); len(got) != 0 || len(s.Partitions("c")) != 0 {
			t.Errorf("after the deletion: %q", got)
		}
	}
}

// A deletion of one form by Java leaves the other; the last form is used again.
func TestFormDeletedByJava(t *testing.T) {
	x, now := newIndex(), time.Now()
	x.apply([]byte(keyAB), []byte(`{"p":1}`), now)
	x.apply([]byte(keyBA), []byte(`{"p":2}`), now.Add(1))
	x.apply([]byte(keyBA), nil, now.Add(2))
	if got := string(x.value([]byte(keyBA))); got != `{"p":1}` || len(x.partitions.Of("c")) != 1 {
		t.Errorf("read: %q", got)
	}
	x.apply([]byte(keyAB), nil, now.Add(1))
	if got := show(x.rewrite(entries(keyAB + `={}`))); x.value([]byte(keyAB)) != nil || got[0] != keyBA+`={}` {
		t.Errorf("rewritten: %q", got)
	}
}

// A new key is known before it is read back.
func TestFormNotReadBack(t *testing.T) {
	x := newIndex()
	x.rewrite(entries(keyAB + `={}`))
	if got := show(x.rewrite(entries(keyBA, keyAB))); !slices.Equal(got, []string{keyAB}) {
		t.Errorf("rewritten: %q", got)
	}
}

// Numbers of another type make another partition; what is no partition is kept by its
// bytes.
func TestMeaning(t *testing.T) {
	x := newIndex()
	meaning := func(key string) string { return x.parse([]byte(key)).meaning }
	same := [][2]string{{keyAB, keyBA}, {`["c",{"a":1}]`, ` [ "c" , { "a" : 1 } ]`}, {`["c",{"a":1.0}]`, `["c",{"a":1.00}]`}}
	for _, pair := range same {
		if meaning(pair[0]) != meaning(pair[1]) {
			t.Errorf("%s and %s differ", pair[0], pair[1])
		}
	}
	other := []string{keyAB, `["c",{"a":1}]`, `["c",{"a":1.0}]`, `["c",{"a":"1"}]`, `["c",{"a":null}]`, `["c",null]`, `["c"]`, "{", "", `["d",{"a":1}]`, `["c",{}]`}
	for i, a := range other {
		for _, b := range other[:i] {
			if meaning(a) == meaning(b) {
				t.Errorf("%s and %s are the same", a, b)
			}
		}
	}
}

func TestConnectorEntriesAreRewritten(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b, "offsets")
	produce(t, b, "offsets", `["c",{"table":"t","protocol":"1"}]={"p":1}`) // the order of no HashMap
	view := For(topic, "c")
	p := connect.NewSourcePartition(connect.Fields{"protocol": "1", "table": "t"})
	if offset, err := view.Offset(within(t), p); err != nil || offset["p"] != int64(1) {
		t.Errorf("read: %v, %v", offset, err)
	}
	list, err := view.Entries(map[*connect.SourcePartition]connect.Fields{p: {"p": int64(2)}})
	if err != nil || !slices.Equal(show(list), []string{`["c",{"table":"t","protocol":"1"}]={"p":2}`}) {
		t.Errorf("entries: %q, %v", show(list), err)
	}
}

func TestGarbageKeys(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	topic := openTopic(t, b, "offsets")
	produce(t, b, "offsets", "=v", "{=v", "[]=v", `["c"]=v`, `[1,{}]=v`, `["c",null]={"p":1}`, keyAB+"=no JSON", "{", keyD+`={"p":1}`)
	if got := get(t, topic, keyD); got != `{"p":1}` {
		t.Errorf("read: %q", got)
	}
	if got := get(t, topic, `["c",null]`); got != `{"p":1}` {
		t.Errorf("read: %q", got)
	}
	if len(all(t, topic)) != 7 {
		t.Errorf("all: %q", all(t, topic))
	}
}

func layered(t *testing.T, b *devbroker.Broker) (l *Layered, own, workers *Topic) {
	t.Helper()
	own, workers = openTopic(t, b, "own"), openTopic(t, b, "offsets")
	return NewLayered(own, workers, nil), own, workers
}

func TestLayered(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	l, own, workers := layered(t, b)
	set(t, workers, keyAB+`={"p":1}`, keyD+`={"p":1}`)
	set(t, own, keyBA+`={"p":2}`)
	if got := []string{get(t, l, keyAB), get(t, l, keyD)}; !slices.Equal(got, []string{`{"p":2}`, `{"p":1}`}) {
		t.Errorf("read: %q", got)
	}
	if got := all(t, l); !slices.Equal(got, []string{keyBA + `={"p":2}`, keyD + `={"p":1}`}) {
		t.Errorf("all: %q", got)
	}
	if len(l.Partitions("c")) != 1 || len(l.Partitions("d")) != 1 {
		t.Errorf("partitions %v %v", l.Partitions("c"), l.Partitions("d"))
	}
	// Each topic keeps its own form of the key, and a deletion is of both.
	set(t, l, keyAB+`={"p":5}`, keyD)
	if got := all(t, own); !slices.Equal(got, []string{keyBA + `={"p":5}`}) {
		t.Errorf("in the connector's topic: %q", got)
	}
	if got := all(t, workers); !slices.Equal(got, []string{keyAB + `={"p":5}`}) {
		t.Errorf("in the worker's topic: %q", got)
	}
}

// A deletion that the worker's topic refuses fails the write before anything else; a
// value that it refuses fails nothing.
func TestLayeredFailures(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	l, own, _ := layered(t, b)
	set(t, l, keyAB+`={"p":1}`)
	b.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "offsets", Err: kerr.TopicAuthorizationFailed, Count: -1})
	if err := l.Set(within(t), entries(keyAB, keyD+`={"p":1}`)); !errors.Is(err, kerr.TopicAuthorizationFailed) {
		t.Errorf("the deletion ended with %v", err)
	}
	if got := all(t, own); !slices.Equal(got, []string{keyAB + `={"p":1}`}) {
		t.Errorf("in the connector's topic: %q", got)
	}
	set(t, l, keyAB+`={"p":2}`)
	if got := get(t, l, keyAB); got != `{"p":2}` {
		t.Errorf("read: %q", got)
	}
}

func TestManyOffsets(t *testing.T) {
	b := devbrokertest.Start(t, devbroker.Settings{})
	writer := openTopic(t, b, "offsets")
	var list []Entry
	for i := range 10_000 {
		list = append(list, Entry{fmt.Appendf(nil, `["c",{"table":"t%d","server":"s"}]`, i), fmt.Appendf(nil, `{"p":%d}`, i)})
	}
	if err := writer.Set(within(t), list); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	reader := openTopic(t, b, "offsets")
	took := time.Since(began)
	t.Logf("10,000 records in %v", took)
	if n := len(reader.Partitions("c")); n != 10_000 || took > 5*time.Second {
		t.Errorf("%d partitions in %v", n, took)
	}
}

func TestNameless(t *testing.T) {
	_, err := OpenTopic(within(t), TopicSettings{})
	var bad *config.Error
	if !errors.As(err, &bad) || err.Error() != "Offset storage topic must be specified" {
		t.Errorf("the error is %v", err)
	}
}
