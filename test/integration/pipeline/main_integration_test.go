//go:build integration

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

var (
	// kafka is the broker of all tests that leave it alive. Topics must be created.
	kafka  = kafkabroker.NewShared(kafkabroker.WithAuthorizer(), kafkabroker.WithoutTopicCreation())
	binary millrace.Binary
)

func TestMain(m *testing.M) { os.Exit(binary.Main(kafka.Main(m))) }

// window is how long anything may take that takes a second or two.
const window = 60 * time.Second

const (
	fileSource = "org.apache.kafka.connect.file.FileStreamSourceConnector"
	fileSink   = "org.apache.kafka.connect.file.FileStreamSinkConnector"
)

// quickFailover are worker properties with which the brokers soon give up on the
// consumers of a worker that was killed.
func quickFailover() map[string]string {
	return map[string]string{"consumer.session.timeout.ms": "1500", "consumer.heartbeat.interval.ms": "300"}
}

// with returns config with more keys and values.
func with(config map[string]string, pairs ...string) map[string]string {
	all := map[string]string{}
	for key, value := range config {
		all[key] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		all[pairs[i]] = pairs[i+1]
	}
	return all
}

func without(config map[string]string, key string) map[string]string {
	delete(config, key)
	return config
}

func source(file, topic string, pairs ...string) map[string]string {
	return with(map[string]string{"connector.class": fileSource, "file": file, "topic": topic}, pairs...)
}

func sink(file, topic string, pairs ...string) map[string]string {
	return with(map[string]string{"connector.class": fileSink, "file": file, "topics": topic}, pairs...)
}

// bounded returns a context that ends before the test binary would.
func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), window)
	t.Cleanup(cancel)
	return ctx
}

// client is the tests' own client of a broker.
type client struct {
	*kgo.Client
	admin *kadm.Client
}

func connect(t *testing.T, b *kafkabroker.Broker) client {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(b.Bootstrap()), kgo.MetadataMinAge(50*time.Millisecond),
		kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return client{c, kadm.NewClient(c)}
}

// createTopic creates a topic with a name that nobody else uses.
func (c client) createTopic(t *testing.T, partitions int32) string {
	t.Helper()
	name := kafkabroker.UniqueName(t)
	if _, err := c.admin.CreateTopic(bounded(t), partitions, 1, nil, name); err != nil {
		t.Fatalf("create topic %s: %v", name, err)
	}
	return name
}

// produce writes values round robin to the partitions of a topic.
func (c client) produce(t *testing.T, topic string, partitions int, values ...string) {
	t.Helper()
	records := make([]*kgo.Record, len(values))
	for i, value := range values {
		records[i] = &kgo.Record{Topic: topic, Partition: int32(i % partitions), Value: []byte(value)}
	}
	if err := c.ProduceSync(bounded(t), records...).FirstErr(); err != nil {
		t.Fatalf("produce to %s: %v", topic, err)
	}
}

// ends returns the end offsets of a topic's partitions.
func (c client) ends(t *testing.T, topic string) map[int32]int64 {
	t.Helper()
	ends := map[int32]int64{}
	millrace.Await(t, window, "the end offsets of topic "+topic, func() error {
		listed, err := c.admin.ListEndOffsets(bounded(t), topic)
		if err == nil {
			err = listed.Error()
		}
		listed.Each(func(o kadm.ListedOffset) { ends[o.Partition] = o.Offset })
		return err
	})
	return ends
}

func (c client) count(t *testing.T, topic string) int64 {
	t.Helper()
	return sum(c.ends(t, topic))
}

// committed returns the offsets of a sink connector's group.
func (c client) committed(t *testing.T, connector, topic string) map[int32]int64 {
	t.Helper()
	at := map[int32]int64{}
	millrace.Await(t, window, "the offsets of connector "+connector, func() error {
		fetched, err := c.admin.FetchOffsets(bounded(t), "connect-"+connector)
		fetched.Each(func(o kadm.OffsetResponse) {
			if o.Topic == topic {
				at[o.Partition] = o.At
			}
		})
		return err
	})
	return at
}

// awaitCommitted waits until a sink connector has committed all that is in the topic.
func (c client) awaitCommitted(t *testing.T, connector, topic string) {
	t.Helper()
	millrace.Await(t, window, "the commits of connector "+connector, func() error {
		if at, ends := sum(c.committed(t, connector, topic)), c.count(t, topic); at < ends {
			return fmt.Errorf("%d of %d records are committed", at, ends)
		}
		return nil
	})
}

func sum(m map[int32]int64) (total int64) {
	for _, n := range m {
		total += max(n, 0)
	}
	return total
}

// read returns all records of a topic by partition.
func (c client) read(t *testing.T, topic string) map[int32][]*kgo.Record {
	t.Helper()
	ends := c.ends(t, topic)
	from := map[int32]kgo.Offset{}
	for p := range ends {
		from[p] = kgo.NewOffset().AtStart()
	}
	c.AddConsumePartitions(map[string]map[int32]kgo.Offset{topic: from})
	defer c.PurgeTopicsFromConsuming(topic)
	all, ctx := map[int32][]*kgo.Record{}, bounded(t)
	for n, want := 0, int(sum(ends)); n < want; {
		fetches := c.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("read topic %s after %d of %d records: %v", topic, n, want, err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			all[r.Partition] = append(all[r.Partition], r)
			n++
		})
	}
	return all
}

// numbered returns the lines of ids from ≤ id < to, all of the same length.
func numbered(from, to int) []string {
	lines := make([]string, 0, to-from)
	for id := from; id < to; id++ {
		lines = append(lines, line(id))
	}
	return lines
}

const filler = "the quick brown fox jumps over the lazy dog and the river carries the boat down to the mill"

func line(id int) string { return fmt.Sprintf("%08d %s", id, filler) }

// lineLength is the length of a line without its end.
const lineLength = 8 + 1 + len(filler)

func idOf(line string) (id int, err error) {
	if len(line) != lineLength || line[9:] != filler {
		return 0, fmt.Errorf("%q is no line of the test's", line)
	}
	_, err = fmt.Sscanf(line[:8], "%d", &id)
	return id, err
}

// appendLines adds lines to a file.
func appendLines(t *testing.T, path string, lines ...string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(strings.Join(lines, "\n") + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatalf("append to %s: %v", path, err)
	}
}

// readLines returns the lines of a file; none when it is not there.
func readLines(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	text := strings.TrimSuffix(string(raw), "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// awaitLines waits until a file has n lines, and returns them.
func awaitLines(t *testing.T, path string, n int) (lines []string) {
	t.Helper()
	millrace.Await(t, window, "the lines of "+path, func() error {
		if lines = readLines(t, path); len(lines) < n {
			return fmt.Errorf("%d of %d lines are there", len(lines), n)
		}
		return nil
	})
	return lines
}
