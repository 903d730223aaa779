package transforms

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
)

// example is a transformation with a configuration that has an effect on every
// record of the tests.
type example struct {
	name  string
	props map[string]string
}

func sidedExamples() []example {
	return []example{
		{"Cast", map[string]string{"spec": "id:string,price:int32"}},
		{"ExtractField", map[string]string{"field": "customer"}},
		{"Flatten", map[string]string{"delimiter": "_"}},
		{"HeaderFrom", map[string]string{"fields": "note,customer", "headers": "h1,h2", "operation": "move"}},
		{"HoistField", map[string]string{"field": "outer"}},
		{"InsertField", map[string]string{
			"static.field": "source", "static.value": "test", "topic.field": "topic!",
			"partition.field": "partition", "offset.field": "offset", "timestamp.field": "time",
		}},
		{"MaskField", map[string]string{"fields": "customer,id", "replacement": "0"}},
		{"ReplaceField", map[string]string{"exclude": "note", "renames": "customer:name"}},
		{"SetSchemaMetadata", map[string]string{"schema.name": "other", "schema.version": "9"}},
		{"TimestampConverter", map[string]string{"field": "at", "target.type": "string", "format": "yyyy-MM-dd'T'HH:mm:ss.SSS"}},
	}
}

func wholeExamples() []example {
	return []example{
		{"DropHeaders", map[string]string{"headers": "old"}},
		{"InsertHeader", map[string]string{"header": "new", "value.literal": "12"}},
		{"RegexRouter", map[string]string{"regex": "(.*)-v1", "replacement": "$1"}},
		{"TimestampRouter", map[string]string{}},
		{"ValueToKey", map[string]string{"fields": "id"}},
	}
}

func newTransform(t testing.TB, class string, props map[string]string) transform.Transformation {
	t.Helper()
	for _, p := range All() {
		if p.Describe().Class == namespace+class {
			tr, err := p.(plugin.Transformation).New(props)
			if err != nil {
				t.Fatalf("%s: %v", class, err)
			}
			return tr
		}
	}
	t.Fatalf("no transformation %s", class)
	return nil
}

func orderSchema(name string) *data.Schema {
	return data.NewStructBuilder().Name(name).
		Field("id", data.Int64Schema).
		Field("customer", data.OptionalStringSchema).
		Field("price", data.Float64Schema).
		Field("note", data.NewBuilder(data.String).Optional().Default("none").MustBuild()).
		Field("at", data.TimestampSchema).
		MustBuild()
}

func order(s *data.Schema) *data.Struct {
	return data.StructOf(s, []any{int64(7), "ann", 1.5, nil, data.Instant(1566570894346)})
}

func orderMap() *data.Map {
	m := data.NewHashMap(5)
	m.Put("id", int64(7))
	m.Put("customer", "ann")
	m.Put("price", 1.5)
	m.Put("note", nil)
	m.Put("at", int64(1566570894346))
	return m
}

// recordOf returns a consumed record that has the same key and value.
func recordOf(s *data.Schema, v any) *connect.Record {
	return &connect.Record{
		Topic: "orders-v1", Partition: 3, Timestamp: 1566570894346,
		KeySchema: s, Key: v, ValueSchema: s, Value: v,
		Headers:  connect.Headers{{Key: "old", Schema: data.StringSchema, Value: "x"}, {Key: "kept", Value: "y"}},
		Consumed: &connect.Consumed{Topic: "orders-v1", Partition: 3, Offset: 42, Timestamp: 1566570894346},
	}
}

func apply(t testing.TB, tr transform.Transformation, r *connect.Record) string {
	t.Helper()
	if keep, err := tr.Apply(r); err != nil || !keep {
		t.Fatalf("keep %v, %v", keep, err)
	}
	return r.String()
}

// TestSides checks that $Key and $Value do the same to their own side and nothing
// to the other.
func TestSides(t *testing.T) {
	for _, e := range sidedExamples() {
		t.Run(e.name, func(t *testing.T) {
			s := orderSchema("order")
			before, onKey, onValue := recordOf(s, order(s)), recordOf(s, order(s)), recordOf(s, order(s))
			apply(t, newTransform(t, e.name+"$Key", e.props), onKey)
			apply(t, newTransform(t, e.name+"$Value", e.props), onValue)
			if !data.Equal(onKey.Key, onValue.Value) || !onKey.KeySchema.Equal(onValue.ValueSchema) {
				t.Errorf("key is %v, value is %v", onKey.Key, onValue.Value)
			}
			if !data.Equal(onKey.Value, before.Value) || onKey.ValueSchema != s {
				t.Errorf("$Key made the value %v", onKey.Value)
			}
			if !data.Equal(onValue.Key, before.Key) || onValue.KeySchema != s {
				t.Errorf("$Value made the key %v", onValue.Key)
			}
			if data.Equal(onValue.Value, before.Value) && len(onValue.Headers) == len(before.Headers) {
				t.Errorf("nothing changed: %v", onValue)
			}
		})
	}
}

// TestSharedParts checks that a transformation never writes into what a record
// refers to: another record may share it.
func TestSharedParts(t *testing.T) {
	for _, e := range allExamples() {
		s := orderSchema("order")
		for _, r := range []*connect.Record{recordOf(s, order(s)), recordOf(nil, orderMap())} {
			if e.name == "SetSchemaMetadata$Value" && r.ValueSchema == nil {
				continue
			}
			twin, before := *r, r.String()
			apply(t, newTransform(t, e.name, e.props), r)
			if twin.String() != before {
				t.Errorf("%s made %s of %s", e.name, &twin, before)
			}
		}
	}
}

func allExamples() []example {
	all := wholeExamples()
	for _, e := range sidedExamples() {
		all = append(all, example{e.name + "$Value", e.props})
	}
	return all
}

// TestSchemasInTurn checks that what an instance remembers never shows: records of
// changing schemas come out as from a new instance.
func TestSchemasInTurn(t *testing.T) {
	a, b := orderSchema("a"), orderSchema("b")
	turns := []struct {
		schema *data.Schema
		value  any
	}{
		{a, order(a)},
		{b, order(b)},
		{a, order(a)},
		{nil, orderMap()},
		{orderSchema("a"), nil}, // replaced below: equal to a, another pointer
		{b, order(b)},
		{nil, orderMap()},
	}
	turns[4].value = order(turns[4].schema)
	for _, e := range allExamples() {
		tr := newTransform(t, e.name, e.props)
		for i, turn := range turns {
			if e.name == "SetSchemaMetadata$Value" && turn.schema == nil {
				continue
			}
			got := apply(t, tr, recordOf(turn.schema, turn.value))
			want := apply(t, newTransform(t, e.name, e.props), recordOf(turn.schema, turn.value))
			if got != want {
				t.Errorf("%s, turn %d: %s, want %s", e.name, i, got, want)
			}
		}
	}
}

// TestPlansShareSchemas checks that records of one schema get one target schema, so
// that what comes behind the transformation can compare pointers.
func TestPlansShareSchemas(t *testing.T) {
	s := orderSchema("order")
	for _, e := range allExamples() {
		tr := newTransform(t, e.name, e.props)
		first, second := recordOf(s, order(s)), recordOf(orderSchema("order"), nil)
		second.Value = order(second.ValueSchema)
		apply(t, tr, first)
		apply(t, tr, second)
		if e.name == "MaskField$Value" || strings.HasPrefix(e.name, "Drop") || !strings.HasSuffix(e.name, "$Value") {
			continue // these leave the schema as it is
		}
		if first.ValueSchema != second.ValueSchema {
			t.Errorf("%s: two schemas for equal ones", e.name)
		}
	}
}

// TestNullValues says which transformations take a null value, with and without
// schema.
func TestNullValues(t *testing.T) {
	fails := map[string]bool{
		"HeaderFrom$Value": true, "MaskField$Value": true, "ValueToKey": true,
	}
	s := data.Copy(orderSchema("order")).Optional().MustBuild()
	for _, e := range allExamples() {
		tr := newTransform(t, e.name, e.props)
		for _, schema := range []*data.Schema{s, nil} {
			r := recordOf(schema, nil)
			before := r.String()
			_, err := tr.Apply(r)
			if (err != nil) != fails[e.name] {
				t.Errorf("%s, schema %v: error %v", e.name, schema, err)
			}
			if err != nil && r.String() != before {
				t.Errorf("%s: record changed in spite of an error: %v", e.name, r)
			}
		}
	}
}

// TestDefaults checks replace.null.with.default on a field that is not required and
// on one that is.
func TestDefaults(t *testing.T) {
	s := data.NewStructBuilder().
		Field("a", data.NewBuilder(data.String).Optional().Default("x").MustBuild()).
		Field("b", data.NewBuilder(data.Int32).Default(int32(5)).MustBuild()).
		MustBuild()
	for _, c := range []struct {
		slots   []any
		replace string
		want    string
	}{
		{[]any{nil, nil}, "true", "Struct{a=x,b=5,t=orders-v1}"},
		{[]any{nil, int32(1)}, "false", "Struct{b=1,t=orders-v1}"},
		{[]any{nil, nil}, "false", `Invalid value: null used for required field: "b", schema type: INT32`},
	} {
		tr := newTransform(t, "InsertField$Value", map[string]string{"topic.field": "t", replaceNullKey: c.replace})
		r := recordOf(s, data.StructOf(s, c.slots))
		_, err := tr.Apply(r)
		got := data.Text(r.Value)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v, %s: %s, want %s", c.slots, c.replace, got, c.want)
		}
	}
}

// TestForeignStruct checks that a struct which is not of the record's schema is an
// error and not a panic.
func TestForeignStruct(t *testing.T) {
	s := orderSchema("order")
	foreign := data.StructOf(named(0), []any{"x"})
	for _, e := range allExamples() {
		switch strings.TrimSuffix(e.name, "$Value") {
		case "Cast", "ExtractField", "Flatten", "HeaderFrom", "HoistField", "SetSchemaMetadata", "TimestampConverter":
			if _, err := newTransform(t, e.name, e.props).Apply(recordOf(s, foreign)); err == nil {
				t.Errorf("%s: no error", e.name)
			}
		}
	}
}

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct {
		class string
		props map[string]string
		want  string
	}{
		{"Cast$Value", map[string]string{"spec": "a:b:c"}, "Invalid value [a:b:c] for configuration renames: Invalid rename mapping: a:b:c"},
		{"Cast$Value", map[string]string{"spec": ":"}, "Invalid value [:] for configuration renames: Invalid rename mapping: :"},
		{"HeaderFrom$Key", map[string]string{"fields": "a,b", "headers": "h", "operation": "copy"}, "'fields' config must have the same number of elements as 'headers' config."},
		{"InsertField$Key", nil, "No field insertion configured"},
		{"ReplaceField$Key", map[string]string{"renames": "a:"}, "Invalid value [a:] for configuration renames: Invalid rename mapping: a:"},
		{"TimestampConverter$Key", map[string]string{"target.type": "string"}, "TimestampConverter requires format option to be specified when using string timestamps"},
		{"ValueToKey", map[string]string{"fields": "a,,"}, "Configuration 'fields' values must not be empty."},
	} {
		for _, p := range All() {
			if p.Describe().Class != namespace+c.class {
				continue
			}
			if _, err := p.(plugin.Transformation).New(c.props); err == nil || err.Error() != c.want {
				t.Errorf("%s: %v, want %s", c.class, err, c.want)
			}
		}
	}
}

// TestList checks that all 26 classes are there, named and documented.
func TestList(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range All() {
		info := p.Describe()
		seen[info.Class] = true
		for _, k := range info.Config.Keys() {
			if k.Doc == "" {
				t.Errorf("%s: %s has no documentation", info.Class, k.Name)
			}
		}
	}
	if len(seen) != 26 {
		t.Errorf("%d classes: %v", len(seen), seen)
	}
}
