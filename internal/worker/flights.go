package worker

import (
	"maps"
	"sync"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
)

// flights are the records of a source task that are under way to Kafka, grouped by
// the batch and source partition they came with. The offset of a group may be
// stored when Kafka has all of it and of every earlier group of its partition. So a
// record costs one atomic subtraction, and no lock.
//
// Connect: org.apache.kafka.connect.runtime.SubmittedRecords.
type flights struct {
	mu     sync.Mutex
	queues map[*connect.SourcePartition][]*flight
	dirty  map[*connect.SourcePartition]*flight // safe, not stored yet
}

// flight is one such group. remaining counts records under way, and one more while
// the sender adds to it.
type flight struct {
	remaining atomic.Int32
	of        *lot
	offset    connect.SourceOffset // of the last record
	promise   func(*kgo.Record, error)
}

func newFlights() *flights {
	return &flights{
		queues: map[*connect.SourcePartition][]*flight{},
		dirty:  map[*connect.SourcePartition]*flight{},
	}
}

// open starts a group of a partition in a lot; land must follow.
func (f *flights) open(p *connect.SourcePartition, of *lot) *flight {
	g := &flight{of: of}
	g.remaining.Store(1)
	of.underWay.Add(1)
	f.mu.Lock()
	f.queues[p] = append(f.queues[p], g)
	f.mu.Unlock()
	return g
}

// land says that one record of the group needs nothing more.
func (g *flight) land() {
	if g.remaining.Add(-1) == 0 {
		g.of.land()
	}
}

// safe moves groups that are complete out of the queues and returns, for each
// partition, the last whose offset may be stored. They stay dirty until stored is
// called.
func (f *flights) safe() map[*connect.SourcePartition]*flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	for p, queue := range f.queues {
		n := 0
		for n < len(queue) && queue[n].remaining.Load() == 0 {
			if queue[n].offset != nil {
				f.dirty[p] = queue[n]
			}
			n++
		}
		if n == len(queue) {
			delete(f.queues, p)
		} else {
			f.queues[p] = queue[n:]
		}
	}
	return maps.Clone(f.dirty)
}

// stored says that the offsets of groups returned by safe are stored.
func (f *flights) stored(groups map[*connect.SourcePartition]*flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for p, g := range groups {
		if f.dirty[p] == g {
			delete(f.dirty, p)
		}
	}
}

// pending tells whether there may be offsets to store.
func (f *flights) pending() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queues) > 0 || len(f.dirty) > 0
}

// underWay returns the number of groups that Kafka does not have yet.
func (f *flights) underWay() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, queue := range f.queues {
		for _, g := range queue {
			if g.remaining.Load() > 0 {
				n++
			}
		}
	}
	return n
}
