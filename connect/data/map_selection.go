package data

// Selection is a Select that is made of many maps. How the result looks is worked out
// once for a layout of members, so that records alike cost only the copy of their
// members. It must not be used by several goroutines at a time.
type Selection struct {
	name func(key string) (string, bool)

	from, to *shape  // the last source's layout and the result's
	members  []int32 // position in the source of each member of the result
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
	slots := make([]any, len(s.members), len(s.members)+room)
	for k, i := range s.members {
		slots[k] = m.stored(int(i))
	}
	return &Map{shape: s.to, doc: m.doc, slots: slots}
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
	s.from, s.to, s.members = m.shape, c.shape, members
}
