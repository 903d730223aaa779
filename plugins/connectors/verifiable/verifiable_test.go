package verifiable

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/source"
)

// lines returns what was printed, with times as T.
func lines(b *bytes.Buffer) string {
	return regexp.MustCompile(`"time_ms":\d{13}`).ReplaceAllString(b.String(), `"time_ms":T`)
}

func TestSourceLines(t *testing.T) {
	var out bytes.Buffer
	task := connecttest.NewHost(t).Source(newSource(&out), map[string]string{"name": "v", "topic": "t", "throughput": "-1"})
	task.Commit(task.Read(2))
	want := `{"task":0,"seqno":0,"time_ms":T,"name":"v","topic":"t"}
{"task":0,"seqno":1,"time_ms":T,"name":"v","topic":"t"}
{"committed":true,"task":0,"seqno":0,"time_ms":T,"name":"v","topic":"t"}
{"committed":true,"task":0,"seqno":1,"time_ms":T,"name":"v","topic":"t"}
`
	if got := lines(&out); got != want {
		t.Errorf("printed\n%swant\n%s", got, want)
	}
}

// TestSinkLines: what is flushed is printed again, by the partition that Kafka knows;
// what is closed unflushed is not.
func TestSinkLines(t *testing.T) {
	var out bytes.Buffer
	task := connecttest.NewHost(t).Sink(newSink(&out), map[string]string{"name": "v"})
	p0, p1 := connect.TopicPartition{Topic: "t"}, connect.TopicPartition{Topic: "t", Partition: 1}
	task.Open(p0, p1)
	record := func(tp connect.TopicPartition, offset int64, topic string) connect.Record {
		r := connecttest.Consume(tp, offset, connect.Record{Key: int32(5), Value: offset * 10, KeySchema: data.Int32Schema, ValueSchema: data.Int64Schema})
		r.Topic = topic
		return r
	}
	if err := task.Put(record(p0, 1, "t"), record(p1, 2, "renamed"), record(p0, 3, "t")); err != nil {
		t.Fatal(err)
	}
	task.Lose(p0)
	for range 2 {
		if _, err := task.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"task":5,"seqno":10,"offset":1,"time_ms":T,"name":"v","topic":"t","sinkTask":0}
{"task":5,"seqno":20,"offset":2,"time_ms":T,"name":"v","topic":"renamed","sinkTask":0}
{"task":5,"seqno":30,"offset":3,"time_ms":T,"name":"v","topic":"t","sinkTask":0}
{"task":5,"seqno":20,"offset":2,"time_ms":T,"name":"v","topic":"renamed","sinkTask":0,"flushed":true}
`
	if got := lines(&out); got != want {
		t.Errorf("printed\n%swant\n%s", got, want)
	}
}

func TestSequence(t *testing.T) {
	for _, c := range []struct {
		name   string
		stored connect.Fields
		want   int64
		fails  bool
	}{
		{"from the start", nil, 0, false},
		{"after the stored number", connect.Fields{"seqno": 41}, 42, false},
		{"a stored offset without number", connect.Fields{"position": 7}, 0, true},
		{"a stored offset of another type", connect.Fields{"seqno": "41"}, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			host := connecttest.NewHost(t)
			if err := host.StoreOffset(connect.Fields{"id": 0}, c.stored); err != nil {
				t.Fatal(err)
			}
			if c.fails {
				started := (&sourceTask{}).Start(t.Context(), source.Runtime{Offsets: host}, map[string]string{"id": "0", "throughput": "1"})
				if started == nil {
					t.Error("the offset is not refused")
				}
				return
			}
			task := host.Source(newSource(&bytes.Buffer{}), map[string]string{"topic": "t", "throughput": "-1"})
			if got := task.Read(1)[0].Value; got != c.want {
				t.Errorf("begins with %v, want %d", got, c.want)
			}
		})
	}
}

func TestTasks(t *testing.T) {
	c := newSource(&bytes.Buffer{}).New()
	if err := c.Start(t.Context(), source.ConnectorRuntime{}, map[string]string{"name": "v"}); err != nil {
		t.Fatal(err)
	}
	configs, err := c.TaskConfigs(3)
	if err != nil || len(configs) != 3 || configs[2]["id"] != "2" || configs[0]["name"] != "v" {
		t.Errorf("configurations of tasks: %v, %v", configs, err)
	}
}
