package data

// Project returns value, which is of schema source, as a value of schema target.
// Numbers widen, fields are matched by name, missing ones take the target's
// default; versions and documentation do not matter. Structs, lists and maps are
// copied, other values shared. Errors that a change of schema causes are of kind
// Unprojectable.
func Project(source *Schema, value any, target *Schema) (any, error) {
	if source == nil || target == nil {
		return nil, Fail(NullValue, "no schema to project")
	}
	if source == target && source.typ.Primitive() && value != nil {
		return value, nil
	}
	if err := projectable(source, target); err != nil {
		return nil, err
	}
	if source.optional && !target.optional {
		if target.def == nil {
			return nil, Fail(Unprojectable, "Writer schema is optional, however, target schema does not provide a default value.")
		}
		if value == nil {
			return target.def, nil
		}
	}
	if value == nil {
		return nil, nil
	}
	return projectValue(source, value, target)
}

// projectable compares what must agree.
func projectable(source, target *Schema) error {
	switch {
	case source.typ != target.typ && !promotable(source.typ, target.typ):
		return Fail(Unprojectable, "Schema type mismatch. source type: %s and target type: %s", source.typ, target.typ)
	case !same(source.name, target.name):
		return Fail(Unprojectable, "Schema name mismatch. source name: %s and target name: %s", orNull(source.name), orNull(target.name))
	case !equalParameters(source.parameters, target.parameters):
		return Fail(Unprojectable, "Schema parameters not equal. source parameters: %s and target parameters: %s",
			parametersText(source.parameters), parametersText(target.parameters))
	}
	return nil
}

// promotable tells whether every value of a number type is one of another.
func promotable(from, to Type) bool { return from <= to && to <= Float64 }

func orNull(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

func parametersText(params []Parameter) string {
	if params == nil {
		return "null"
	}
	text := "{"
	for i, p := range params {
		if i > 0 {
			text += ", "
		}
		text += p.Key + "=" + p.Value
	}
	return text + "}"
}

func projectValue(source *Schema, value any, target *Schema) (any, error) {
	switch target.typ {
	case StructType:
		if s, ok := value.(*Struct); ok {
			return projectStruct(source, s, target)
		}
	case Array:
		if list, ok := value.([]any); ok {
			return projectList(source, list, target)
		}
	case MapType:
		if m, ok := value.(*Map); ok {
			return projectMap(source, m, target)
		}
	default:
		return promote(value, target.typ), nil
	}
	return nil, Fail(BadClass, "class %s is not a value of %s", ClassName(value), target)
}

// promote leaves values of logical types and everything that is not a number as
// they are.
func promote(value any, to Type) any {
	if to > Float64 {
		return value
	}
	switch v := value.(type) {
	case int8, int16, int32, int64, float32, float64:
		return narrow(v, to)
	}
	return value
}

func projectStruct(source *Schema, from *Struct, target *Schema) (any, error) {
	slots := make([]any, len(target.fields))
	for i := range target.fields {
		f := &target.fields[i]
		v, err := projectField(source, from, f)
		if err == nil && v != nil {
			err = ValidateField(f.Name, f.Schema, v)
		}
		if err != nil {
			return nil, err
		}
		slots[i] = v
	}
	return StructOf(target, slots), nil
}

func projectField(source *Schema, from *Struct, target *Field) (any, error) {
	i, ok := from.schema.FieldIndex(target.Name)
	sourceField, known := source.Field(target.Name)
	switch {
	case ok && known:
		v, err := Project(sourceField.Schema, from.At(i), target.Schema)
		if e, unprojectable := err.(*Error); unprojectable && e.Kind == Unprojectable {
			return nil, Fail(Unprojectable, "Error projecting %s", target.Name).Because(err)
		}
		return v, err
	case known:
		return nil, Errorf("%s is not a valid field name", target.Name)
	case target.Schema.optional:
		return nil, nil
	case target.Schema.def != nil:
		return target.Schema.def, nil
	}
	return nil, Fail(Unprojectable, "Required field `%s` is missing from source schema: %s", target.Name, source)
}

func projectList(source *Schema, list []any, target *Schema) (any, error) {
	out := make([]any, len(list))
	for i, v := range list {
		var err error
		if out[i], err = Project(source.value, v, target.value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func projectMap(source *Schema, m *Map, target *Schema) (any, error) {
	out := NewHashMap(m.Len())
	for k, v := range m.All() {
		key, err := Project(source.key, k, target.key)
		if err != nil {
			return nil, err
		}
		value, err := Project(source.value, v, target.value)
		if err != nil {
			return nil, err
		}
		out.PutKey(key, value)
	}
	return out, nil
}
