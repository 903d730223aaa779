package data

// CopyHash returns what new HashMap(m) gives: a copy in the order of a HashMap
// whose table is sized for the entries, which are put in the order of m. Members
// that are JSON text stay so.
func (m *Map) CopyHash() *Map {
	if m.shape != nil {
		if next := m.shape.copied(); next != nil {
			return &Map{shape: next, doc: m.doc, first: m.first, slots: m.copySlots()}
		}
	}
	c := NewHashMap(m.Len() + 2)
	c.table, c.doc = copyTable(m.Len()), m.doc
	m.putInto(c)
	return c
}

// Rehash makes m what CopyHash returns; m must belong to the caller alone.
func (m *Map) Rehash() {
	if m.shape != nil {
		if next := m.shape.copied(); next != nil {
			m.shape = next
			return
		}
	}
	*m = *m.CopyHash()
}

// room is for how many members a copy can grow before its memory must: what most
// transforms add.
const room = 3

// copySlots returns a copy of the slots, nil for none.
func (m *Map) copySlots() []any {
	if m.slots == nil {
		return nil
	}
	return append(make([]any, 0, len(m.slots)+room), m.slots...)
}

// Copy returns a copy with the same order, which the same further changes would
// keep the same.
func (m *Map) Copy() *Map {
	if m.shape != nil {
		return &Map{shape: m.shape, doc: m.doc, first: m.first, slots: m.copySlots()}
	}
	c := &Map{doc: m.doc, table: m.table}
	c.entries = append(make([]entry, 0, len(m.entries)+2), m.entries...)
	c.reindex()
	return c
}

// CopyLinked returns what new LinkedHashMap(m) gives: a copy whose order of
// insertion is the order of m.
func (m *Map) CopyLinked() *Map {
	c := NewMap(m.Len() + 2)
	c.doc = m.doc
	m.putInto(c)
	return c
}

// putInto puts the stored members into a map that has none of the keys and the
// same doc.
func (m *Map) putInto(c *Map) {
	order := m.order()
	for k := range m.Len() {
		i := k
		if order != nil {
			i = int(order[k])
		}
		c.add(m.key(i), m.stored(i))
	}
}

// Select returns the members for which name gives a key and true, under that key.
// It is what putting them one by one into a new HashMap(m.size()) gives. Members
// that are JSON text stay so. All keys of m must be strings.
func (m *Map) Select(name func(key string) (string, bool)) *Map {
	c := &Map{doc: m.doc}
	if m.shape != nil && m.shape.family != nil {
		c.shape = m.shape.family.empty(tableFor(m.Len()))
		c.slots = make([]any, 0, m.Len())
	} else {
		c.table = tableFor(m.Len())
	}
	order := m.order()
	for k := range m.Len() {
		i := k
		if order != nil {
			i = int(order[k])
		}
		if key, keep := name(m.name(i)); keep {
			c.Put(key, m.stored(i))
		}
	}
	return c
}

// name returns the string key at position i.
func (m *Map) name(i int) string {
	if m.shape != nil {
		return m.shape.names[i]
	}
	name, _ := m.entries[i].key.(string)
	return name
}
