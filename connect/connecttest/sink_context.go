package connecttest

import (
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// SinkContext is the sink.Context of a SinkTask. It notes what the task asks for and
// does nothing about it; the test does.
type SinkContext struct {
	Rewound         sink.Offsets                    // by Rewind
	Wait            time.Duration                   // the last RetryAfter
	Paused          map[connect.TopicPartition]bool // by Pause, less Resume
	CommitRequested bool                            // by RequestCommit

	t        testing.TB
	open     atomic.Bool // the task is being called
	assigned []connect.TopicPartition
}

func newSinkContext(t testing.TB) *SinkContext {
	return &SinkContext{t: t, Rewound: sink.Offsets{}, Paused: map[connect.TopicPartition]bool{}}
}

func (c *SinkContext) assign(partitions []connect.TopicPartition) {
	c.assigned = append(slices.Clone(c.assigned), partitions...)
	slices.SortFunc(c.assigned, comparePartitions)
}

func (c *SinkContext) revoke(partitions []connect.TopicPartition) {
	c.assigned = slices.DeleteFunc(slices.Clone(c.assigned), func(tp connect.TopicPartition) bool {
		return slices.Contains(partitions, tp)
	})
	for _, tp := range partitions {
		delete(c.Paused, tp)
		delete(c.Rewound, tp)
	}
}

func (c *SinkContext) used(method string) {
	if !c.open.Load() {
		c.t.Errorf("Context.%s was called outside a call of the host", method)
	}
}

// Rewind notes offsets.
func (c *SinkContext) Rewind(offsets sink.Offsets) {
	c.used("Rewind")
	maps.Copy(c.Rewound, offsets)
}

func (c *SinkContext) takeRewound() sink.Offsets {
	offsets := c.Rewound
	c.Rewound = sink.Offsets{}
	return offsets
}

// RetryAfter notes a time.
func (c *SinkContext) RetryAfter(d time.Duration) {
	c.used("RetryAfter")
	c.Wait = d
}

// Assignment returns the partitions that were opened and not closed.
func (c *SinkContext) Assignment() []connect.TopicPartition { return slices.Clone(c.assigned) }

// Pause notes partitions.
func (c *SinkContext) Pause(partitions ...connect.TopicPartition) error {
	c.used("Pause")
	if err := c.check(partitions); err != nil {
		return err
	}
	for _, tp := range partitions {
		c.Paused[tp] = true
	}
	return nil
}

// Resume takes Pause back.
func (c *SinkContext) Resume(partitions ...connect.TopicPartition) error {
	c.used("Resume")
	if err := c.check(partitions); err != nil {
		return err
	}
	for _, tp := range partitions {
		delete(c.Paused, tp)
	}
	return nil
}

func (c *SinkContext) check(partitions []connect.TopicPartition) error {
	for _, tp := range partitions {
		if !slices.Contains(c.assigned, tp) {
			return fmt.Errorf("partition %s is not assigned to the task", tp)
		}
	}
	return nil
}

// RequestCommit notes the request.
func (c *SinkContext) RequestCommit() {
	c.used("RequestCommit")
	c.CommitRequested = true
}
