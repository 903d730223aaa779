package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/millrace/millrace/internal/store/state"
)

// offsetCommitter stores the offsets of all source tasks every
// offset.flush.interval.ms. One timer serves them all, so an idle task costs
// nothing.
//
// Connect: org.apache.kafka.connect.runtime.SourceTaskOffsetCommitter.
type offsetCommitter struct {
	interval time.Duration
	log      *slog.Logger

	mu    sync.Mutex
	tasks map[state.TaskID]*committing
}

// committing is a task whose commits must not overlap.
type committing struct {
	task *atLeastOnce
	mu   sync.Mutex
}

func newOffsetCommitter(interval time.Duration, log *slog.Logger) *offsetCommitter {
	return &offsetCommitter{interval: interval, log: log, tasks: map[state.TaskID]*committing{}}
}

// add has the offsets of a task stored from now on; adding it again does nothing.
func (c *offsetCommitter) add(t *atLeastOnce) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k, ok := c.tasks[t.id]; ok && k.task == t {
		return
	}
	c.tasks[t.id] = &committing{task: t}
}

// remove waits for a commit of the task that is under way.
func (c *offsetCommitter) remove(t *atLeastOnce) {
	c.mu.Lock()
	k, ok := c.tasks[t.id]
	if ok && k.task == t {
		delete(c.tasks, t.id)
	}
	c.mu.Unlock()
	if ok {
		k.mu.Lock()
		defer k.mu.Unlock()
	}
}

// run commits until ctx ends. It does not wait for commits under way: remove does, for
// each task, and a task may hang in its own.
func (c *offsetCommitter) run(ctx context.Context) {
	ticker := time.NewTicker(max(c.interval, time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, k := range c.all() {
			if k.mu.TryLock() { // else the last commit still runs
				go c.commit(ctx, k)
			}
		}
	}
}

func (c *offsetCommitter) all() []*committing {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]*committing, 0, len(c.tasks))
	for _, k := range c.tasks {
		if k.task.flights.pending() {
			all = append(all, k)
		}
	}
	return all
}

func (c *offsetCommitter) commit(ctx context.Context, k *committing) {
	defer k.mu.Unlock()
	if err := k.task.commitOffsets(ctx); err != nil && ctx.Err() == nil {
		c.log.Error("Failed to commit offsets; will try again", "err", err)
	}
}
