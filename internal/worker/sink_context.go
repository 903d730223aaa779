package worker

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// sinkContext is what a task asked for during its calls. The owner acts on it
// between calls.
type sinkContext struct {
	assigned  func() map[connect.TopicPartition]int
	paused    map[connect.TopicPartition]bool
	rewinds   sink.Offsets
	wait      time.Duration // -1: not asked for
	commitNow bool
}

func newSinkContext(assigned func() map[connect.TopicPartition]int) *sinkContext {
	return &sinkContext{assigned: assigned, paused: map[connect.TopicPartition]bool{}, rewinds: sink.Offsets{}, wait: -1}
}

// Rewind notes offsets to go on at.
func (c *sinkContext) Rewind(offsets sink.Offsets) { maps.Copy(c.rewinds, offsets) }

// RetryAfter notes a bound for the time until the next Put.
func (c *sinkContext) RetryAfter(d time.Duration) { c.wait = d }

// RequestCommit notes that offsets shall be committed.
func (c *sinkContext) RequestCommit() { c.commitNow = true }

// Assignment returns the task's partitions, sorted.
func (c *sinkContext) Assignment() []connect.TopicPartition {
	return sortedPartitions(c.assigned())
}

// Pause notes that partitions shall not be delivered.
func (c *sinkContext) Pause(tps ...connect.TopicPartition) error {
	if err := c.check(tps, "pause"); err != nil {
		return err
	}
	for _, tp := range tps {
		c.paused[tp] = true
	}
	return nil
}

// Resume takes Pause back.
func (c *sinkContext) Resume(tps ...connect.TopicPartition) error {
	if err := c.check(tps, "resume"); err != nil {
		return err
	}
	for _, tp := range tps {
		delete(c.paused, tp)
	}
	return nil
}

func (c *sinkContext) check(tps []connect.TopicPartition, verb string) error {
	assigned := c.assigned()
	for _, tp := range tps {
		if _, ok := assigned[tp]; !ok {
			return fmt.Errorf("SinkTasks may not %s partitions that are not currently assigned to them. (%s)", verb, tp)
		}
	}
	return nil
}

// takeWait returns the bound asked for and forgets it.
func (c *sinkContext) takeWait() (time.Duration, bool) {
	d := c.wait
	c.wait = -1
	return d, d > 0
}

func sortedPartitions[V any](m map[connect.TopicPartition]V) []connect.TopicPartition {
	return slices.SortedFunc(maps.Keys(m), func(a, b connect.TopicPartition) int {
		if a.Topic != b.Topic {
			if a.Topic < b.Topic {
				return -1
			}
			return 1
		}
		return int(a.Partition) - int(b.Partition)
	})
}
