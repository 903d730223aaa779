//go:build integration

package s3

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/devs3"
	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
	"github.com/millrace/millrace/test/integration/s3server"
)

// Objects of 12 MiB: two full parts and a rest.
const (
	largeEach, largeSize = 24, 512 << 10
	partsOfLarge         = 3
)

// SeedEnv names the environment variable with the seed of a test that is to be repeated.
const SeedEnv = "MILLRACE_S3_SEED"

func seed(t *testing.T) *rand.Rand {
	t.Helper()
	n := rand.Uint64()
	if text := os.Getenv(SeedEnv); text != "" {
		var err error
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d; again: %s=%d", n, SeedEnv, n)
	return rand.New(rand.NewPCG(n, 0))
}

// TestKill kills the worker again and again while it uploads parts. In the end no record
// is lost and none is there twice, although some objects were written several times.
func TestKill(t *testing.T) {
	const objects, partitions, kills = 12, 2, 6
	var parts atomic.Int64
	store := s3server.Embedded(t, func(r *http.Request) *devs3.Fault {
		if !r.URL.Query().Has("partNumber") {
			return nil
		}
		parts.Add(1)
		return &devs3.Fault{Delay: 20 * time.Millisecond}
	})
	s := newStage(t, kafka.Broker(t).Bootstrap(), store, partitions, "flush.size", fmt.Sprint(largeEach))
	random := seed(t)
	s.produce(largeEach*objects, largeSize)
	w := s.standalone(1500)
	start := time.Now()
	for range kills {
		before, more := parts.Load(), 1+random.Int64N(4*partsOfLarge)
		w.Start(t)
		s.create(w)
		millrace.Await(t, window, fmt.Sprint(more, " more parts"), func() error {
			if parts.Load() < before+more && len(s.store.Keys(t, s.bucket)) < objects {
				return fmt.Errorf("there are %d", parts.Load()-before)
			}
			return nil
		})
		w.Kill(t)
		t.Logf("killed after %d parts, with %d objects and %d uploads", parts.Load()-before, len(s.store.Keys(t, s.bucket)), s.store.Uploads(t, s.bucket))
	}
	left := s.store.Uploads(t, s.bucket)
	w.Start(t)
	s.create(w)
	s.awaitCommitted()
	w.Stop(t)
	s.requireOnce(largeSize)
	if got := len(s.store.Keys(t, s.bucket)); got != objects {
		t.Errorf("%d objects, want %d", got, objects)
	}
	if got := s.store.Uploads(t, s.bucket); got > left {
		t.Errorf("%d uploads are left, %d were before the last start", got, left)
	}
	t.Logf("%d parts for %d in %.1f s; kills left %d uploads", parts.Load(), objects*partsOfLarge, time.Since(start).Seconds(), left)
}

// create creates the connector in a standalone worker, which forgets it when it ends.
func (s *stage) create(w *millrace.Worker) {
	s.Helper()
	w.Create(s.T, s.connector(), s.config)
}

// awaitCommitted waits until the group has committed all that was produced.
func (s *stage) awaitCommitted() {
	s.Helper()
	millrace.Await(s.T, window, "all offsets to be committed", func() error {
		ctx, cancel := context.WithTimeout(s.Context(), 10*time.Second)
		defer cancel()
		offsets, err := s.admin.FetchOffsets(ctx, "connect-"+s.connector())
		if err == nil {
			err = offsets.Error()
		}
		if err != nil {
			return err
		}
		sum := int64(0)
		for p := range int32(s.partitions) {
			if o, ok := offsets.Lookup(s.topic, p); ok && o.At > 0 {
				sum += o.At
			}
		}
		if sum < int64(s.produced) {
			return fmt.Errorf("%d of %d are", sum, s.produced)
		}
		return nil
	})
}

// TestRebalance has two workers with a task each. One leaves when each partition has an
// object of which a part was sent: that is written by the other from its beginning.
func TestRebalance(t *testing.T) {
	for _, how := range []string{"stopped", "killed"} {
		t.Run(how, func(t *testing.T) { rebalance(t, how == "killed") })
	}
}

func rebalance(t *testing.T, kill bool) {
	const partitions = 4
	s := newStage(t, kafka.Broker(t).Bootstrap(), s3server.Embedded(t, nil), partitions, "flush.size", fmt.Sprint(largeEach), "tasks.max", "2")
	settings := millrace.Settings{Bootstrap: s.bootstrap, Group: kafkabroker.UniqueName(t), Props: map[string]string{
		"scheduled.rebalance.max.delay.ms": "500", "session.timeout.ms": "6000", "heartbeat.interval.ms": "1000",
		"consumer.session.timeout.ms": "6000", "consumer.heartbeat.interval.ms": "1000", "offset.flush.interval.ms": "500",
	}}
	workers := []*millrace.Worker{binary.Worker(t, settings), binary.Worker(t, settings)}
	for _, w := range workers {
		w.Start(t)
	}
	workers[0].Create(t, s.connector(), s.config)
	s.awaitSpread(workers)
	s.awaitShares(partitions / 2)
	s.produce(partitions*(largeEach-4), largeSize) // not enough to complete an object
	awaitUploads := func(want int) {
		t.Helper()
		millrace.Await(t, window, fmt.Sprint(want, " uploads"), func() error {
			if got := s.store.Uploads(t, s.bucket); got != want {
				return fmt.Errorf("there are %d", got)
			}
			return nil
		})
	}
	awaitUploads(partitions)
	orphans := 0
	if kill {
		workers[1].Kill(t)
		orphans = partitions / 2
	} else {
		workers[1].Stop(t)
	}
	s.produce(partitions*(largeEach+4), largeSize) // completes two in each partition
	s.awaitObjects(2 * partitions)
	workers[0].Stop(t)
	s.requireOnce(largeSize)
	// What a killed worker had sent is still there, or what a partition's owner had when
	// it was taken away.
	if got := s.store.Uploads(t, s.bucket); got > orphans {
		t.Errorf("%d uploads are left, at most %d are those of a killed worker", got, orphans)
	}
}

func (s *stage) connector() string { return "sink-of-" + s.topic }

// awaitSpread waits until each worker runs one of two tasks.
func (s *stage) awaitSpread(workers []*millrace.Worker) {
	s.Helper()
	millrace.Await(s.T, window, "a task on each worker", func() error {
		code, answer := workers[0].Call(s.T, "GET", "/connectors/"+s.connector()+"/status", nil)
		for _, w := range workers {
			if code != http.StatusOK || strings.Count(answer, `"state":"RUNNING"`) != 3 || !strings.Contains(answer[strings.Index(answer, "tasks"):], w.ID()) {
				return fmt.Errorf("status %d, %s", code, answer)
			}
		}
		return nil
	})
}

// awaitShares waits until two members of the connector's group have so many partitions
// each.
func (s *stage) awaitShares(each int) {
	s.Helper()
	group := "connect-" + s.connector()
	millrace.Await(s.T, window, "partitions to be shared", func() error {
		described, err := s.admin.DescribeGroups(s.Context(), group)
		if err != nil {
			return err
		}
		members := described[group].Members
		for _, m := range members {
			assigned, _ := m.Assigned.AsConsumer()
			if assigned == nil || len(assigned.Topics) != 1 || len(assigned.Topics[0].Partitions) != each {
				return fmt.Errorf("group in state %s, member %s has %v", described[group].State, m.MemberID, assigned)
			}
		}
		if len(members) != 2 || described[group].State != "Stable" {
			return fmt.Errorf("group in state %s with %d members", described[group].State, len(members))
		}
		return nil
	})
}

// TestSlowStore has a store that takes long for each part: the worker waits, without
// growing, and without leaving its group.
func TestSlowStore(t *testing.T) {
	const objects, partitions, mostMiB = 20, 4, 200
	store := s3server.Embedded(t, func(r *http.Request) *devs3.Fault {
		if r.URL.Query().Has("partNumber") {
			return &devs3.Fault{Delay: time.Second}
		}
		return nil
	})
	s := newStage(t, kafka.Broker(t).Bootstrap(), store, partitions, "flush.size", fmt.Sprint(largeEach))
	w := s.standalone(6000)
	w.Start(t)
	s.create(w)
	s.produce(largeEach*objects, largeSize)
	member, most := "", 0
	millrace.Await(t, window, "all objects", func() error {
		if now := s.member(); member == "" {
			member = now
		} else if now != member {
			t.Errorf("the group had member %s, now %s", member, now)
		}
		most = max(most, residentMiB(t, w.PID()))
		if got := len(s.store.Keys(t, s.bucket)); got < objects {
			return fmt.Errorf("there are %d", got)
		}
		return nil
	})
	s.awaitCommitted()
	w.RequireRunning(t, s.connector())
	w.Stop(t)
	s.requireOnce(largeSize)
	s.requireNoUploads()
	t.Logf("at most %d MiB resident for %d MiB of objects", most, objects*largeEach*largeSize>>20)
	if most > mostMiB {
		t.Errorf("%d MiB were resident, at most %d may be", most, mostMiB)
	}
}

// member returns the id of the only member of the connector's group, "" while there is
// none.
func (s *stage) member() string {
	s.Helper()
	groups, err := s.admin.DescribeGroups(s.Context(), "connect-"+s.connector())
	if err != nil {
		s.Fatal(err)
	}
	for _, m := range groups["connect-"+s.connector()].Members {
		return m.MemberID
	}
	return ""
}

// residentMiB returns how much memory a process has, 0 where that cannot be told.
func residentMiB(t *testing.T, pid int) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(text, []byte("VmRSS:"))
	var kb int
	if _, err := fmt.Sscan(string(rest), &kb); err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}
