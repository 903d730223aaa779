//go:build integration

package pipeline

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

// stage is a topic with two sinks: the one under test, and a witness that shows how
// far records have come.
type stage struct {
	*testing.T
	client
	worker             *millrace.Worker
	topic, name, other string
	out, witnessed     string
	produced           int
}

const stagePartitions = 6

// feed produces n lines and waits until the witness has written them.
func (s *stage) feed(n int) {
	s.Helper()
	s.produce(s.T, s.topic, stagePartitions, numbered(s.produced, s.produced+n)...)
	s.produced += n
	awaitLines(s.T, s.witnessed, s.produced)
}

// requireStill checks that the sink does not write what is fed.
func (s *stage) requireStill(why string) {
	s.Helper()
	before := len(readLines(s.T, s.out))
	s.feed(1000)
	if after := len(readLines(s.T, s.out)); after != before {
		s.Fatalf("%s: the file has grown from %d to %d lines", why, before, after)
	}
}

// awaitShares waits until the members of the sink's group have so many partitions
// each.
func (s *stage) awaitShares(want ...int) {
	s.Helper()
	group := "connect-" + s.name
	millrace.Await(s.T, window, fmt.Sprint("shares ", want, " of group ", group), func() error {
		described, err := s.admin.DescribeGroups(bounded(s.T), group)
		if err != nil {
			return err
		}
		shares := map[int]int{}
		for _, m := range described[group].Members {
			assigned, ok := m.Assigned.AsConsumer()
			if !ok {
				return fmt.Errorf("member %s has no assignment", m.MemberID)
			}
			n := 0
			for _, topic := range assigned.Topics {
				n += len(topic.Partitions)
			}
			shares[n]++
		}
		for _, n := range want {
			shares[n]--
		}
		for n, count := range shares {
			if count != 0 {
				return fmt.Errorf("state %s, %d members too many (or too few) with %d partitions", described[group].State, count, n)
			}
		}
		return nil
	})
}

// TestLifecycle takes a sink of two tasks through everything that the REST API can do
// to it while records flow, and checks that each record is written once.
func TestLifecycle(t *testing.T) {
	b := kafka.Broker(t)
	dir, name := t.TempDir(), kafkabroker.UniqueName(t)
	c := connect(t, b)
	s := &stage{
		T: t, client: c, worker: binary.Worker(t, millrace.Settings{Bootstrap: b.Bootstrap()}),
		topic: c.createTopic(t, stagePartitions), name: name, other: name + "-witness",
		out: filepath.Join(dir, "out"), witnessed: filepath.Join(dir, "witnessed"),
	}
	w, path := s.worker, "/connectors/"+name
	start := time.Now()
	w.Start(t)
	w.Create(t, s.other, sink(s.witnessed, s.topic))
	w.Create(t, name, sink(s.out, s.topic, "tasks.max", "2"))
	s.awaitShares(3, 3)
	s.feed(1000)
	awaitLines(t, s.out, s.produced)

	w.Do(t, "PUT", path+"/pause")
	w.AwaitState(t, name, millrace.Paused, 2)
	s.requireStill("paused")
	s.awaitShares(3, 3)
	w.Do(t, "PUT", path+"/resume")
	w.AwaitState(t, name, millrace.Running, 2)
	awaitLines(t, s.out, s.produced)

	w.Do(t, "PUT", path+"/stop")
	w.AwaitState(t, name, millrace.Stopped, 0)
	s.awaitShares()
	s.requireStill("stopped")
	w.Do(t, "PUT", path+"/resume")
	w.AwaitState(t, name, millrace.Running, 2)
	awaitLines(t, s.out, s.produced)

	w.Do(t, "POST", path+"/tasks/1/restart")
	s.feed(1000)
	s.awaitShares(3, 3)
	w.Do(t, "POST", path+"/restart?includeTasks=true")
	s.feed(1000)
	w.AwaitState(t, name, millrace.Running, 2)
	s.awaitShares(3, 3)
	awaitLines(t, s.out, s.produced)

	for _, tasks := range []string{"3", "1"} {
		config := sink(s.out, s.topic, "tasks.max", tasks)
		if status, answer := w.Call(t, "PUT", path+"/config", config); status != http.StatusOK {
			t.Fatalf("status %d: %s", status, answer)
		}
		s.feed(1000)
	}
	s.awaitShares(6)
	awaitLines(t, s.out, s.produced)

	w.Do(t, "DELETE", path)
	if status, _ := w.Call(t, "GET", path+"/status", nil); status != http.StatusNotFound {
		t.Errorf("status of a deleted connector: %d", status)
	}
	s.awaitShares()
	s.requireStill("deleted")
	w.Create(t, name, sink(s.out, s.topic, "tasks.max", "2")) // its offsets are still there
	s.requireOnce()
	w.Stop(t)
	t.Logf("%d records in %.1f s", s.produced, time.Since(start).Seconds())
}

// requireOnce waits for all lines and checks that each is there once.
func (s *stage) requireOnce() {
	s.Helper()
	seen := map[int]int{}
	for _, text := range awaitLines(s.T, s.out, s.produced) {
		id, err := idOf(text)
		if err != nil {
			s.Fatal(err)
		}
		seen[id]++
	}
	for id := range s.produced {
		if seen[id] != 1 {
			s.Fatalf("record %d is there %d times", id, seen[id])
		}
	}
}
