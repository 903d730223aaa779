package conformance

import (
	"encoding/json"
	"fmt"

	"github.com/millrace/millrace/connect/data"
)

type schemaJSON struct {
	Type       string
	Optional   bool
	Name, Doc  *string
	Version    *int32
	Parameters [][2]string
	Default    json.RawMessage
	Key, Value json.RawMessage
	Fields     []struct {
		Name   string
		Schema json.RawMessage
	}
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// schema decodes a schema; JSON null is nil.
func (d *decoder) schema(raw json.RawMessage) *data.Schema {
	if isNull(raw) {
		return nil
	}
	s, err := d.builder(into[schemaJSON](raw)).Build()
	if err != nil {
		panic(malformed{fmt.Errorf("build schema %.200s: %w", raw, err)})
	}
	return s
}

func (d *decoder) builder(j schemaJSON) *data.Builder {
	b := d.skeleton(j)
	if j.Optional {
		b.Optional()
	}
	if j.Name != nil {
		b.Name(*j.Name)
	}
	if j.Version != nil {
		b.Version(*j.Version)
	}
	if j.Doc != nil {
		b.Doc(*j.Doc)
	}
	for _, p := range j.Parameters {
		b.Parameter(p[0], p[1])
	}
	if !isNull(j.Default) {
		// The parts of a default are decoded with the schemas of the parts, so a
		// schema without default serves.
		bare := j
		bare.Default = nil
		s, err := d.builder(bare).Build()
		if err != nil {
			panic(malformed{err})
		}
		b.Default(d.value(j.Default, s))
	}
	return b
}

func (d *decoder) skeleton(j schemaJSON) *data.Builder {
	t := typeNamed(j.Type)
	switch t {
	case data.Array:
		if isNull(j.Value) {
			return data.NewArrayOfNull()
		}
		return data.NewArray(d.schema(j.Value))
	case data.MapType:
		return data.NewMapOfNull(d.schema(j.Key), d.schema(j.Value))
	case data.StructType:
		b := data.NewStructBuilder()
		for _, f := range j.Fields {
			b.Field(f.Name, d.schema(f.Schema))
		}
		return b
	}
	return data.NewBuilder(t)
}

func typeNamed(name string) data.Type {
	for t := data.Int8; t <= data.StructType; t++ {
		if t.Name() == name {
			return t
		}
	}
	panic(malformed{fmt.Errorf("unknown schema type %q", name)})
}
