//go:build integration

package pipeline

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

const (
	jsonConverter = "org.apache.kafka.connect.json.JsonConverter"
	garbage       = `{"id": `
)

// jsonSink writes JSON objects without schema as lines.
func jsonSink(file, topic string, pairs ...string) map[string]string {
	return with(sink(file, topic, "value.converter", jsonConverter, "value.converter.schemas.enable", "false"), pairs...)
}

// TestDeadLetters mixes records that are no JSON with good ones: the good ones are
// written, the others are in the dead letter topic, as they were, with the reason.
func TestDeadLetters(t *testing.T) {
	const records, every = 3000, 10
	b := kafka.Broker(t)
	c, name, out := connect(t, b), kafkabroker.UniqueName(t), filepath.Join(t.TempDir(), "out.txt")
	topic, dead := c.createTopic(t, 2), name+"-dead"
	bad := c.produceMixed(t, topic, records, every)

	w := binary.Worker(t, millrace.Settings{Bootstrap: b.Bootstrap()})
	w.Start(t)
	w.Create(t, name, jsonSink(out, topic, "errors.tolerance", "all", "errors.deadletterqueue.topic.name", dead,
		"errors.deadletterqueue.topic.replication.factor", "1", "errors.deadletterqueue.context.headers.enable", "true"))
	c.awaitCommitted(t, name, topic)
	w.RequireRunning(t, name)

	checkGood(t, readLines(t, out), records, every)
	letters := c.read(t, dead)[0]
	if len(letters) != len(bad) {
		t.Fatalf("%d dead letters, want %d", len(letters), len(bad))
	}
	for _, letter := range letters {
		checkLetter(t, letter, topic, name, bad)
	}
	t.Logf("%d lines, %d dead letters", records-len(bad), len(bad))
}

// produceMixed writes records of which one in every is no JSON, and returns those by
// partition and offset.
func (c client) produceMixed(t *testing.T, topic string, n, every int) map[string]*kgo.Record {
	t.Helper()
	var all []*kgo.Record
	bad := map[string]*kgo.Record{}
	for id := range n {
		r := &kgo.Record{Topic: topic, Partition: int32(id % 2), Key: fmt.Append(nil, "key-", id), Value: fmt.Appendf(nil, `{"id":%d}`, id)}
		if id%every == 0 {
			r.Value = []byte(garbage)
			r.Headers = []kgo.RecordHeader{{Key: "origin", Value: fmt.Append(nil, id)}}
		}
		all = append(all, r)
	}
	if err := c.ProduceSync(bounded(t), all...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	for id := 0; id < n; id += every {
		bad[fmt.Sprint(all[id].Partition, "@", all[id].Offset)] = all[id]
	}
	return bad
}

// checkGood checks that every good record is there once.
func checkGood(t *testing.T, lines []string, records, every int) {
	t.Helper()
	seen := map[string]int{}
	for _, text := range lines {
		seen[text]++
	}
	for id := range records {
		want := 1
		if id%every == 0 {
			want = 0
		}
		if n := seen[fmt.Sprintf("{id=%d}", id)]; n != want {
			t.Fatalf("record %d is there %d times, want %d", id, n, want)
		}
	}
}

func checkLetter(t *testing.T, letter *kgo.Record, topic, connector string, bad map[string]*kgo.Record) {
	t.Helper()
	headers := map[string]string{}
	for _, h := range letter.Headers {
		headers[strings.TrimPrefix(h.Key, "__connect.errors.")] = string(h.Value)
	}
	original, ok := bad[headers["partition"]+"@"+headers["offset"]]
	if !ok {
		t.Fatalf("a dead letter of no bad record: %v", headers)
	}
	for key, want := range map[string]string{
		"origin": string(original.Headers[0].Value), "topic": topic, "connector.name": connector, "task.id": "0",
		"stage": "VALUE_CONVERTER", "class.name": jsonConverter,
		"exception.class.name": "org.apache.kafka.connect.errors.DataException",
	} {
		if headers[key] != want {
			t.Fatalf("header %s is %q, want %q", key, headers[key], want)
		}
	}
	if headers["exception.message"] == "" || !strings.Contains(headers["exception.stacktrace"], headers["exception.class.name"]) {
		t.Fatalf("the headers do not tell what is wrong: %v", headers)
	}
	if string(letter.Key) != string(original.Key) || string(letter.Value) != garbage {
		t.Fatalf("the dead letter is %s=%s, want %s=%s", letter.Key, letter.Value, original.Key, garbage)
	}
}

// TestBadRecordFails has tasks that must fail, and say why.
func TestBadRecordFails(t *testing.T) {
	b := kafka.Broker(t)
	c, dir := connect(t, b), t.TempDir()
	topic := c.createTopic(t, 1)
	c.produce(t, topic, 1, `{"id":1}`, garbage)
	w := binary.Worker(t, millrace.Settings{Bootstrap: b.Bootstrap()})
	w.Start(t)
	for name, tc := range map[string]struct {
		config []string
		want   []string
	}{
		"tolerance none": {nil, []string{"Tolerance exceeded in error handler", "DataException"}},
		"dead letter topic with three replicas on one broker": {
			[]string{"errors.tolerance", "all", "errors.deadletterqueue.topic.name", topic + "-dead"},
			[]string{"Could not initialize dead letter queue", topic + "-dead", "errors.deadletterqueue.topic.replication.factor"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			connector := kafkabroker.UniqueName(t)
			w.Create(t, connector, jsonSink(filepath.Join(dir, connector), topic, tc.config...))
			requireAll(t, w.AwaitFailedTask(t, connector), tc.want...)
			if at := sum(c.committed(t, connector, topic)); at > 1 {
				t.Errorf("offset %d is committed: the bad record is lost", at)
			}
		})
	}
}

// requireAll checks that a text has all of some parts.
func requireAll(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}
