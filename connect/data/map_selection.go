package data

import "slices"

// Selection is a Select that is made of many maps. How the result looks is worked out
// once for a layout of members, so that records alike cost only the copy of their
// members. It must not be used by several goroutines at a time.
type Selection struct {
	name func(key string) (string, bool)

	from, to *shape  // the last source's layout and the result's
	members  []int32 // position in the source of each member of the result
	rising   bool    // these are in order

	slots   slab[any]
	scratch []any
}

// NewSelection returns the selection that name makes; name must always give the same
// answer for a key.
func NewSelection(name func(key string) (string, bool)) *Selection {
	return &Selection{name: name}
}

// Of returns m.Select with the selection's name.
func (s *Selection) Of(m *Map) *Map {
	if m.shape == nil || m.shape != s.from {
		c := m.Select(s.name)
		s.remember(m, c)
		return c
	}
	slots := s.slots.take(len(s.members), room, slotsAtOnce)
	m.permute(slots, s.members)
	return &Map{shape: s.to, doc: m.doc, slots: slots}
}

// In makes m what Of returns; m must belong to the caller alone.
func (s *Selection) In(m *Map) {
	if m.shape == nil || m.shape != s.from || m.slots == nil {
		*m = *s.Of(m)
		return
	}
	source := m.slots
	if !s.rising {
		s.scratch = append(s.scratch[:0], m.slots...)
		source = s.scratch
	}
	for k, i := range s.members {
		m.slots[k] = source[i]
	}
	clear(m.slots[len(s.members):])
	m.shape, m.slots = s.to, m.slots[:len(s.members)]
}

// remember notes what became of which member. Of several that got one name, the last
// stays, as it does in the map.
func (s *Selection) remember(m, c *Map) {
	if m.shape == nil || c.shape == nil {
		return
	}
	members := make([]int32, c.Len())
	order := m.order()
	for k := range m.Len() {
		i := k
		if order != nil {
			i = int(order[k])
		}
		if key, keep := s.name(m.name(i)); keep {
			members[c.shape.find(key)] = int32(i)
		}
	}
	s.from, s.to, s.members, s.rising = m.shape, c.shape, members, slices.IsSorted(members)
}
