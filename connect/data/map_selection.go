package data

import "slices"

// Selection is a Select that is made of many maps. How the result looks is worked out
// once for a layout of members, so that records alike cost only the copy of their
// members, or nothing. It must not be used by several goroutines at a time.
type Selection struct {
	name  func(key string) (string, bool)
	known map[*shape]*selected
	slots slab[any]
}

// selected is what becomes of maps of one layout.
type selected struct {
	to      *shape
	members []int32 // position in the source of each member of the result, rising
}

// maxSelected bounds the layouts that a selection remembers.
const maxSelected = 64

// NewSelection returns the selection that name makes; name must always give the same
// answer for a key.
func NewSelection(name func(key string) (string, bool)) *Selection {
	return &Selection{name: name, known: map[*shape]*selected{}}
}

// Of returns m.Select with the selection's name.
func (s *Selection) Of(m *Map) *Map {
	x := s.of(m)
	if x == nil {
		return m.Select(s.name)
	}
	return &Map{shape: x.to, doc: m.doc, slots: s.fill(nil, x, m)}
}

// In makes m what Of returns; m must belong to the caller alone.
func (s *Selection) In(m *Map) {
	x := s.of(m)
	if x == nil {
		*m = *m.Select(s.name)
		return
	}
	m.slots = s.fill(m.slots, x, m)
	m.shape = x.to
}

// fill writes the selected members of m to slots, which are those of m or nil.
func (s *Selection) fill(slots []any, x *selected, m *Map) []any {
	n := len(x.members)
	if slots == nil {
		slots = s.slots.take(n, room, slotsAtOnce)
	}
	for k, i := range x.members {
		slots[k] = m.stored(int(i))
	}
	clear(slots[n:])
	return slots[:n]
}

// of returns what becomes of maps like m, nil when that is not known.
func (s *Selection) of(m *Map) *selected {
	if m.shape == nil {
		return nil
	}
	x, known := s.known[m.shape]
	if !known {
		if len(s.known) >= maxSelected {
			clear(s.known)
		}
		x = s.selects(m)
		s.known[m.shape] = x
	}
	return x
}

// selects works out what becomes of maps like m, whose members stay in the order in
// which they stand. Of several that get one name, the last stays, as it does in the
// map.
func (s *Selection) selects(m *Map) *selected {
	c := m.Select(s.name)
	if c.shape == nil {
		return nil
	}
	members, places := make([]int32, c.Len()), make([]int32, c.Len())
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
	for k := range places {
		places[k] = int32(k)
	}
	slices.SortFunc(places, func(a, b int32) int { return int(members[a] - members[b]) })
	slices.Sort(members)
	to := c.shape.arranged(places)
	if to == nil {
		return nil
	}
	return &selected{to, members}
}
