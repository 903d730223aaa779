package mirror

import "sync"

// syncSlots is the number of offset syncs that are kept of a partition: one for each
// power of two that the distance to the newest can have.
const syncSlots = 64

// Untranslatable is the translation of an offset that is older than all syncs.
const Untranslatable = -1

// SyncPoint is a pair of offsets that belong to the same record.
type SyncPoint struct{ Upstream, Downstream int64 }

// SyncStore translates offsets of source partitions by the offset syncs it has seen.
// Of each partition it remembers 64, more of them the nearer to the newest, so what
// it takes of memory is bounded by the number of partitions. It is safe for
// concurrent use.
type SyncStore struct {
	onlyNewest bool

	mu     sync.RWMutex
	loaded bool
	syncs  map[TopicPartition]*syncTable
}

// NewSyncStore returns an empty store. With onlyNewest it keeps, until it is loaded,
// only the newest sync of a partition: offsets emitted by an earlier run, of which
// nothing is known, then never go backwards.
func NewSyncStore(onlyNewest bool) *SyncStore {
	return &SyncStore{onlyNewest: onlyNewest, syncs: map[TopicPartition]*syncTable{}}
}

// Add takes the next record of the offset syncs topic.
func (s *SyncStore) Add(o OffsetSync) {
	point := SyncPoint{o.Upstream, o.Downstream}
	s.mu.Lock()
	defer s.mu.Unlock()
	table := s.syncs[o.TopicPartition]
	switch {
	case table == nil:
		table = &syncTable{}
		s.syncs[o.TopicPartition] = table
		table.reset(point)
	case s.onlyNewest && !s.loaded, point.Upstream < table[0].Upstream:
		table.reset(point)
	default:
		table.add(point)
	}
}

// SetLoaded says that the topic has been read to its end. Nothing is translated
// before.
func (s *SyncStore) SetLoaded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = true
}

// Translate returns the offset in the replica at which a group may go on that stands
// at upstream in p: no record is lost, but some may come again. It is Untranslatable
// when upstream is older than every sync; ok is false when there are no syncs.
func (s *SyncStore) Translate(p TopicPartition, upstream int64) (downstream int64, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	table := s.syncs[p]
	if table == nil || !s.loaded {
		return 0, false
	}
	return table.translate(upstream), true
}

// Slots returns the syncs of p, the newest first, many of them more than once; nil
// when there are none.
func (s *SyncStore) Slots(p TopicPartition) []SyncPoint {
	s.mu.RLock()
	defer s.mu.RUnlock()
	table := s.syncs[p]
	if table == nil {
		return nil
	}
	slots := *table
	return slots[:]
}
