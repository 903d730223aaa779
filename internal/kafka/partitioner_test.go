package kafka

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// equal is a backlog that is the same in each partition.
type equal struct{ n int }

func (e *equal) Next() (int, int64) { e.n--; return e.n, 0 }
func (e *equal) Rem() int           { return e.n }

// choose partitions a record as the client would.
func choose(p kgo.TopicPartitioner, r *kgo.Record, n int) int {
	if backup, ok := p.(kgo.TopicBackupPartitioner); ok {
		return backup.PartitionByBackup(r, n, &equal{n})
	}
	return p.Partition(r, n)
}

func topicPartitioner(t *testing.T, pairs ...string) kgo.TopicPartitioner {
	t.Helper()
	p, err := ProducerOptions(with(pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return open(t, p.Opts...).OptValue(kgo.RecordPartitioner).(kgo.Partitioner).ForTopic("t")
}

const class = "partitioner.class"

func TestPresetPartition(t *testing.T) {
	for _, pairs := range [][]string{
		nil,
		{"partitioner.ignore.keys", "true"},
		{class, "org.apache.kafka.clients.producer.RoundRobinPartitioner"},
		{class, "org.apache.kafka.clients.producer.internals.DefaultPartitioner"},
		{class, "org.apache.kafka.clients.producer.UniformStickyPartitioner"},
	} {
		p := topicPartitioner(t, pairs...)
		for want := range int32(25) {
			r := &kgo.Record{Key: []byte("k"), Partition: want}
			if got := choose(p, r, 25); got != int(want) || !p.RequiresConsistency(r) {
				t.Errorf("%v: got %d, want %d", pairs, got, want)
			}
		}
	}
}

// TestKeyHash has partitions that Java's producer chose.
func TestKeyHash(t *testing.T) {
	for _, pairs := range [][]string{nil, {class, "org.apache.kafka.clients.producer.internals.DefaultPartitioner"}} {
		p := topicPartitioner(t, pairs...)
		for key, want := range map[string]int{
			`["my-src",{"protocol":"1","table":"db.tbl"}]`: 2,
			`["my-src",{"filename":"/tmp/in.txt"}]`:        1,
		} {
			r := &kgo.Record{Key: []byte(key), Partition: -1}
			if got := choose(p, r, 25); got != want || !p.RequiresConsistency(r) {
				t.Errorf("%v %s: got %d, want %d", pairs, key, got, want)
			}
		}
	}
}

func TestSticky(t *testing.T) {
	p := topicPartitioner(t, "batch.size", "1000", "partitioner.adaptive.partitioning.enable", "false")
	seen := map[int]int{}
	first := choose(p, &kgo.Record{Value: make([]byte, 90), Partition: -1}, 25)
	for range 9 { // stays within 1000 bytes
		if got := choose(p, &kgo.Record{Value: make([]byte, 90), Partition: -1}, 25); got != first {
			t.Errorf("got %d, want %d", got, first)
		}
	}
	for range 1000 {
		r := &kgo.Record{Value: make([]byte, 90), Partition: -1}
		if p.RequiresConsistency(r) {
			t.Fatal("a record without key insists on its partition")
		}
		seen[choose(p, r, 25)]++
	}
	if len(seen) < 10 {
		t.Errorf("100 batches went to %d partitions only", len(seen))
	}
}

func TestIgnoredKeys(t *testing.T) {
	p := topicPartitioner(t, "partitioner.ignore.keys", "true")
	if p.RequiresConsistency(&kgo.Record{Key: []byte("k"), Partition: -1}) {
		t.Error("the key decides")
	}
	robin := topicPartitioner(t, class, "org.apache.kafka.clients.producer.RoundRobinPartitioner")
	for want := range 6 {
		if got := choose(robin, &kgo.Record{Key: []byte("k"), Partition: -1}, 3); got != want%3 {
			t.Errorf("got %d, want %d", got, want%3)
		}
	}
	sticky := topicPartitioner(t, class, "org.apache.kafka.clients.producer.UniformStickyPartitioner")
	if _, ok := sticky.(kgo.TopicPartitionerOnNewBatch); !ok {
		t.Error("the sticky partitioner is not told of new batches")
	}
}
