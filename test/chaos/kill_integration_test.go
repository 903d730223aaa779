//go:build integration

package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/millrace/millrace/test/integration/cluster"
	"github.com/millrace/millrace/test/integration/kafkabroker"
	"github.com/millrace/millrace/test/integration/millrace"
)

var (
	kafka  = kafkabroker.NewShared()
	binary millrace.Binary
)

func TestMain(m *testing.M) { os.Exit(binary.Main(kafka.Main(m))) }

const shortRun = 20 * time.Second // in CI

// TestKillExactlyOnce kills workers that deliver exactly once. A reader of committed
// records finds every line once.
func TestKillExactlyOnce(t *testing.T) {
	g := run(t, map[string]string{"exactly.once.source.support": "enabled"})
	g.RequireAll()
	g.RequireOnce()
}

// TestKillAtLeastOnce kills workers that deliver at least once. No line is lost.
func TestKillAtLeastOnce(t *testing.T) {
	run(t, nil).RequireAll()
}

// run has three workers with six sources, and kills and starts workers.
func run(t *testing.T, props map[string]string) *cluster.Group {
	all := map[string]string{"scheduled.rebalance.max.delay.ms": "500"}
	for key, value := range props {
		all[key] = value
	}
	g := cluster.New(t, &binary, kafka.Broker(t).Bootstrap(), all)
	for i := range 3 {
		g.Start(fmt.Sprint("worker ", i), false)
	}
	for i := range 6 {
		g.Create(g.Workers[i%3], fmt.Sprint("feed-", i))
	}
	g.AwaitBalance()
	stop := g.Flow()
	defer stop()
	kill(t, g)
	g.AwaitBalance()
	stop()
	return g
}

// kill kills one worker at a time, and now and then the one that is just starting.
func kill(t *testing.T, g *cluster.Group) {
	seed, length := settings(t)
	t.Logf("seed %d, %s; again: MILLRACE_CHAOS_SEED=%d MILLRACE_CHAOS_TIME=%s", seed, length, seed, length)
	random := rand.New(rand.NewPCG(seed, 0))
	pause := func(longest time.Duration) { time.Sleep(time.Duration(random.Int64N(int64(longest)))) }
	kills := 0
	for end := time.Now().Add(length); time.Now().Before(end); kills++ {
		w := g.Workers[random.IntN(len(g.Workers))]
		pause(4 * time.Second)
		w.Kill(t)
		if random.IntN(4) == 0 {
			w.Launch(t)
			pause(2 * time.Second)
			w.Kill(t)
		}
		pause(3 * time.Second)
		w.Start(t)
	}
	t.Logf("%d kills", kills)
}

func settings(t *testing.T) (seed uint64, length time.Duration) {
	seed, length = rand.Uint64(), shortRun
	var err error
	if text := os.Getenv("MILLRACE_CHAOS_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("MILLRACE_CHAOS_SEED: %v", err)
		}
	}
	if text := os.Getenv("MILLRACE_CHAOS_TIME"); text != "" {
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatalf("MILLRACE_CHAOS_TIME: %v", err)
		}
	}
	return seed, length
}
