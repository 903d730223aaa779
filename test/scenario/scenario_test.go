package scenario

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// logLines is how much of a worker's log is shown.
const logLines = 100

var showLogs = flag.Bool("logs", false, "show what workers log also when a scenario goes well")

func TestScenarios(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			script, err := readScript(path, filepath.Base(path))
			if err != nil {
				t.Fatal(err)
			}
			if needsLocks(script) && !fakeLocks {
				t.Skip("a consumer's locks stop fake time: go test -tags synctests")
			}
			synctest.Test(t, func(t *testing.T) { play(t, script) })
		})
	}
}

// needsLocks tells whether a script says that tasks of sinks stop while their consumer
// group rebalances. The Kafka client holds a lock then until the brokers answer, and
// time in a bubble stands still while somebody waits for a lock.
func needsLocks(script []*statement) bool {
	return strings.Join(script[0].words, " ") == "needs synctests"
}

// play does what a script says, up to the first line that is not so.
func play(t *testing.T, script []*statement) {
	c := newCluster(t)
	began := time.Now()
	err := c.play(script)
	for _, side := range c.sides {
		if end := <-side.done; err == nil && end != nil {
			err = fmt.Errorf("%s: %w", side.of, end)
		}
	}
	if err == nil {
		err = c.unharmed()
	}
	if err != nil {
		t.Errorf("%v\nafter %v", err, time.Since(began))
	}
	if err != nil || *showLogs {
		for _, w := range c.workers {
			t.Logf("worker %s:\n%s", w.name, w.log.last(logLines))
		}
	}
	c.close()
}

// sideline is a statement that is done while the script goes on.
type sideline struct {
	of   *statement
	done chan error
}

func (c *cluster) play(script []*statement) error {
	for _, s := range script {
		do, err := find(s)
		if err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
		if s.meanwhile {
			side := &sideline{s, make(chan error, 1)}
			c.sides = append(c.sides, side)
			go func() { side.done <- do(c) }()
			settle()
			continue
		}
		if err := do(c); err != nil {
			return fmt.Errorf("%s: %s: %w", s, strings.Join(s.words, " "), err)
		}
		settle()
	}
	return nil
}

// unharmed expects that no worker has ended that the script did not expect to.
func (c *cluster) unharmed() error {
	for _, w := range c.workers {
		if w.dead || w.mayExit {
			continue
		}
		if err := w.gone(); err != nil {
			return fmt.Errorf("worker %s has exited: %w", w.name, err)
		}
	}
	return nil
}
