package data

// Struct is a value of a STRUCT schema: one slot per field, in schema order. It
// is not safe for concurrent use while it is written.
type Struct struct {
	schema *Schema
	slots  []any
}

// NewStruct returns a struct with every field unset. The schema must be a STRUCT.
func NewStruct(schema *Schema) (*Struct, error) {
	if schema.Type() != StructType {
		return nil, Errorf("Not a struct schema: %s", schema)
	}
	return &Struct{schema: schema, slots: make([]any, len(schema.fields))}, nil
}

// StructOf returns a struct that takes over slots, one value per field in schema
// order, without validating them: for converters and transforms that have made
// the values to fit.
func StructOf(schema *Schema, slots []any) *Struct {
	return &Struct{schema: schema, slots: slots}
}

// Become makes s what StructOf returns. Nobody else may refer to s.
func (s *Struct) Become(schema *Schema, slots []any) { s.schema, s.slots = schema, slots }

// Schema returns the struct's schema.
func (s *Struct) Schema() *Schema { return s.schema }

// Slots returns the stored values in schema order, without defaults. They belong
// to the struct.
func (s *Struct) Slots() []any { return s.slots }

// Put validates v and stores it.
func (s *Struct) Put(name string, v any) error {
	i, err := s.lookUp(name)
	if err != nil {
		return err
	}
	if err := ValidateField(name, s.schema.fields[i].Schema, v); err != nil {
		return err
	}
	s.slots[i] = v
	return nil
}

// Get returns the named field's value, or its default when it is unset.
func (s *Struct) Get(name string) (any, error) {
	i, err := s.lookUp(name)
	if err != nil {
		return nil, err
	}
	return s.At(i), nil
}

// GetWithoutDefault returns what is stored in the named field.
func (s *Struct) GetWithoutDefault(name string) (any, error) {
	i, err := s.lookUp(name)
	if err != nil {
		return nil, err
	}
	return s.slots[i], nil
}

// At returns the value of field i, or its default when it is unset.
func (s *Struct) At(i int) any {
	if v := s.slots[i]; v != nil {
		return v
	}
	return s.schema.fields[i].Schema.def
}

func (s *Struct) lookUp(name string) (int, error) {
	i, ok := s.schema.FieldIndex(name)
	if !ok {
		return 0, Errorf("%s is not a valid field name", name)
	}
	return i, nil
}

// Typed returns the stored value of a field that must be of type t, as the typed
// getters of Connect's Struct do. Defaults do not apply, and a Decimal or Instant
// has no type.
func (s *Struct) Typed(name string, t Type) (any, error) {
	i, err := s.lookUp(name)
	if err != nil {
		return nil, err
	}
	if s.schema.fields[i].Schema.typ != t {
		return nil, Errorf("Field '%s' is not of type %s", name, t)
	}
	v := s.slots[i]
	if is, ok := TypeOf(v); v != nil && (!ok || is != t) {
		return nil, Fail(BadClass, "class %s is not a value of type %s", ClassName(v), t)
	}
	return v, nil
}

// Validate checks every field: it must be set, optional or have a default.
func (s *Struct) Validate() error {
	for i := range s.schema.fields {
		f := &s.schema.fields[i]
		if s.slots[i] == nil && (f.Schema.optional || f.Schema.def != nil) {
			continue
		}
		if err := ValidateField(f.Name, f.Schema, s.slots[i]); err != nil {
			return err
		}
	}
	return nil
}

// Equal tells whether both have the same schema and stored values.
func (s *Struct) Equal(o *Struct) bool {
	if s == o {
		return true
	}
	if s == nil || o == nil || !s.schema.Equal(o.schema) {
		return false
	}
	for i := range s.slots {
		if !Equal(s.slots[i], o.slots[i]) {
			return false
		}
	}
	return true
}

// String returns Struct{a=1,b=x}; fields that are unset are left out.
func (s *Struct) String() string {
	return string(s.appendText(nil))
}

func (s *Struct) appendText(dst []byte) []byte {
	dst = append(dst, "Struct{"...)
	skip := len(",") // before the first
	for i, v := range s.slots {
		if v != nil {
			dst = AppendText(append(dst, s.schema.labels[i][skip:]...), v)
			skip = 0
		}
	}
	return append(dst, '}')
}
