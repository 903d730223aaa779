//go:build integration

package pipeline

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

// kill is what was stored when a worker was killed.
type kill struct {
	position  int64           // of the source, in its offset file
	ends      map[int32]int64 // of the topic
	committed map[int32]int64 // of the sink, in its group
}

// fed returns how many lines the source had stored as done.
func (k kill) fed() int { return int(k.position) / (lineLength + 1) }

// TestRoundTrip moves lines from a file through Kafka into another file. The worker
// is killed twice on the way, and goes on with its offset file.
func TestRoundTrip(t *testing.T) {
	const lines, partitions = 200_000, 3
	b := kafka.Broker(t)
	c, dir, name := connect(t, b), t.TempDir(), kafkabroker.UniqueName(t)
	topic := c.createTopic(t, partitions)
	in, out := filepath.Join(dir, "in.txt"), filepath.Join(dir, "out.txt")

	// Small requests, or all would be in Kafka before the worker can be killed.
	slow := []string{"producer.override.max.request.size", "4096", "producer.override.batch.size", "4096"}
	w := binary.Worker(t, millrace.Settings{
		Bootstrap: b.Bootstrap(), Props: with(quickFailover(), "offset.flush.interval.ms", "100"),
		Connectors: map[string]string{
			"feed.properties": connectorFile(name+"-feed", source(in, topic, slow...)),
			"sink.properties": connectorFile(name, sink(out, topic, "tasks.max", "2")),
		},
	})
	start := time.Now()
	var kills []kill
	for _, from := range []int{0, lines / 2} {
		before := len(readLines(t, out))
		w.Start(t)
		// The first lines show that source and sink are under way.
		appendLines(t, in, numbered(from, from+1)...)
		awaitLines(t, out, before+1)
		appendLines(t, in, numbered(from+1, from+lines/2)...)
		awaitCount(t, c, topic, int64(from+lines/4))
		w.Kill(t)
		k := kill{position(t, w, name+"-feed"), c.ends(t, topic), c.committed(t, name, topic)}
		t.Logf("killed with %d records in Kafka, %d lines stored as fed, %d records committed by the sink, %d lines out",
			sum(k.ends), k.fed(), sum(k.committed), len(readLines(t, out)))
		kills = append(kills, k)
	}
	w.Start(t)
	awaitPosition(t, w, name+"-feed", in)
	c.awaitCommitted(t, name, topic)
	w.Stop(t)
	took := time.Since(start)

	log := indexTopic(t, c.read(t, topic), lines)
	log.checkSource(t, kills)
	duplicates := log.checkOutput(t, readLines(t, out), kills)
	t.Logf("%d lines in %.1f s; %d records in Kafka, %d lines out more than once", lines, took.Seconds(), log.records, duplicates)
}

func connectorFile(name string, config map[string]string) string {
	text := "name=" + name + "\n"
	for key, value := range config {
		text += key + "=" + value + "\n"
	}
	return text
}

// awaitCount waits until a topic has n records.
func awaitCount(t *testing.T, c client, topic string, n int64) {
	t.Helper()
	millrace.Await(t, window, fmt.Sprintf("%d records in topic %s", n, topic), func() error {
		if got := c.count(t, topic); got < n {
			return fmt.Errorf("%d are there", got)
		}
		return nil
	})
}

// place is where a record stands.
type place struct {
	partition int32
	offset    int64
}

// index knows where each line stands in a topic.
type index struct {
	records int
	places  [][]place // by id
	order   map[int32][]int
}

func indexTopic(t *testing.T, topic map[int32][]*kgo.Record, lines int) index {
	t.Helper()
	x := index{places: make([][]place, lines), order: map[int32][]int{}}
	for p, records := range topic {
		for _, r := range records {
			id, err := idOf(string(r.Value))
			if err != nil || id >= lines {
				t.Fatalf("partition %d, offset %d: id %d, error %v", p, r.Offset, id, err)
			}
			x.records++
			x.places[id] = append(x.places[id], place{p, r.Offset})
			x.order[p] = append(x.order[p], id)
		}
	}
	return x
}

// checkSource checks that no line is missing; that a line is there twice only when a
// kill came between its record and the offset behind it; and that no offset was
// stored before Kafka had the records.
func (x index) checkSource(t *testing.T, kills []kill) {
	t.Helper()
	for id, places := range x.places {
		excused := 0 // kills after which the line was due again although Kafka had it
		for _, k := range kills {
			before := inKafka(places, k.ends)
			if id < k.fed() && before == 0 {
				t.Fatalf("line %d was stored as fed before Kafka had it", id)
			}
			if id >= k.fed() && before > 0 {
				excused++
			}
		}
		if n := len(places); n < 1 || n > 1+excused {
			t.Fatalf("line %d is there %d times, want from 1 to %d: %v", id, n, 1+excused, places)
		}
	}
	for p, ids := range x.order {
		if back := stepsBack(ids); back > len(kills) {
			t.Errorf("partition %d: the order of lines breaks %d times, with %d kills", p, back, len(kills))
		}
	}
}

// inKafka counts the places before the ends.
func inKafka(places []place, ends map[int32]int64) (n int) {
	for _, at := range places {
		if at.offset < ends[at.partition] {
			n++
		}
	}
	return n
}

func stepsBack(numbers []int) (n int) {
	for i := 1; i < len(numbers); i++ {
		if numbers[i] <= numbers[i-1] {
			n++
		}
	}
	return n
}

// checkOutput checks that no record is missing in the sink's file, that a record is
// there again only when a kill came before its commit, and the order of each
// partition. It returns how often records came again.
func (x index) checkOutput(t *testing.T, lines []string, kills []kill) (duplicates int) {
	t.Helper()
	seen := make([]int, len(x.places))
	order := map[int32][]int{}
	torn := 0
	for _, text := range lines {
		// A kill may cut the last line short; the next one goes on behind it.
		if n := len(text); n > lineLength {
			torn++
			text = text[n-lineLength:]
		}
		id, err := idOf(text)
		if err != nil {
			t.Fatal(err)
		}
		seen[id]++
		if places := x.places[id]; len(places) == 1 {
			order[places[0].partition] = append(order[places[0].partition], int(places[0].offset))
		}
	}
	for id, n := range seen {
		most := 0
		for _, at := range x.places[id] {
			most += 1 + uncommitted(at, kills)
		}
		if least := len(x.places[id]); n < least || n > most {
			t.Fatalf("line %d, %d times in Kafka, is in the file %d times, want at most %d", id, least, n, most)
		}
		duplicates += n - len(x.places[id])
	}
	for p, offsets := range order {
		if back := stepsBack(offsets); back > len(kills) {
			t.Errorf("partition %d: the order of the file breaks %d times, with %d kills", p, back, len(kills))
		}
	}
	if torn > len(kills) {
		t.Errorf("%d lines are cut short, with %d kills", torn, len(kills))
	}
	return duplicates
}

// uncommitted counts the kills before which the sink may have written a record
// without having committed it.
func uncommitted(at place, kills []kill) (n int) {
	for _, k := range kills {
		if at.offset >= k.committed[at.partition] && at.offset < k.ends[at.partition] {
			n++
		}
	}
	return n
}
