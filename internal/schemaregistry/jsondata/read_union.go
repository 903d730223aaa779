package jsondata

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// union reads a value of one of several schemas: the first one whose type it has, or
// of objects that which has most of its members.
func (d *decoder) union(p *plan, i, depth int) (v any, end int, err error) {
	if end, err = jsontext.Skip(d.src, i, depth); err != nil {
		return nil, end, err
	}
	kind := jsontext.KindAt(d.src, i)
	if kind == jsontext.Whole {
		_, kind, _, _ = jsontext.ScanNumber(d.src, i)
	}
	k := d.branch(p, i, kind)
	if k < 0 {
		return nil, i, data.Errorf("Did not find matching oneof field for data")
	}
	s := d.structs.Make(p.schema, 0)
	if s.Slots()[k], end, err = d.fieldValue(&p.fields[k], i, depth); err != nil {
		return nil, end, err
	}
	return s, end, nil
}

// branch returns the number of the field that a value belongs to, -1 for none.
func (d *decoder) branch(p *plan, i int, kind jsontext.Kind) int {
	best, most := -1, -1
	for k := range p.fields {
		f := p.fields[k].plan
		if suits(f.schema.Type(), kind) {
			return k
		}
		if f.schema.Type() == data.StructType && kind == jsontext.Object {
			if n := d.common(f, i); n > most {
				best, most = k, n
			}
		}
	}
	return best
}

// suits tells whether a kind of JSON belongs to a type other than a struct.
func suits(t data.Type, kind jsontext.Kind) bool {
	switch t {
	case data.Int8, data.Int16, data.Int32, data.Int64:
		return kind == jsontext.Whole
	case data.Float32, data.Float64:
		return kind == jsontext.Whole || kind == jsontext.Fraction
	case data.Boolean:
		return kind == jsontext.True || kind == jsontext.False
	case data.String:
		return kind == jsontext.Text
	case data.Bytes:
		// Base64 cannot be told from other text; this is for decimals.
		return kind == jsontext.Fraction
	case data.Array:
		return kind == jsontext.List
	case data.MapType:
		return kind == jsontext.Object || kind == jsontext.List
	}
	return false
}

// common counts the members of an object, and of those within it, that a struct has
// fields for.
func (d *decoder) common(p *plan, i int) (n int) {
	for _, m := range jsonvalue.Members(d.src, i) {
		k, ok := p.names.Index(m.Name)
		if !ok {
			continue
		}
		n++
		f := p.fields[k].plan
		if f.schema.Type() == data.StructType && jsontext.KindAt(d.src, m.At) == jsontext.Object {
			n += d.common(f, m.At)
		}
	}
	return n
}
