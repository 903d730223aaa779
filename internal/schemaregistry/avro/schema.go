package avro

// Type is the kind of a Schema.
type Type uint8

// The types of Avro.
const (
	Null Type = iota
	Boolean
	Int
	Long
	Float
	Double
	Bytes
	String
	Record
	Enum
	Array
	Map
	Fixed
	Union
)

// String returns the name that schemas have for the type; "union" has none there.
func (t Type) String() string {
	if t > Union {
		return "unknown"
	}
	return [...]string{
		"null", "boolean", "int", "long", "float", "double", "bytes", "string",
		"record", "enum", "array", "map", "fixed", "union",
	}[t]
}

// Named tells whether schemas of the type have a name and can be referred to.
func (t Type) Named() bool { return t == Record || t == Enum || t == Fixed }

// primitive returns the type without parts that is called so.
func primitive(name string) (Type, bool) {
	for t := Null; t <= String; t++ {
		if t.String() == name {
			return t, true
		}
	}
	return 0, false
}

// Schema is an Avro schema. The same *Schema may stand in several places, and a
// record within itself. It is safe for concurrent use once it is complete.
type Schema struct {
	Type        Type
	Name        string // of a Record, Enum or Fixed, without its namespace
	Namespace   string
	Doc         *string
	Fields      []Field   // of a Record
	Items       *Schema   // elements of an Array, values of a Map
	Branches    []*Schema // of a Union
	Symbols     []string  // of an Enum
	EnumDefault *string
	Size        int // of a Fixed, in bytes
	Props       Props
	Aliases     []string
}

// Field is a member of a record.
type Field struct {
	Name    string
	Schema  *Schema
	Doc     *string
	Default string // JSON text, "" for none
	Order   string // "" for ascending
	Aliases []string
	Props   Props
}

// Prop is an attribute that Avro itself gives no meaning.
type Prop struct {
	Name string
	JSON string // the value as compact JSON text
}

// Props are attributes in order.
type Props []Prop

// Get returns the JSON text of an attribute.
func (p Props) Get(name string) (string, bool) {
	for i := range p {
		if p[i].Name == name {
			return p[i].JSON, true
		}
	}
	return "", false
}

// Add appends an attribute. One that is there stays as it is.
func (p *Props) Add(name, json string) {
	if _, ok := p.Get(name); !ok {
		*p = append(*p, Prop{name, json})
	}
}

// New returns a schema of a type without parts, or one to be completed.
func New(t Type) *Schema { return &Schema{Type: t} }

// NewNamed starts a record, enum or fixed. A name with dots has its namespace in
// it; otherwise the namespace given counts, which may be "".
func NewNamed(t Type, name, namespace string) (*Schema, error) {
	space, simple := splitName(name)
	if space == "" {
		space = namespace
	}
	if err := CheckName(simple); err != nil {
		return nil, err
	}
	return &Schema{Type: t, Name: simple, Namespace: space}, nil
}

// FullName returns the name with its namespace, or the name of the type.
func (s *Schema) FullName() string {
	switch {
	case !s.Type.Named():
		return s.Type.String()
	case s.Namespace == "":
		return s.Name
	}
	return s.Namespace + "." + s.Name
}

// Field returns the position of the named field, -1 when there is none.
func (s *Schema) Field(name string) int {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// NullBranch returns the position of null in a Union, -1 when it has none.
func (s *Schema) NullBranch() int {
	for i, b := range s.Branches {
		if b.Type == Null {
			return i
		}
	}
	return -1
}

// Equal tells whether two schemas are the same, documentation left aside.
func (s *Schema) Equal(o *Schema) bool {
	if s == o {
		return true
	}
	if s == nil || o == nil || s.Type != o.Type || s.FullName() != o.FullName() {
		return false
	}
	a, err := (&printer{bare: true}).text(s)
	if err != nil {
		return false
	}
	b, err := (&printer{bare: true}).text(o)
	return err == nil && a == b
}
