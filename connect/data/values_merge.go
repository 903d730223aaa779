package data

// merger finds the common schema of the elements of a list or map in a text.
type merger struct {
	schema *Schema
	failed bool
}

// merge takes one more element's schema into account; nil stands for null.
func (m *merger) merge(s *Schema) {
	if s == nil || m.failed {
		return
	}
	if m.schema != nil {
		s = commonSchema(m.schema, s)
	}
	m.schema, m.failed = s, s == nil
}

// commonSchema returns the schema that both kinds of values can have, or nil. Only
// types count, not names, so a Date and a number are both INT32.
func commonSchema(before, latest *Schema) *Schema {
	switch {
	case before.typ == latest.typ:
		if before.optional == latest.optional || before.Equal(latest) {
			return latest
		}
	case before.typ <= Float64 && latest.typ <= Float64:
		if latest.typ > before.typ {
			return latest
		}
		return before
	}
	return nil
}

// The schemas of lists and maps whose parts have no common schema.
var (
	arrayOfNull = NewArrayOfNull().MustBuild()
	mapOfNull   = NewMapOfNull(nil, nil).MustBuild()
)

// The schemas of lists of primitives, and of maps from strings to primitives,
// which are the usual ones.
var (
	arrayOf = each(func(s *Schema) *Schema { return NewArray(s).MustBuild() })
	mapTo   = each(func(s *Schema) *Schema { return NewMapOf(StringSchema, s).MustBuild() })
)

func each(container func(*Schema) *Schema) (schemas [Bytes + 1]*Schema) {
	for t, s := range primitives() {
		schemas[t] = container(s)
	}
	return schemas
}

func arraySchema(element *Schema) (*Schema, error) {
	if t := element.typ; t.Primitive() && element == primitives()[t] {
		return arrayOf[t], nil
	}
	return NewArray(element).Build()
}

func mapSchema(key, value *Schema) (*Schema, error) {
	if key == StringSchema && value != nil && value.typ.Primitive() && value == primitives()[value.typ] {
		return mapTo[value.typ], nil
	}
	return NewMapOfNull(key, value).Build()
}

// alignList makes all elements values of the common schema. It fails for a null.
func alignList(common merger, values []any) (parsed, error) {
	if common.schema == nil {
		return parsed{arrayOfNull, values}, nil
	}
	for i, v := range values {
		aligned, err := convertTo(common.schema, nil, v)
		if err != nil {
			return parsed{}, err
		}
		values[i] = aligned
	}
	s, err := arraySchema(common.schema)
	return parsed{s, values}, err
}

// alignMap makes all keys and all values ones of their common schemas. Values are
// left as they are when they have none.
func alignMap(keys, values merger, m *Map) (parsed, error) {
	if keys.schema == nil {
		return parsed{mapOfNull, m}, nil
	}
	s, err := mapSchema(keys.schema, values.schema)
	if err != nil || values.schema == nil {
		return parsed{s, m}, err
	}
	var aligned keyed
	for k, v := range m.All() {
		if k, err = convertTo(keys.schema, nil, k); err != nil {
			return parsed{}, err
		}
		if v, err = convertTo(values.schema, nil, v); err != nil {
			return parsed{}, err
		}
		aligned.put(k, v)
	}
	return parsed{s, aligned.done()}, nil
}

// keyed fills a map. A Map searches among keys that are not strings, which would
// take time without bound for a text with many.
type keyed struct {
	m      *Map
	others map[string]int // positions of keys that are not strings
}

func (k *keyed) done() *Map {
	if k.m == nil {
		k.m = NewMap(4)
	}
	return k.m
}

func (k *keyed) put(key, value any) {
	m := k.done()
	if name, ok := key.(string); ok {
		m.Put(name, value)
		return
	}
	text, _ := AppendString([]byte(ClassName(key)), key) // a parsed key has a text
	id := string(text)
	if i, ok := k.others[id]; ok {
		m.set(i, value)
		return
	}
	if k.others == nil {
		k.others = map[string]int{}
	}
	m.unshape()
	k.others[id] = m.Len()
	m.add(key, value)
}
