package jsonconverter

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// readPlan returns the plan of the schema that n describes. src is the text that n
// is of, known to be JSON.
func readPlan(n *jsontext.Node, src []byte, set settings) (*plan, error) {
	s, err := schemaReader{src, set}.schema(n)
	if err != nil {
		return nil, err
	}
	return newPlan(s, set), nil
}

type schemaReader struct {
	src []byte
	set settings
}

// primitives are the types without parts by their name in JSON.
func primitive(name string) (data.Type, bool) {
	switch name {
	case "float":
		return data.Float32, true
	case "double":
		return data.Float64, true
	case "boolean", "int8", "int16", "int32", "int64", "string", "bytes":
		for t := data.Int8; t <= data.Bytes; t++ {
			if t.Name() == name {
				return t, true
			}
		}
	}
	return 0, false
}

// schema returns the schema that n describes, nil for null.
func (r schemaReader) schema(n *jsontext.Node) (*data.Schema, error) {
	if n.Kind == jsontext.Null {
		return nil, nil
	}
	kind := n.Get("type")
	if kind == nil || kind.Kind != jsontext.Text {
		return nil, data.Errorf("Schema must contain 'type' field")
	}
	b, err := r.builder(kind.Str, n)
	if err != nil {
		return nil, err
	}
	if err := r.properties(b, n); err != nil {
		return nil, err
	}
	s, err := b.Build()
	if err != nil {
		return nil, err
	}
	if def := n.Get("default"); def != nil {
		return r.withDefault(s, def)
	}
	return s, nil
}

func (r schemaReader) builder(kind string, n *jsontext.Node) (*data.Builder, error) {
	if t, ok := primitive(kind); ok {
		return data.NewBuilder(t), nil
	}
	switch kind {
	case "array":
		return r.array(n)
	case "map":
		return r.mapping(n)
	case "struct":
		return r.structure(n)
	}
	return nil, data.Errorf("Unknown schema type: %s", kind)
}

func (r schemaReader) array(n *jsontext.Node) (*data.Builder, error) {
	items := n.Get("items")
	if items == nil || items.Kind == jsontext.Null {
		return nil, data.Errorf("Array schema did not specify the element type")
	}
	value, err := r.schema(items)
	if err != nil {
		return nil, err
	}
	return data.NewArray(value), nil
}

func (r schemaReader) mapping(n *jsontext.Node) (*data.Builder, error) {
	keys, values := n.Get("keys"), n.Get("values")
	if keys == nil {
		return nil, data.Errorf("Map schema did not specify the key type")
	}
	if values == nil {
		return nil, data.Errorf("Map schema did not specify the value type")
	}
	key, err := r.schema(keys)
	if err != nil {
		return nil, err
	}
	value, err := r.schema(values)
	if err != nil {
		return nil, err
	}
	// Built once for its error, which comes before those of the properties.
	if _, err := data.NewMapOf(key, value).Build(); err != nil {
		return nil, err
	}
	return data.NewMapOf(key, value), nil
}

func (r schemaReader) structure(n *jsontext.Node) (*data.Builder, error) {
	fields := n.Get("fields")
	if fields == nil || fields.Kind != jsontext.List {
		return nil, data.Errorf(`Struct schema's "fields" argument is not an array.`)
	}
	b := data.NewStructBuilder()
	seen := make(map[string]bool, len(fields.Members))
	for _, f := range fields.Members {
		name := f.Get("field")
		if name == nil || name.Kind != jsontext.Text {
			return nil, data.Errorf("Struct schema's field name not specified properly")
		}
		s, err := r.schema(f.Node)
		if err != nil {
			return nil, err
		}
		b.Field(name.Str, s)
		if name.Str == "" || seen[name.Str] {
			_, err := b.Build()
			return nil, err
		}
		seen[name.Str] = true
	}
	return b, nil
}

// properties sets what every schema may have, the default excepted.
func (r schemaReader) properties(b *data.Builder, n *jsontext.Node) error {
	if o := n.Get("optional"); o != nil && o.Kind == jsontext.True {
		b.Optional()
	}
	if name := n.Get("name"); name != nil && name.Kind == jsontext.Text {
		b.Name(name.Str)
	}
	if version := n.Get("version"); version != nil && version.Kind == jsontext.Whole {
		b.Version(int32(jsontext.Long(version.Text)))
	}
	if doc := n.Get("doc"); doc != nil && doc.Kind == jsontext.Text {
		b.Doc(doc.Str)
	}
	params := n.Get("parameters")
	if params == nil || params.Kind != jsontext.Object {
		return nil
	}
	for _, p := range params.Members {
		if p.Kind != jsontext.Text {
			return data.Errorf("Schema parameters must have string values.")
		}
		b.Parameter(p.Name, p.Str)
	}
	return nil
}

// withDefault returns s with a default, which is read as a value of s.
func (r schemaReader) withDefault(s *data.Schema, n *jsontext.Node) (*data.Schema, error) {
	d := decoder{src: r.src, exact: true}
	v, _, err := d.value(newPlan(s, r.set), n.Off, 0)
	if err != nil {
		return nil, err
	}
	if v == nil && s.Optional() {
		return s, nil
	}
	if v == nil {
		// A value of the wrong type became null, which the schema does not allow.
		return nil, data.Fail(data.BadSchema, "Invalid default value").Because(data.Validate(s, nil))
	}
	return data.Copy(s).Default(v).Build()
}
