package data

import (
	"slices"

	"github.com/millrace/millrace/internal/java/hashorder"
)

// copied returns the shape of new HashMap(m) of a map of this shape, whose members
// stay where they are; nil when there are too many shapes already.
func (s *shape) copied() *shape {
	if to := s.copying.Load(); to != nil {
		return to
	}
	if !s.family.admit() {
		return nil
	}
	to := &shape{names: s.names, hashes: s.hashes, index: s.index, put: s.layout().order, family: s.family}
	to.table = copyTable(len(s.names))
	hashes := to.inserted()
	for i := range hashes {
		to.table = to.tableWith(hashes[:i], hashes[i])
	}
	if to.table == s.table && slices.Equal(to.put, s.put) {
		to = s
	}
	s.copying.Store(to)
	return to
}

// arranged returns the shape of maps like those of s whose members stand elsewhere:
// places has the position in s of each. It is nil when there are too many shapes
// already.
func (s *shape) arranged(places []int32) *shape {
	if !s.family.admit() {
		return nil
	}
	to := &shape{put: make([]int32, len(places)), table: s.table, family: s.family}
	at := make([]int32, len(places))
	for i, k := range places {
		to.names = append(to.names, s.names[k])
		to.hashes = append(to.hashes, s.hashes[k])
		at[k] = int32(i)
	}
	for k := range at {
		to.put[k] = at[s.nth(k)]
	}
	to.reindex()
	return to
}

// nth returns the position of the member that was put as number k.
func (s *shape) nth(k int) int {
	if s.put != nil {
		return int(s.put[k])
	}
	return k
}

// inserted returns the hashes in order of insertion.
func (s *shape) inserted() []uint32 {
	if s.put == nil {
		return s.hashes
	}
	hashes := make([]uint32, len(s.put))
	for k, i := range s.put {
		hashes[k] = s.hashes[i]
	}
	return hashes
}

// order computes the positions in the map's order, nil: as they stand.
func (s *shape) order() []int32 {
	order := s.put
	if s.table > 0 {
		order = permutation(s.inserted(), s.table)
		if s.put != nil {
			order = s.through(order)
		}
	}
	for k, i := range order {
		if int(i) != k {
			return order
		}
	}
	return nil
}

// through translates numbers in order of insertion, nil for all, to positions.
func (s *shape) through(numbers []int32) []int32 {
	if numbers == nil {
		return s.put
	}
	order := make([]int32, len(numbers))
	for k, n := range numbers {
		order[k] = s.put[n]
	}
	return order
}

// copyTable returns the table length of new HashMap(m) of n entries.
func copyTable(n int) int { return hashorder.CapacityForCopy(n) }
