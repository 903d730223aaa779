package data

import "iter"

// Map is the value of a MAP, and of a record without schema. It keeps an order:
// that of insertion when made by NewMap, or the order in which a java.util.HashMap
// of the same history would be walked when made by NewHashMap and the like.
//
// Most maps have strings as keys: Get, Put and Delete are for them; GetKey, PutKey
// and DeleteKey take any key. A Map is safe for concurrent use while nobody writes
// to it.
//
// A Map read from JSON text keeps the text: members are decoded each time they are
// read, and a map within it is a new Map each time, so that a change to one is not
// seen by the map around it. Transforms change a CopyHash, which costs little.
type Map struct {
	shape   *shape    // keys and order of a map with known layout, else nil
	doc     *document // text that members may still be in
	first   uint32    // index of the first member among the doc's nodes …
	slots   []any     // … unless this has the members: values, or *node for text
	entries []entry   // the members of a map without shape; values as in slots
	index   map[string]int32
	table   int // without shape: slots of the HashMap, 0 for insertion order
}

type entry struct{ key, value any }

// NewMap returns an empty map in insertion order, as new LinkedHashMap(). It has
// room for capacity entries.
func NewMap(capacity int) *Map { return &Map{entries: make([]entry, 0, capacity)} }

// NewHashMap returns an empty map in the order of a new HashMap(). It has room for
// capacity entries, which does not influence the order: see NewHashMapSize.
func NewHashMap(capacity int) *Map {
	return &Map{entries: make([]entry, 0, capacity), table: defaultTable}
}

// NewHashMapSize returns an empty map in the order of a new HashMap(size): there
// the size has a say in the order.
func NewHashMapSize(size int) *Map {
	return &Map{entries: make([]entry, 0, size), table: tableFor(size)}
}

// Len returns the number of entries.
func (m *Map) Len() int {
	if m.shape != nil {
		return len(m.shape.names)
	}
	return len(m.entries)
}

// Get returns the value of a string key.
func (m *Map) Get(key string) (any, bool) {
	if i := m.find(key); i >= 0 {
		return m.at(i), true
	}
	return nil, false
}

// GetKey returns the value of any key.
func (m *Map) GetKey(key any) (any, bool) {
	if i := m.findKey(key); i >= 0 {
		return m.at(i), true
	}
	return nil, false
}

// Has tells whether there is a string key, without decoding its value.
func (m *Map) Has(key string) bool { return m.find(key) >= 0 }

// Put sets the value of a string key; a new key comes last in insertion order.
func (m *Map) Put(key string, value any) {
	if m.shape != nil {
		if next := m.shape.usual(key); next != nil {
			m.grow(next, value)
			return
		}
	}
	if i := m.find(key); i >= 0 {
		m.set(i, value)
		return
	}
	if m.shape != nil && m.extend(key, value) {
		return
	}
	m.add(key, value)
}

// PutKey sets the value of any key.
func (m *Map) PutKey(key, value any) {
	if name, ok := key.(string); ok {
		m.Put(name, value)
		return
	}
	if i := m.findKey(key); i >= 0 {
		m.set(i, value)
		return
	}
	m.unshape()
	m.add(key, value)
}

// Delete removes a string key.
func (m *Map) Delete(key string) {
	if i := m.find(key); i >= 0 {
		m.remove(i)
	}
}

// DeleteKey removes any key.
func (m *Map) DeleteKey(key any) {
	if i := m.findKey(key); i >= 0 {
		m.remove(i)
	}
}

// All walks the entries in the map's order. The map must not get or lose keys
// meanwhile.
func (m *Map) All() iter.Seq2[any, any] {
	return func(yield func(any, any) bool) {
		order := m.order()
		for k := range m.Len() {
			i := k
			if order != nil {
				i = int(order[k])
			}
			if !yield(m.key(i), m.at(i)) {
				return
			}
		}
	}
}

// StringKeys tells whether all keys are strings.
func (m *Map) StringKeys() bool {
	if m.shape != nil {
		return true
	}
	for i := range m.entries {
		if _, ok := m.entries[i].key.(string); !ok {
			return false
		}
	}
	return true
}

// Equal tells whether both have equal values for the same keys, in any order.
func (m *Map) Equal(o *Map) bool {
	if m == o {
		return true
	}
	if m == nil || o == nil || m.Len() != o.Len() {
		return false
	}
	for k, v := range m.All() {
		w, ok := o.GetKey(k)
		if !ok || !Equal(v, w) {
			return false
		}
	}
	return true
}

// className is the Java class that has the same order.
func (m *Map) className() string {
	if m.hashed() {
		return "java.util.HashMap"
	}
	return "java.util.LinkedHashMap"
}

func (m *Map) hashed() bool {
	if m.shape != nil {
		return m.shape.table > 0
	}
	return m.table > 0
}
