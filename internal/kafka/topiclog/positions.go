package topiclog

import (
	"slices"

	"github.com/millrace/millrace/internal/kafka/topicadmin"
)

// positions are how far a topic was read. The log's lock guards them.
type positions struct {
	id      [16]byte
	reads   int           // how often reading began at the beginning
	next    []int64       // by partition: the offset to read next
	changed chan struct{} // closed at the next change
}

// restart begins at the beginning of a topic.
func (a *positions) restart(d topicadmin.Description) {
	a.id, a.next = d.ID, make([]int64, d.Partitions)
	a.reads++
	a.tell()
}

// advance returns the position before.
func (a *positions) advance(partition int32, next int64) (before int64) {
	before, a.next[partition] = a.next[partition], next
	a.tell()
	return before
}

// grow adds partitions up to n and returns how many there were.
func (a *positions) grow(n int) (before int) {
	before = len(a.next)
	if n > before {
		a.next = append(slices.Clip(a.next), make([]int64, n-before)...)
	}
	return before
}

func (a *positions) tell() {
	if a.changed != nil {
		close(a.changed)
	}
	a.changed = make(chan struct{})
}

// behind returns the positions of the partitions that were not read to their ends.
func (a *positions) behind(ends []int64) map[int32]int64 {
	lagging := map[int32]int64{}
	for p, end := range ends {
		if a.next[p] < end {
			lagging[int32(p)] = a.next[p]
		}
	}
	return lagging
}

// shrunk tells whether a topic that was read up to next ends before that.
func shrunk(next, ends []int64) bool {
	for p := range next {
		if p >= len(ends) || next[p] > ends[p] {
			return true
		}
	}
	return false
}
