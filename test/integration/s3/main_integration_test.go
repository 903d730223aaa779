//go:build integration

package s3

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
	"github.com/millrace/millrace/test/integration/s3server"
)

var (
	kafka  = kafkabroker.NewShared()
	binary millrace.Binary
)

func TestMain(m *testing.M) { os.Exit(binary.Main(kafka.Main(m))) }

// window is how long anything may take that takes seconds.
const window = 90 * time.Second

// embeddedKafka returns the address of a broker in this process.
func embeddedKafka(t *testing.T) string {
	t.Helper()
	b, err := devbroker.Start(devbroker.Settings{})
	if err != nil {
		t.Fatalf("start the embedded broker: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("stop the embedded broker: %v", err)
		}
	})
	return b.Addrs()[0]
}

// stage is a topic whose records go to a bucket. Each value begins with its id, counted
// from 0, and a blank.
type stage struct {
	*testing.T
	store      *s3server.Server
	client     *kgo.Client
	admin      *kadm.Client
	bootstrap  string
	topic      string
	bucket     string
	partitions int
	produced   int
	config     map[string]string
}

func newStage(t *testing.T, bootstrap string, store *s3server.Server, partitions int, changes ...string) *stage {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchMaxBytes(900<<10),
		kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.MetadataMinAge(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	s := &stage{
		T: t, store: store, client: client, admin: kadm.NewClient(client), bootstrap: bootstrap,
		topic: kafkabroker.UniqueName(t), bucket: fmt.Sprintf("bucket-%d", time.Now().UnixNano()), partitions: partitions,
	}
	if _, err := s.admin.CreateTopic(t.Context(), int32(partitions), 1, nil, s.topic); err != nil {
		t.Fatalf("create topic %s: %v", s.topic, err)
	}
	s.config = map[string]string{
		"connector.class": "io.confluent.connect.s3.S3SinkConnector", "tasks.max": "1", "topics": s.topic,
		"storage.class": "io.confluent.connect.s3.storage.S3Storage", "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
		"flush.size": "100", "s3.part.size": "5242880", "retry.backoff.ms": "200", "s3.retry.backoff.ms": "20",
	}
	maps.Copy(s.config, store.Create(t, s.bucket))
	for i := 0; i+1 < len(changes); i += 2 {
		s.config[changes[i]] = changes[i+1]
	}
	return s
}

// standalone prepares a worker whose consumers the broker gives up on after so many
// milliseconds without a sign of life.
func (s *stage) standalone(session int) *millrace.Worker {
	return binary.Worker(s.T, millrace.Settings{Bootstrap: s.bootstrap, Props: map[string]string{
		"consumer.session.timeout.ms": fmt.Sprint(session), "consumer.heartbeat.interval.ms": fmt.Sprint(session / 5),
	}})
}

// produce writes n records with values of a size, round robin.
func (s *stage) produce(n, size int) {
	s.Helper()
	for n > 0 {
		records := make([]*kgo.Record, min(n, 500))
		for i := range records {
			id := s.produced
			s.produced++
			records[i] = &kgo.Record{Topic: s.topic, Partition: int32(id % s.partitions), Value: []byte(value(id, size))}
		}
		if err := s.client.ProduceSync(s.Context(), records...).FirstErr(); err != nil {
			s.Fatalf("produce: %v", err)
		}
		n -= len(records)
	}
}

// value is text that depends on the id throughout.
func value(id, size int) string {
	word := fmt.Sprint(id, " ")
	return strings.Repeat(word, max(size/len(word), 1))
}

// awaitObjects waits until there are n objects.
func (s *stage) awaitObjects(n int) {
	s.Helper()
	millrace.Await(s.T, window, fmt.Sprint(n, " objects"), func() error {
		if got := len(s.store.Keys(s.T, s.bucket)); got < n {
			return fmt.Errorf("there are %d", got)
		}
		return nil
	})
}

// objects returns all objects, with what is in them not compressed.
func (s *stage) objects() []s3server.Object {
	s.Helper()
	var all []s3server.Object
	for _, key := range s.store.Keys(s.T, s.bucket) {
		o := s.store.Object(s.T, s.bucket, key)
		if strings.HasSuffix(key, ".gz") {
			z, err := gzip.NewReader(bytes.NewReader(o.Content))
			if err == nil {
				o.Content, err = io.ReadAll(z)
			}
			if err != nil {
				s.Fatalf("%s: %v", key, err)
			}
		}
		all = append(all, o)
	}
	return all
}

// seen returns how often each id is in the objects; all values must be whole.
func (s *stage) seen(size int) map[int]int {
	s.Helper()
	seen := map[int]int{}
	for _, o := range s.objects() {
		for line := range bytes.Lines(o.Content) {
			var text string
			var id int
			if err := json.Unmarshal(line, &text); err != nil {
				s.Fatalf("%s: %v", o.Key, err)
			}
			if _, err := fmt.Sscan(text, &id); err != nil || text != value(id, size) {
				s.Fatalf("%s has a damaged value, id %d, %v", o.Key, id, err)
			}
			seen[id]++
		}
	}
	return seen
}

// requireOnce checks that all that was produced is there once.
func (s *stage) requireOnce(size int) {
	s.Helper()
	seen := s.seen(size)
	bad := 0
	for id := range s.produced {
		if seen[id] != 1 && bad < 10 {
			s.Errorf("record %d is there %d times", id, seen[id])
			bad++
		}
	}
	if len(seen) != s.produced {
		s.Errorf("%d different records, %d were produced", len(seen), s.produced)
	}
}

// requireNoUploads checks that no upload was left behind.
func (s *stage) requireNoUploads() {
	s.Helper()
	if n := s.store.Uploads(s.T, s.bucket); n > 0 {
		s.Errorf("%d uploads are left", n)
	}
}
