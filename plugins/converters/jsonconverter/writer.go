package jsonconverter

import (
	"github.com/millrace/millrace/connect/data"
)

// writer makes documents.
type writer struct {
	encoder
	set     settings
	plans   *cache[*data.Schema, *plan]
	latest  [recent]*plan // the plans used last, by pointer or equality
	at      int
	scratch []byte
	chunk   []byte // documents share chunks of memory, which are never written twice
}

const (
	recent     = 4
	firstChunk = 1 << 10
	maxChunk   = 1 << 16
	maxScratch = 1 << 20
)

func newWriter(set settings) writer {
	w := writer{set: set, plans: newCache[*data.Schema, *plan](set.cache)}
	w.numeric = set.numeric
	e := &encoder{numeric: set.numeric}
	e.bare = e.anyValue
	w.bare = e.bare
	return w
}

// write returns the document for a value, nil for a null without schema.
func (w *writer) write(schema *data.Schema, value any) ([]byte, error) {
	if schema == nil && value == nil {
		return nil, nil
	}
	p := w.plan(schema)
	dst, err := w.document(w.scratch[:0], p, value)
	if cap(dst) <= maxScratch {
		w.scratch = dst
	}
	if err != nil {
		return nil, err
	}
	return w.keep(dst), nil
}

func (w *writer) document(dst []byte, p *plan, value any) (_ []byte, err error) {
	if !w.set.schemas {
		return w.value(dst, p, value)
	}
	if p == nil {
		dst = append(dst, `{"schema":null,"payload":`...)
	} else {
		if p.head == nil {
			if p.head, err = w.head(p); err != nil {
				return dst, err
			}
		}
		dst = append(dst, p.head...)
	}
	if dst, err = w.value(dst, p, value); err != nil {
		return dst, err
	}
	return append(dst, '}'), nil
}

// head returns the envelope up to the payload.
func (w *writer) head(p *plan) ([]byte, error) {
	head, err := w.schema([]byte(`{"schema":`), p, nil)
	if err != nil {
		return nil, err
	}
	return append(head, `,"payload":`...), nil
}

// plan returns the plan of a schema, nil for nil.
func (w *writer) plan(s *data.Schema) *plan {
	if s == nil {
		return nil
	}
	for _, p := range w.latest {
		if p != nil && p.schema == s {
			return p
		}
	}
	p, ok := w.plans.get(s)
	if !ok {
		if p = w.equal(s); p != nil {
			return p
		}
		p = newPlan(s, w.set)
		w.plans.put(s, p)
	}
	w.latest[w.at%recent] = p
	w.at++
	return p
}

// equal finds the plan of a schema that is equal to s, for connectors that build
// their schema again for every record.
func (w *writer) equal(s *data.Schema) *plan {
	for _, p := range w.latest {
		if p != nil && p.schema.Equal(s) {
			return p
		}
	}
	return nil
}

// keep returns a copy of a document that nobody writes to.
func (w *writer) keep(doc []byte) []byte {
	if len(doc) > maxChunk/4 {
		return append([]byte(nil), doc...)
	}
	if cap(w.chunk)-len(w.chunk) < len(doc) {
		size := min(max(2*cap(w.chunk), firstChunk), maxChunk)
		w.chunk = make([]byte, 0, max(size, len(doc)))
	}
	start := len(w.chunk)
	w.chunk = append(w.chunk, doc...)
	return w.chunk[start:len(w.chunk):len(w.chunk)]
}
