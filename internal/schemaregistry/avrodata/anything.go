package avrodata

import "github.com/millrace/millrace/internal/schemaregistry/avro"

// The fields of the record that a value without schema is written as, in order.
const (
	anyBoolean = iota
	anyBytes
	anyDouble
	anyFloat
	anyInt
	anyLong
	anyString
	anyArray
	anyMap
	anyFields
)

// newAnything returns the schema of values without schema.
func newAnything() *avro.Schema {
	any := &avro.Schema{Type: avro.Record, Name: "Anything", Namespace: Namespace}
	entry := &avro.Schema{Type: avro.Record, Name: mapEntry, Namespace: Namespace, Fields: []avro.Field{
		{Name: "key", Schema: any}, {Name: "value", Schema: any},
	}}
	add := func(name string, s *avro.Schema) {
		any.Fields = append(any.Fields, avro.Field{
			Name: name, Default: "null",
			Schema: &avro.Schema{Type: avro.Union, Branches: []*avro.Schema{avro.New(avro.Null), s}},
		})
	}
	for _, t := range []avro.Type{avro.Boolean, avro.Bytes, avro.Double, avro.Float, avro.Int, avro.Long, avro.String} {
		add(t.String(), avro.New(t))
	}
	add("array", &avro.Schema{Type: avro.Array, Items: any})
	add("map", &avro.Schema{Type: avro.Array, Items: entry})
	return any
}
