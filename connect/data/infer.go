package data

// InferSchema returns the schema of a value that has none, or nil when it has no
// common one: an empty list or map, elements of different types, a Decimal, an
// Instant. Null elements make the element schema optional. The error is that of a
// list or map in which every element is null.
func InferSchema(v any) (*Schema, error) {
	switch v := v.(type) {
	case []any:
		return inferList(v)
	case *Map:
		return inferMap(v)
	case *Struct:
		return v.schema, nil
	}
	t, ok := TypeOf(v)
	if !ok {
		return nil, nil
	}
	return primitives()[t], nil
}

func inferList(list []any) (*Schema, error) {
	var common detector
	for _, v := range list {
		if ok, err := common.add(v); !ok {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	element, err := common.schema()
	if err != nil {
		return nil, err
	}
	return NewArray(element).Build()
}

func inferMap(m *Map) (*Schema, error) {
	var keys, values detector
	for k, v := range m.All() {
		if ok, err := keys.add(k); !ok {
			return nil, err
		}
		if ok, err := values.add(v); !ok {
			return nil, err
		}
	}
	if m.Len() == 0 {
		return nil, nil
	}
	key, err := keys.schema()
	if err != nil {
		return nil, err
	}
	value, err := values.schema()
	if err != nil {
		return nil, err
	}
	return NewMapOf(key, value).Build()
}

// detector finds the common type of values.
type detector struct {
	typ      Type
	known    bool
	optional bool
}

// add returns false when v has no schema or another type than those before.
func (d *detector) add(v any) (bool, error) {
	if v == nil {
		d.optional = true
		return true, nil
	}
	s, err := InferSchema(v)
	if s == nil {
		return false, err
	}
	if !d.known {
		d.typ, d.known = s.typ, true
	}
	return s.typ == d.typ, nil
}

// schema returns the schema of the common type. As in Connect it says nothing of
// the parts of nested lists, maps and structs.
func (d *detector) schema() (*Schema, error) {
	if !d.known {
		return nil, Fail(BadSchema, "type cannot be null")
	}
	return NewBuilder(d.typ).SetOptional(d.optional).Build()
}

// primitives returns the required schema of each primitive type.
func primitives() [Bytes + 1]*Schema {
	return [...]*Schema{
		Int8: Int8Schema, Int16: Int16Schema, Int32: Int32Schema, Int64: Int64Schema,
		Float32: Float32Schema, Float64: Float64Schema, Boolean: BooleanSchema,
		String: StringSchema, Bytes: BytesSchema,
	}
}
