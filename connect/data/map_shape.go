package data

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/millrace/millrace/internal/java/hashorder"
	"github.com/millrace/millrace/internal/jsontext"
)

// shape is what maps with the same string keys, put in the same order, share: the
// keys, where they stand in the map's memory, their order, and the texts to print them
// with. Shapes are immutable but for what they remember.
type shape struct {
	names  []string // as they stand
	put    []int32  // positions in order of insertion; nil: as they stand
	hashes []uint32 // String.hashCode of the names
	index  map[string]int32
	table  int     // length of the HashMap's table, 0 for insertion order
	family *family // nil for a shape that is not shared

	laid    atomic.Pointer[layout]
	grown   atomic.Pointer[step]
	steps   memo[string]
	drops   memo[int]
	copying atomic.Pointer[shape]
}

// layout is what a shape computes once it is asked for.
type layout struct {
	order  []int32  // positions in the map's order; nil: as they stand
	keys   []any    // the names as values
	quoted [][]byte // the names as JSON strings, as Jackson writes them

	equated atomic.Pointer[[][]byte] // for text, once that is asked for
	led     atomic.Pointer[[][]byte] // for JSON
}

// place returns the position of the kth member in the map's order.
func (l *layout) place(k int) int {
	if l.order != nil {
		return int(l.order[k])
	}
	return k
}

// step is the first key added to a shape, mostly the only one, and what it gave.
type step struct {
	name string
	to   *shape
}

// family bounds the shapes that descend from one another.
type family struct {
	left  atomic.Int32
	mu    sync.Mutex
	roots map[int]*shape
}

// familySize is far above what records with fixed layouts need.
const familySize = 4096

func newFamily() *family {
	f := &family{roots: map[int]*shape{}}
	f.left.Store(familySize)
	return f
}

// empty returns the shape of a map without entries.
func (f *family) empty(table int) *shape {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.roots[table]
	if s == nil {
		s = &shape{table: table, family: f}
		f.roots[table] = s
	}
	return s
}

// admit counts a new shape; false when there are enough.
func (f *family) admit() bool { return f != nil && f.left.Add(-1) >= 0 }

// memo remembers shapes by how they differ from another. It may be read while it
// is written.
type memo[K comparable] struct{ known atomic.Pointer[map[K]*shape] }

// memoSize bounds the ways to leave a shape.
const memoSize = 64

func (m *memo[K]) get(key K) *shape {
	if known := m.known.Load(); known != nil {
		return (*known)[key]
	}
	return nil
}

// full tells whether nothing can be put any more.
func (m *memo[K]) full() bool {
	known := m.known.Load()
	return known != nil && len(*known) >= memoSize
}

// put remembers s. Of several at once one may be forgotten again.
func (m *memo[K]) put(key K, s *shape) {
	next := map[K]*shape{key: s}
	if known := m.known.Load(); known != nil {
		for k, v := range *known {
			next[k] = v
		}
	}
	m.known.Store(&next)
}

// newShape returns the shape of distinct names put one by one into a map.
func newShape(names []string, table int, f *family) *shape {
	s := &shape{names: names, hashes: make([]uint32, len(names)), table: table, family: f}
	for i, name := range names {
		s.hashes[i] = hashorder.HashString(name)
		if s.table > 0 {
			s.table = s.tableWith(s.hashes[:i], s.hashes[i])
		}
	}
	s.reindex()
	return s
}

func (s *shape) tableWith(hashes []uint32, h uint32) int {
	if len(hashes) < treeLength || s.table >= treeTable {
		return grow(s.table, len(hashes), 0)
	}
	return grow(s.table, len(hashes), crowd(hashes, h, s.table))
}

func (s *shape) reindex() {
	if len(s.names) <= fewKeys {
		return
	}
	s.index = make(map[string]int32, len(s.names))
	for i, name := range s.names {
		s.index[name] = int32(i)
	}
}

// find returns the position of a name, or -1.
func (s *shape) find(name string) int {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return int(i)
		}
		return -1
	}
	for i := range s.names {
		if s.names[i] == name {
			return i
		}
	}
	return -1
}

func (s *shape) key(i int) any { return s.layout().keys[i] }

func (s *shape) layout() *layout {
	if l := s.laid.Load(); l != nil {
		return l
	}
	l := &layout{keys: make([]any, len(s.names)), quoted: make([][]byte, len(s.names))}
	size := 0
	for _, name := range s.names {
		size += len(name) + 2
	}
	text := make([]byte, 0, size)
	for i, name := range s.names {
		l.keys[i] = name
		start := len(text)
		text = jsontext.AppendQuoted(text, name)
		l.quoted[i] = text[start:len(text):len(text)]
	}
	l.order = s.order()
	s.laid.Store(l)
	return l
}

// equated returns what stands before the values in the text of a map, in its order:
// name= and , name=.
func (s *shape) equated() [][]byte {
	l := s.layout()
	if known := l.equated.Load(); known != nil {
		return *known
	}
	texts := make([][]byte, len(s.names))
	for k := range texts {
		if k > 0 {
			texts[k] = append(texts[k], ", "...)
		}
		texts[k] = append(append(texts[k], s.names[l.place(k)]...), '=')
	}
	l.equated.Store(&texts)
	return texts
}

// led returns what stands before the values in the JSON text of a map, in its order:
// "name": and ,"name":.
func (s *shape) led() [][]byte {
	l := s.layout()
	if known := l.led.Load(); known != nil {
		return *known
	}
	texts := make([][]byte, len(s.names))
	for k := range texts {
		if k > 0 {
			texts[k] = append(texts[k], ',')
		}
		texts[k] = append(append(texts[k], l.quoted[l.place(k)]...), ':')
	}
	l.led.Store(&texts)
	return texts
}

// usual returns the shape with one more name at the end if that name, which s does
// not have, was the first ever added to s.
func (s *shape) usual(name string) *shape {
	if g := s.grown.Load(); g != nil && g.name == name {
		return g.to
	}
	return nil
}

// with returns the shape with one more name at the end, one that it does not have;
// nil when there are too many shapes already.
func (s *shape) with(name string) *shape {
	if to := s.usual(name); to != nil {
		return to
	}
	to := s.steps.get(name)
	if to == nil {
		if s.steps.full() || !s.family.admit() {
			return nil
		}
		name = strings.Clone(name)
		to = s.extended(name)
		s.steps.put(name, to)
	}
	s.grown.CompareAndSwap(nil, &step{to.names[len(s.names)], to})
	return to
}

func (s *shape) extended(name string) *shape {
	n := len(s.names)
	h := hashorder.HashString(name)
	to := &shape{
		names:  append(s.names[:n:n], name),
		hashes: append(s.hashes[:n:n], h),
		table:  s.table,
		family: s.family,
	}
	if s.put != nil {
		to.put = append(s.put[:n:n], int32(n))
	}
	if s.table > 0 {
		to.table = s.tableWith(s.hashes, h)
	}
	to.reindex()
	return to
}

// without returns the shape that lacks name i, nil when there are too many shapes
// already.
func (s *shape) without(i int) *shape {
	to := s.drops.get(i)
	if to != nil {
		return to
	}
	if s.drops.full() || !s.family.admit() {
		return nil
	}
	// The table of a HashMap never shrinks.
	to = &shape{table: s.table, family: s.family}
	to.names = append(append(to.names, s.names[:i]...), s.names[i+1:]...)
	to.hashes = append(append(to.hashes, s.hashes[:i]...), s.hashes[i+1:]...)
	for _, k := range s.put {
		switch {
		case int(k) < i:
			to.put = append(to.put, k)
		case int(k) > i:
			to.put = append(to.put, k-1)
		}
	}
	to.reindex()
	s.drops.put(i, to)
	return to
}
