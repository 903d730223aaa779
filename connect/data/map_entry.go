package data

import (
	"slices"

	"github.com/millrace/millrace/internal/java/hashorder"
)

// fewKeys is up to how many keys are compared one by one.
const fewKeys = 8

// find returns the position of a string key, or -1.
func (m *Map) find(key string) int {
	if m.shape != nil {
		return m.shape.find(key)
	}
	if m.index != nil {
		if i, ok := m.index[key]; ok {
			return int(i)
		}
		return -1
	}
	for i := range m.entries {
		if k, ok := m.entries[i].key.(string); ok && k == key {
			return i
		}
	}
	return -1
}

func (m *Map) findKey(key any) int {
	if name, ok := key.(string); ok {
		return m.find(name)
	}
	for i := range m.entries {
		if Equal(m.entries[i].key, key) {
			return i
		}
	}
	return -1
}

// key returns the key at position i.
func (m *Map) key(i int) any {
	if m.shape != nil {
		return m.shape.key(i)
	}
	return m.entries[i].key
}

// stored returns what is kept at position i: a value, or a *node.
func (m *Map) stored(i int) any {
	switch {
	case m.shape == nil:
		return m.entries[i].value
	case m.slots == nil:
		return m.node(i)
	}
	return m.slots[i]
}

// node returns the member at position i of a map without slots.
func (m *Map) node(i int) *node { return &m.doc.nodes[int(m.first)+i] }

// at returns the value at position i.
func (m *Map) at(i int) any {
	v := m.stored(i)
	if n, ok := v.(*node); ok {
		return m.doc.value(n)
	}
	return v
}

func (m *Map) set(i int, value any) {
	if m.shape == nil {
		m.entries[i].value = value
		return
	}
	m.own()
	m.slots[i] = value
}

// own gives the map slots of its own.
func (m *Map) own() {
	if m.slots != nil {
		return
	}
	n := len(m.shape.names)
	slots := make([]any, n, n+room)
	m.writeSlots(slots)
	m.slots = slots
}

// writeSlots writes what is stored, member by member.
func (m *Map) writeSlots(slots []any) {
	if m.slots != nil {
		copy(slots, m.slots)
		return
	}
	for i := range m.shape.names {
		slots[i] = m.node(i)
	}
}

// extend adds a key to a map with a shape; false when its layout is not known.
func (m *Map) extend(key string, value any) bool {
	next := m.shape.with(key)
	if next == nil {
		m.unshape()
		return false
	}
	m.grow(next, value)
	return true
}

// grow adds a value under the key that next has and the map has not.
func (m *Map) grow(next *shape, value any) {
	m.own()
	m.slots = append(m.slots, value)
	m.shape = next
}

// unshape turns a map with a shape into one of entries.
func (m *Map) unshape() {
	if m.shape == nil {
		return
	}
	entries := make([]entry, m.Len(), m.Len()+2)
	for k := range entries {
		i := m.shape.nth(k)
		entries[k] = entry{m.key(i), m.stored(i)}
	}
	m.table = m.shape.table
	m.entries, m.shape, m.slots = entries, nil, nil
	m.reindex()
}

// add appends an entry whose key is new.
func (m *Map) add(key, value any) {
	if m.table > 0 {
		m.table = m.grown(key)
	}
	m.entries = append(m.entries, entry{key, value})
	if name, ok := key.(string); ok && m.index != nil {
		m.index[name] = int32(len(m.entries) - 1)
	} else if len(m.entries) == fewKeys+1 {
		m.reindex()
	}
}

// grown returns the length of the HashMap's table after key is put.
func (m *Map) grown(key any) int {
	n := len(m.entries)
	if n < treeLength || m.table >= treeTable {
		return grow(m.table, n, 0)
	}
	hashes := make([]uint32, n)
	for i := range hashes {
		hashes[i] = hash(m.entries[i].key)
	}
	return grow(m.table, n, crowd(hashes, hash(key), m.table))
}

// reindex builds the index of a map with many keys.
func (m *Map) reindex() {
	m.index = nil
	if len(m.entries) <= fewKeys {
		return
	}
	m.index = make(map[string]int32, cap(m.entries))
	for i := range m.entries {
		if name, ok := m.entries[i].key.(string); ok {
			m.index[name] = int32(i)
		}
	}
}

func (m *Map) remove(i int) {
	if m.shape != nil {
		if next := m.shape.without(i); next != nil {
			m.own()
			m.slots = slices.Delete(m.slots, i, i+1)
			m.shape = next
			return
		}
		m.unshape()
	}
	m.entries = slices.Delete(m.entries, i, i+1)
	m.reindex()
}

// order returns the positions of the entries in the map's order, nil when that is how
// they stand: without shape, in order of insertion.
func (m *Map) order() []int32 {
	if m.shape != nil {
		return m.shape.layout().order
	}
	if m.table == 0 || len(m.entries) < 2 {
		return nil
	}
	hashes := make([]uint32, len(m.entries))
	for i := range hashes {
		hashes[i] = hash(m.entries[i].key)
	}
	return permutation(hashes, m.table)
}

// permutation is hashorder.Order, nil when nothing moves.
func permutation(hashes []uint32, table int) []int32 {
	moved := false
	order := make([]int32, len(hashes))
	for k, i := range hashorder.Order(hashes, table) {
		order[k] = int32(i)
		moved = moved || k != i
	}
	if !moved {
		return nil
	}
	return order
}
