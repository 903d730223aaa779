package objectstore

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// Compatibility says what a change of the value schema does to open files.
type Compatibility uint8

// The modes of schema.compatibility.
const (
	None     Compatibility = iota // another schema begins a new file
	Backward                      // a newer version does; older records are projected
	Forward                       // an older version does; newer records are projected
	Full                          // as Backward
)

// CompatibilityOf returns the mode of that name; any other text means None.
func CompatibilityOf(name string) Compatibility {
	switch name {
	case "BACKWARD":
		return Backward
	case "FORWARD":
		return Forward
	case "FULL":
		return Full
	}
	return None
}

// String returns the name of the mode.
func (c Compatibility) String() string {
	return [...]string{"NONE", "BACKWARD", "FORWARD", "FULL"}[c]
}

// Changes tells whether a record of one schema needs a new file after records of
// another. Neither is nil.
func (c Compatibility) Changes(record, current *data.Schema) (bool, error) {
	if c == None {
		return !record.Equal(current), nil
	}
	if record == current {
		return false, nil
	}
	now, ok := record.Version()
	before, ok2 := current.Version()
	switch {
	case !ok || !ok2:
		return false, data.Fail(data.Unprojectable, "Schema version required for %s compatibility", c)
	case c == Forward && now < before, c != Forward && now > before:
		return true, nil
	}
	return differs(record, current), nil
}

// Project returns the record with its value in the schema of the file.
func (c Compatibility) Project(r *connect.Record, current *data.Schema) (*connect.Record, error) {
	if c == None || r.ValueSchema == nil || current == nil || r.ValueSchema.Equal(current) {
		return r, nil
	}
	v, err := data.Project(r.ValueSchema, r.Value, current)
	if err != nil {
		return nil, err
	}
	out := *r
	// As StorageSchemaCompatibility: the key of a projected record has no schema.
	out.Value, out.ValueSchema, out.KeySchema = v, current, nil
	return &out, nil
}

// differs tells whether values of one schema cannot be written as values of
// another.
func differs(from, to *data.Schema) bool {
	switch {
	case from.Type() != to.Type() && (from.Type() > to.Type() || to.Type() > data.Float64),
		from.HasName() != to.HasName() || from.Name() != to.Name(),
		from.Optional() && !to.Optional() && to.Default() == nil,
		!sameParameters(from, to):
		return true
	}
	switch to.Type() {
	case data.StructType:
		return fieldsDiffer(from, to)
	case data.Array:
		return partsDiffer(from.Value(), to.Value())
	case data.MapType:
		return partsDiffer(from.Key(), to.Key()) || partsDiffer(from.Value(), to.Value())
	}
	return false
}

func partsDiffer(from, to *data.Schema) bool {
	if from == nil || to == nil {
		return from != to
	}
	return differs(from, to)
}

func fieldsDiffer(from, to *data.Schema) bool {
	for _, f := range to.Fields() {
		g, ok := from.Field(f.Name)
		if !ok {
			if f.Schema.Optional() || f.Schema.Default() != nil {
				continue
			}
			return true
		}
		if differs(g.Schema, f.Schema) {
			return true
		}
	}
	return false
}

// sameParameters compares what matters: not documentation, and of enumerations
// only that the record knows no symbol that the file does not.
func sameParameters(from, to *data.Schema) bool {
	a, b := essential(from), essential(to)
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return len(a) == len(b) || isEnum(a) && isEnum(b)
}

func isEnum(parameters map[string]string) bool {
	for _, name := range [...]string{"io.confluent.connect.avro.Enum", "org.apache.kafka.connect.data.Enum"} {
		if _, ok := parameters[name]; ok {
			return true
		}
	}
	return false
}

func essential(s *data.Schema) map[string]string {
	kept := make(map[string]string, len(s.Parameters()))
	for _, p := range s.Parameters() {
		switch p.Key {
		case "connect.record.doc", "connect.record.aliases", "connect.record.namespace":
			continue
		}
		if !strings.HasPrefix(p.Key, "io.confluent.connect.avro.field.doc.") {
			kept[p.Key] = p.Value
		}
	}
	return kept
}
