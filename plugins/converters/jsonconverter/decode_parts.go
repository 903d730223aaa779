package jsonconverter

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/jsonvalue"
)

func (d *decoder) structure(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.Object {
		return nil, i, d.wrong(i, "Structs should be encoded as JSON objects, but found ")
	}
	if d.exact {
		return d.structureExact(p, i, depth)
	}
	if err = jsontext.Enter(i, depth); err != nil {
		return nil, i, err
	}
	s := d.structs.Make(p.schema, roomAt(depth))
	slots := s.Slots()
	set := jsonvalue.NewFieldSet(len(p.fields))
	i = jsontext.Space(d.src, i+1)
	more, next := true, 0
	if i < len(d.src) && d.src[i] == '}' {
		i, more = i+1, false
	}
	for more {
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
	return s, i, p.fillUnset(slots, &set)
}

// roomAt is how many fields more there is room for: transformations add them to
// outermost structs.
func roomAt(depth int) int {
	if depth > 2 {
		return 0
	}
	return 3
}

// fieldValue reads the value of a struct's field, which unlike others is validated.
func (d *decoder) fieldValue(f *field, i, depth int) (v any, end int, err error) {
	blanks := d.blanks
	v, end, err = d.value(f.plan, i, depth)
	if err == nil && d.blanks != blanks {
		err = data.ValidateField(f.name, f.schema, v)
	}
	return v, end, err
}

// fillUnset sets the fields that the document does not have.
func (p *plan) fillUnset(slots []any, set *jsonvalue.FieldSet) (err error) {
	if set.Full(len(slots)) {
		return nil
	}
	for k := range slots {
		if !set.Has(k) {
			if slots[k], err = p.fields[k].null(); err != nil {
				return err
			}
		}
	}
	return nil
}

// structureExact reads fields in the order of the schema, as Connect does.
func (d *decoder) structureExact(p *plan, i, depth int) (v any, end int, err error) {
	at := make(map[string]int, len(p.fields))
	for _, m := range jsonvalue.Members(d.src, i) {
		at[m.Name] = m.At
	}
	slots := make([]any, len(p.fields))
	for k := range p.fields {
		f := &p.fields[k]
		if from, ok := at[f.name]; ok {
			slots[k], _, err = d.fieldValue(f, from, depth)
		} else {
			slots[k], err = f.null()
		}
		if err != nil {
			return nil, i, err
		}
	}
	end, err = jsontext.Skip(d.src, i, 0)
	return data.StructOf(p.schema, slots), end, err
}

func (d *decoder) list(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	list := []any{}
	switch kind {
	case jsontext.List:
		end, err = d.elements(i, depth, func(at int) (int, error) {
			e, end, err := d.value(p.elem, at, depth)
			list = append(list, e)
			return end, err
		})
		return list, end, err
	case jsontext.Object:
		if list, err = d.objectAsList(p, i, depth); err != nil {
			return nil, i, err
		}
	}
	end, err = d.skip(i, depth-1, kind)
	return list, end, err
}

// objectAsList reads the values of an object as elements: Jackson walks the nodes
// of both kinds alike.
func (d *decoder) objectAsList(p *plan, i, depth int) (list []any, err error) {
	if !d.exact {
		return nil, errUnusual
	}
	list = []any{}
	for _, m := range jsonvalue.Members(d.src, i) {
		e, _, err := d.value(p.elem, m.At, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// elements walks the list at i; read returns the end of an element.
func (d *decoder) elements(i, depth int, read func(at int) (end int, err error)) (end int, err error) {
	if err = jsontext.Enter(i, depth); err != nil {
		return i, err
	}
	i = jsontext.Space(d.src, i+1)
	if i < len(d.src) && d.src[i] == ']' {
		return i + 1, nil
	}
	for more := true; more && err == nil; {
		if i, err = read(i); err == nil {
			i, more, err = jsontext.Next(d.src, i, ']')
		}
	}
	return i, err
}

// table reads a map whose keys are strings.
func (d *decoder) table(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	switch {
	case kind != jsontext.Object:
		return nil, i, d.wrong(i, "Maps with string fields should be encoded as JSON objects, but found ")
	case d.exact:
		return d.tableExact(p, i, depth)
	}
	if err = jsontext.Enter(i, depth); err != nil {
		return nil, i, err
	}
	m := data.NewHashMap(0)
	i = jsontext.Space(d.src, i+1)
	if i < len(d.src) && d.src[i] == '}' {
		return m, i + 1, nil
	}
	for more := true; more; {
		end, f, err := jsontext.ScanName(d.src, i)
		if err != nil {
			return nil, i, err
		}
		name := jsontext.StringAt(d.src[i:end], f)
		if i, err = jsontext.Colon(d.src, end); err != nil {
			return nil, i, err
		}
		var e any
		if e, i, err = d.value(p.elem, i, depth); err != nil {
			return nil, i, err
		}
		m.Put(name, e)
		if i, more, err = jsontext.Next(d.src, i, '}'); err != nil {
			return nil, i, err
		}
	}
	return m, i, nil
}

func (d *decoder) tableExact(p *plan, i, depth int) (v any, end int, err error) {
	list := jsonvalue.Members(d.src, i)
	m := data.NewHashMap(len(list))
	for _, x := range list {
		e, _, err := d.value(p.elem, x.At, depth)
		if err != nil {
			return nil, i, err
		}
		m.Put(x.Name, e)
	}
	end, err = jsontext.Skip(d.src, i, 0)
	return m, end, err
}

// pairs reads a map whose keys are not strings: a list of pairs.
func (d *decoder) pairs(p *plan, i, depth int, kind jsontext.Kind) (v any, end int, err error) {
	if kind != jsontext.List {
		return nil, i, d.wrong(i, "Maps with non-string fields should be encoded as JSON array of tuples, but found ")
	}
	m := data.NewHashMap(0)
	end, err = d.elements(i, depth, func(at int) (int, error) { return d.pair(p, m, at, depth+1) })
	return m, end, err
}

func (d *decoder) pair(p *plan, m *data.Map, i, depth int) (end int, err error) {
	if jsontext.KindAt(d.src, i) != jsontext.List {
		return i, d.wrong(i, "Found invalid map entry instead of array tuple: ")
	}
	var at []int
	end, err = d.elements(i, depth, func(i int) (int, error) {
		at = append(at, i)
		return jsontext.Skip(d.src, i, depth)
	})
	if err != nil {
		return i, err
	}
	if len(at) != 2 {
		return i, data.Errorf("Found invalid map entry, expected length 2 but found :%d", len(at))
	}
	key, _, err := d.value(p.key, at[0], depth)
	if err != nil {
		return i, err
	}
	e, _, err := d.value(p.elem, at[1], depth)
	m.PutKey(key, e)
	return end, err
}

// wrong reports a value of the wrong kind.
func (d *decoder) wrong(i int, text string) error {
	return data.Errorf("%s%s", text, jsontext.KindAt(d.src, i))
}
