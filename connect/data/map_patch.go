package data

import "github.com/millrace/millrace/internal/jsontext"

// Patch sets certain members of many maps: CopyHash, then Put for each key in order.
// Where the keys stand is worked out once for a layout of members, so that records
// alike cost only the copy of their members, or nothing. It must not be used by
// several goroutines at a time.
type Patch struct {
	keys []string

	from, to *shape  // the last source's layout and the result's
	source   []int32 // position in the source of each key, or -1
	target   []int32 // position in the result of each key

	slots slab[any]
}

// NewPatch returns a patch of these keys.
func NewPatch(keys ...string) *Patch { return &Patch{keys: keys} }

// Get returns what m has under the patch's key number k, nil when it has nothing.
func (p *Patch) Get(m *Map, k int) any {
	if !p.knows(m) {
		v, _ := m.Get(p.keys[k])
		return v
	}
	if i := p.source[k]; i >= 0 {
		return m.at(int(i))
	}
	return nil
}

// Long returns what m has under key number k when that is a whole number.
func (p *Patch) Long(m *Map, k int) (n int64, ok bool) {
	if p.knows(m) && p.source[k] >= 0 {
		if n, ok := m.stored(int(p.source[k])).(*node); ok && n.kind() == jsontext.Whole {
			return jsontext.Long(m.doc.text(n)), true
		}
	}
	n, ok = p.Get(m, k).(int64)
	return n, ok
}

// Like returns some value of the type of Get: it does not decode texts and numbers.
func (p *Patch) Like(m *Map, k int) any {
	if p.knows(m) && p.source[k] >= 0 {
		if n, ok := m.stored(int(p.source[k])).(*node); ok {
			switch n.kind() {
			case jsontext.Text:
				return ""
			case jsontext.Whole:
				return int64(0)
			case jsontext.Fraction:
				return float64(0)
			}
		}
	}
	return p.Get(m, k)
}

// Of returns a copy of m with a value for each key.
func (p *Patch) Of(m *Map, values []any) *Map {
	if p.knows(m) {
		slots := p.slots.take(len(p.to.names), room, slotsAtOnce)
		m.writeSlots(slots)
		p.set(slots, values)
		return &Map{shape: p.to, doc: m.doc, slots: slots}
	}
	c := m.CopyHash()
	for k, key := range p.keys {
		c.Put(key, values[k])
	}
	return c
}

// In makes m what Of returns; m must belong to the caller alone.
func (p *Patch) In(m *Map, values []any) {
	if !p.knows(m) {
		*m = *p.Of(m, values)
		return
	}
	slots := m.slots
	if slots == nil {
		slots = p.slots.take(len(p.to.names), room, slotsAtOnce)
		m.writeSlots(slots)
	}
	for len(slots) < len(p.to.names) {
		slots = append(slots, nil)
	}
	p.set(slots, values)
	m.shape, m.slots = p.to, slots
}

func (p *Patch) set(slots, values []any) {
	for k, i := range p.target {
		slots[i] = values[k]
	}
}

// knows tells whether the positions for maps like m are known, or could be found out.
func (p *Patch) knows(m *Map) bool {
	return m.shape != nil && (m.shape == p.from || p.learn(m.shape))
}

func (p *Patch) learn(from *shape) bool {
	p.from = nil
	to := from.copied()
	p.source, p.target = p.source[:0], p.target[:0]
	for _, key := range p.keys {
		if to == nil {
			return false
		}
		i := to.find(key)
		if i < 0 {
			i = len(to.names)
			to = to.with(key)
		}
		p.source = append(p.source, int32(from.find(key)))
		p.target = append(p.target, int32(i))
	}
	if to == nil {
		return false
	}
	p.from, p.to = from, to
	return true
}
