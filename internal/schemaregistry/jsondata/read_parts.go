package jsondata

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

// open goes into the object or list at i; more is false when it is empty, and then
// next is behind it.
func (d *decoder) open(i, depth int, closing byte) (next int, more bool, err error) {
	if err = jsontext.Enter(i, depth); err != nil {
		return i, false, err
	}
	i = jsontext.Space(d.src, i+1)
	if i < len(d.src) && d.src[i] == closing {
		return i + 1, false, nil
	}
	return i, true, nil
}

func (d *decoder) structure(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.Object {
		return nil, i, d.wrong(i, "Structs should be encoded as JSON objects, but found ")
	}
	i, more, err := d.open(i, depth, '}')
	if err != nil {
		return nil, i, err
	}
	s := d.structs.Make(p.schema, roomAt(depth))
	slots := s.Slots()
	set := jsonvalue.NewFieldSet(len(p.fields))
	for next := 0; more; {
		var k int
		if k, i, err = p.names.Read(d.src, i, next); err != nil {
			return nil, i, err
		}
		if k < 0 {
			i, err = jsontext.Skip(d.src, i, depth)
		} else {
			slots[k], i, err = d.fieldValue(&p.fields[k], i, depth)
			set.Add(k)
			next = k + 1
		}
		if err != nil {
			return nil, i, err
		}
		if jsontext.Tight(d.src, i, ',') {
			i++
		} else if i, more, err = jsontext.Next(d.src, i, '}'); err != nil {
			return nil, i, err
		}
	}
	d.fillUnset(p, slots, &set)
	return s, i, nil
}

// roomAt is how many fields more there is room for: transformations add them to
// outermost structs.
func roomAt(depth int) int {
	if depth > 2 {
		return 0
	}
	return 3
}

// name reads a member name at i and returns where the value is.
func (d *decoder) name(i int) (name string, at int, err error) {
	end, f, err := jsontext.ScanName(d.src, i)
	if err != nil {
		return "", i, err
	}
	name = jsontext.StringAt(d.src[i:end], f)
	at, err = jsontext.Colon(d.src, end)
	return name, at, err
}

// fieldValue reads the value of a struct's field. As Struct.put it checks the parts
// of what is not null; a null where none may be leaves the field unset.
func (d *decoder) fieldValue(f *field, i, depth int) (v any, end int, err error) {
	blanks := d.blanks
	v, end, err = d.value(f.plan, i, depth)
	if err == nil && v != nil && d.blanks != blanks {
		err = data.ValidateField(f.name, f.schema, v)
	}
	if err != nil {
		return nil, end, within(err, f.name)
	}
	return v, end, nil
}

// fillUnset sets the fields that the document does not have. Required ones without
// default stay unset: JSON Schema does not require all properties.
func (d *decoder) fillUnset(p *plan, slots []any, set *jsonvalue.FieldSet) {
	if set.Full(len(slots)) {
		return
	}
	for k := range slots {
		if set.Has(k) {
			continue
		}
		f := p.fields[k]
		slots[k] = jsonvalue.Renewed(f.def)
		if slots[k] == nil && !f.optional {
			d.blanks++
		}
	}
}

func (d *decoder) list(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	list := []any{}
	read := func(at int) (int, error) {
		e, end, err := d.value(p.elem, at, depth)
		if err != nil {
			return end, within(err, element(len(list)))
		}
		list = append(list, e)
		return end, nil
	}
	switch kind {
	case jsontext.List:
		end, err = d.elements(i, depth, read)
		return list, end, err
	case jsontext.Object:
		// Jackson walks the nodes of both kinds alike.
		if end, err = jsontext.Skip(d.src, i, depth-1); err != nil {
			return nil, end, err
		}
		for _, m := range jsonvalue.Members(d.src, i) {
			if _, err = read(m.At); err != nil {
				return nil, i, err
			}
		}
		return list, end, nil
	}
	end, err = jsontext.Skip(d.src, i, depth-1)
	return list, end, err
}

// elements walks the list at i; read returns the end of an element.
func (d *decoder) elements(i, depth int, read func(at int) (end int, err error)) (end int, err error) {
	i, more, err := d.open(i, depth, ']')
	for more && err == nil {
		if i, err = read(i); err == nil {
			i, more, err = jsontext.Next(d.src, i, ']')
		}
	}
	return i, err
}

// table reads a map that is an object.
func (d *decoder) table(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.Object {
		return nil, i, d.wrong(i, "Maps with string fields should be encoded as JSON objects, but found ")
	}
	i, more, err := d.open(i, depth, '}')
	if err != nil {
		return nil, i, err
	}
	m := data.NewHashMap(0)
	for more {
		var name string
		if name, i, err = d.name(i); err != nil {
			return nil, i, err
		}
		var e any
		if e, i, err = d.value(p.elem, i, depth); err != nil {
			return nil, i, within(err, "["+strconv.Quote(name)+"]")
		}
		m.Put(name, e)
		if i, more, err = jsontext.Next(d.src, i, '}'); err != nil {
			return nil, i, err
		}
	}
	return m, i, nil
}

// pairs reads a map that is a list of objects with a key and a value.
func (d *decoder) pairs(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.List {
		return nil, i, d.wrong(i, "Maps with non-string fields should be encoded as JSON array of objects, but found ")
	}
	m := data.NewHashMap(0)
	n := 0
	end, err = d.elements(i, depth, func(at int) (int, error) {
		end, err := d.pair(p, m, at, depth)
		if err != nil {
			err = within(err, element(n))
		}
		n++
		return end, err
	})
	return m, end, err
}

func (d *decoder) pair(p *plan, m *data.Map, i, depth int) (end int, err error) {
	if jsontext.KindAt(d.src, i) != jsontext.Object {
		return i, d.wrong(i, "Found invalid map entry instead of object: ")
	}
	if end, err = jsontext.Skip(d.src, i, depth); err != nil {
		return end, err
	}
	entry := jsonvalue.Members(d.src, i)
	if len(entry) != 2 {
		return i, data.Errorf("Found invalid map entry, expected length 2 but found :%d", len(entry))
	}
	key, err := d.named(p.key, entry, keyField, depth+1)
	if err != nil {
		return i, err
	}
	value, err := d.named(p.elem, entry, valueField, depth+1)
	if err != nil {
		return i, err
	}
	m.PutKey(key, value)
	return end, nil
}

// named reads a part of an entry, which may be missing.
func (d *decoder) named(p *plan, entry []jsonvalue.Member, name string, depth int) (any, error) {
	for _, m := range entry {
		if m.Name == name {
			v, _, err := d.value(p, m.At, depth)
			return v, within(err, name)
		}
	}
	if p.def == nil && !p.optional {
		d.blanks++
	}
	return jsonvalue.Renewed(p.def), nil
}

// wrong reports a value of the wrong kind.
func (d *decoder) wrong(i int, text string) error {
	return data.Errorf("%s%s", text, jsontext.KindAt(d.src, i))
}
