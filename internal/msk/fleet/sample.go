package fleet

import (
	"context"
	"fmt"
	"time"
)

// reading is what a process had used at one time.
type reading struct {
	is  identity
	cpu time.Duration
	at  time.Time
}

// watch measures all workers until the driver is closed.
func (d *Processes) watch() {
	tick := time.NewTicker(d.settings.SampleEvery)
	defer tick.Stop()
	last := map[*worker]reading{}
	for {
		select {
		case <-d.closing.Done():
			return
		case <-tick.C:
			last = d.sample(last)
		}
	}
}

// sample measures every worker once and returns the readings for the next time.
func (d *Processes) sample(last map[*worker]reading) map[*worker]reading {
	sessions, err := spentBySession()
	if err != nil {
		d.settings.Log.Error("The use of the workers cannot be measured", "err", err)
	}
	next := map[*worker]reading{}
	for _, w := range d.all() {
		is, ok := w.running()
		used, measured := sessions[is.PID]
		if !ok || !measured {
			continue
		}
		now := reading{is, used.cpu, time.Now()}
		next[w] = now
		d.judge(w, usage(now, last[w], w.snapshot(), used.memory), is)
	}
	return next
}

func usage(now, before reading, w Worker, memory int64) Usage {
	u := Usage{At: now.at, CPUPercent: -1, MemoryBytes: memory}
	u.MemoryPercent = 100 * float64(memory) / float64(w.Memory)
	if wall := now.at.Sub(before.at); before.is == now.is && wall > 0 {
		u.CPUPercent = 100 * max(0, (now.cpu-before.cpu).Seconds()) / wall.Seconds() / float64(w.MCUs)
	}
	return u
}

// judge shows the use, and has a worker restarted that is above its memory. A worker
// that is busy with something else is asked the next time.
func (d *Processes) judge(w *worker, u Usage, is identity) {
	w.measured(is, u)
	limit := w.snapshot().Memory
	if u.MemoryBytes <= limit {
		return
	}
	reason := fmt.Sprintf("it uses %d bytes of memory, more than its %d", u.MemoryBytes, limit)
	shrink := func(ctx context.Context, w *worker) error { return w.shrink(ctx, is, reason) }
	select {
	case w.requests <- request{shrink, make(chan error, 1)}:
	default:
	}
}
