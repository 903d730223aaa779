package jsondata

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func struct1(name string, fields ...any) *data.Builder {
	b := data.NewStructBuilder()
	if name != "" {
		b.Name(name)
	}
	for i := 0; i < len(fields); i += 2 {
		b.Field(fields[i].(string), fields[i+1].(*data.Schema))
	}
	return b
}

func enum(symbols ...string) *data.Builder {
	b := data.NewBuilder(data.String).Parameter(enumParam, "")
	for _, s := range symbols {
		b.Parameter(enumParam+"."+s, s)
	}
	return b
}

// bothWays are schemas that become a text, from which they are read again.
func bothWays() map[string]struct {
	set    Settings
	schema *data.Builder
	text   string
} {
	return map[string]struct {
		set    Settings
		schema *data.Builder
		text   string
	}{
		"boolean":  {Settings{}, data.NewBuilder(data.Boolean), `{"type":"boolean"}`},
		"int8":     {Settings{}, data.NewBuilder(data.Int8), `{"type":"integer","connect.type":"int8"}`},
		"int16":    {Settings{}, data.NewBuilder(data.Int16), `{"type":"integer","connect.type":"int16"}`},
		"int32":    {Settings{}, data.NewBuilder(data.Int32), `{"type":"integer","connect.type":"int32"}`},
		"int64":    {Settings{}, data.NewBuilder(data.Int64), `{"type":"integer","connect.type":"int64"}`},
		"float32":  {Settings{}, data.NewBuilder(data.Float32), `{"type":"number","connect.type":"float32"}`},
		"float64":  {Settings{}, data.NewBuilder(data.Float64), `{"type":"number","connect.type":"float64"}`},
		"string":   {Settings{}, data.NewBuilder(data.String), `{"type":"string"}`},
		"bytes":    {Settings{}, data.NewBuilder(data.Bytes), `{"type":"string","connect.type":"bytes"}`},
		"decimal":  {Settings{}, data.NewDecimalSchema(2), `{"type":"string","title":"org.apache.kafka.connect.data.Decimal","connect.version":1,"connect.type":"bytes","connect.parameters":{"scale":"2"}}`},
		"numeric":  {Settings{NumericDecimals: true}, data.NewDecimalSchema(2), `{"type":"number","title":"org.apache.kafka.connect.data.Decimal","connect.version":1,"connect.type":"bytes","connect.parameters":{"scale":"2"}}`},
		"date":     {Settings{}, data.NewDateSchema(), `{"type":"integer","title":"org.apache.kafka.connect.data.Date","connect.version":1,"connect.type":"int32"}`},
		"default":  {Settings{}, data.NewTimestampSchema().Default(data.Instant(0)), `{"type":"integer","title":"org.apache.kafka.connect.data.Timestamp","default":0,"connect.version":1,"connect.type":"int64"}`},
		"optional": {Settings{}, data.NewBuilder(data.Boolean).Optional(), `{"oneOf":[{"type":"null"},{"type":"boolean"}]}`},
		"described": {
			Settings{},
			data.NewBuilder(data.Float64).Name("n").Doc("d").Version(3).Parameter("p", "q").Default(1.0),
			`{"type":"number","title":"n","description":"d","default":1,"connect.version":3,"connect.type":"float64","connect.parameters":{"p":"q"}}`,
		},
		"enum":              {Settings{}, enum("one", "two", "three"), `{"enum":["one","two","three"]}`},
		"enum with null":    {Settings{}, enum("a", nullSymbol), `{"enum":[null,"a"]}`},
		"array":             {Settings{}, data.NewArray(data.OptionalStringSchema), `{"type":"array","items":{"oneOf":[{"type":"null"},{"type":"string"}]}}`},
		"map":               {Settings{}, data.NewMapOf(data.StringSchema, data.Int32Schema).Name("foo.bar"), `{"type":"object","title":"foo.bar","connect.type":"map","additionalProperties":{"type":"integer","connect.type":"int32"}}`},
		"map of other keys": {Settings{}, data.NewMapOf(data.Int32Schema, data.Int32Schema), `{"type":"array","connect.type":"map","items":{"type":"object","properties":{"value":{"type":"integer","connect.index":1,"connect.type":"int32"},"key":{"type":"integer","connect.index":0,"connect.type":"int32"}}}}`},
		"struct": {
			Settings{},
			struct1("shop.Order", "id", data.Int64Schema, "note", data.OptionalStringSchema),
			`{"type":"object","title":"shop.Order","properties":{"note":{"connect.index":1,"oneOf":[{"type":"null"},{"type":"string"}]},"id":{"type":"integer","connect.index":0,"connect.type":"int64"}}}`,
		},
		"closed": {Settings{ClosedObjects: true}, struct1("T", "a", data.StringSchema), `{"type":"object","additionalProperties":false,"title":"T","properties":{"a":{"type":"string","connect.index":0}}}`},
		"optional struct": {
			Settings{},
			struct1("", "in", struct1("In", "a", data.StringSchema).Optional().MustBuild()),
			`{"type":"object","properties":{"in":{"connect.index":0,"oneOf":[{"type":"null"},{"type":"object","title":"In","properties":{"a":{"type":"string","connect.index":0}}}]}}}`,
		},
		"union": {
			Settings{},
			struct1(oneOfName, oneOfPart+"0", data.OptionalInt32Schema, oneOfPart+"1", data.OptionalStringSchema).Optional(),
			`{"oneOf":[{"type":"null"},{"type":"integer","connect.index":0,"connect.type":"int32"},{"type":"string","connect.index":1}]}`,
		},
		"general union": {
			Settings{GeneralSums: true},
			struct1("connect_union_0", sumFieldPrefix+"0", data.OptionalInt32Schema, sumFieldPrefix+"1", data.OptionalStringSchema).Parameter(sumUnion, "connect_union_0"),
			`{"oneOf":[{"type":"integer","connect.index":0,"connect.type":"int32"},{"type":"string","connect.index":1}]}`,
		},
		"general enum": {
			Settings{GeneralSums: true},
			data.NewBuilder(data.String).Parameter(sumEnum, "").Parameter(sumEnum+".a", "0").Parameter(sumEnum+".b", "1"),
			`{"enum":["a","b"],"connect.parameters":{"org.apache.kafka.connect.data.Enum":"","org.apache.kafka.connect.data.Enum.b":"1","org.apache.kafka.connect.data.Enum.a":"0"}}`,
		},
	}
}

func TestBothWays(t *testing.T) {
	for name, c := range bothWays() {
		t.Run(name, func(t *testing.T) {
			schema := c.schema.MustBuild()
			text, err := c.set.FromConnect(schema)
			if err != nil || text != c.text {
				t.Fatalf("%s, %v, want\n%s", text, err, c.text)
			}
			back := read(t, c.set, text, NoVersion)
			if !back.Equal(schema) {
				t.Errorf("read as %s", describe(t, back))
			}
		})
	}
}

func read(t testing.TB, set Settings, text string, version int, refs ...Reference) *data.Schema {
	t.Helper()
	parsed, err := set.Parse(text, refs)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := set.ToConnect(parsed, version)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func describe(t testing.TB, s *data.Schema) string {
	t.Helper()
	text, err := (&Settings{}).FromConnect(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestToConnect(t *testing.T) {
	flat := Settings{FlattenSingletons: true}
	for _, c := range []struct {
		name, text string
		set        Settings
		want       *data.Builder
	}{
		{"integer", `{"type":"integer"}`, flat, data.NewBuilder(data.Int64)},
		{"number", `{"type":"number","default":1.5}`, flat, data.NewBuilder(data.Float64).Default(1.5)},
		{"const", `{"const":"one"}`, flat, enum("one")},
		{"const and type", `{"const":"money","type":"string"}`, flat, data.NewBuilder(data.String)},
		{"enum and type", `{"type":"string","enum":["one","two"]}`, flat, enum("one", "two")},
		{"enum of numbers", `{"type":"number","enum":[1,2]}`, flat, data.NewBuilder(data.Float64)},
		{"general enum", `{"enum":["a",null]}`, Settings{GeneralSums: true}, data.NewBuilder(data.String).Parameter(sumEnum, "").Parameter(sumEnum+".a", "0").Parameter(sumEnum+".<NULL>", "1")},
		{"types", `{"type":["string","null"],"format":"uuid"}`, flat, data.NewBuilder(data.String).Optional()},
		{"number with format", `{"type":"integer","format":"int32"}`, flat, data.NewBuilder(data.Int64)},
		{"sniffed string", `{"maxLength":3}`, flat, data.NewBuilder(data.String)},
		{"sniffed struct", `{"properties":{"a":{"type":"string"}}}`, flat, struct1("", "a", data.StringSchema)},
		{"singleton", `{"oneOf":[{"type":"string"}]}`, flat, data.NewBuilder(data.String)},
		{"singleton kept", `{"oneOf":[{"type":"string"}]}`, Settings{}, struct1(oneOfName, oneOfPart+"0", data.OptionalStringSchema)},
		{"any of", `{"anyOf":[{"type":"string"},{"type":"boolean"},{"type":"null"}]}`, flat, struct1(oneOfName, oneOfPart+"0", data.OptionalStringSchema, oneOfPart+"1", data.OptionalBooleanSchema).Optional()},
		{"all of objects", `{"allOf":[{"$ref":"#/definitions/A"},{"properties":{"b":{"type":"string"}}}],"definitions":{"A":{"type":"object","properties":{"a":{"type":"boolean"}}}}}`, flat, struct1("", "a", data.BooleanSchema, "b", data.StringSchema)},
		{"all of a reference", `{"allOf":[{"$ref":"#/definitions/A"}],"definitions":{"A":{"type":"boolean"}}}`, flat, data.NewBuilder(data.Boolean)},
		{"union in an object", `{"title":"P","type":"object","anyOf":[{"type":"string"},{"type":"boolean"}]}`, flat, struct1(oneOfName, oneOfPart+"0", data.OptionalStringSchema, oneOfPart+"1", data.OptionalBooleanSchema)},
		{"anchor", `{"definitions":{"A":{"$id":"#a","type":"boolean"}},"properties":{"x":{"$ref":"#a"}}}`, flat, struct1("", "x", data.BooleanSchema)},
		{"modern", `{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"A":{"$anchor":"a","type":"boolean"}},"properties":{"x":{"$ref":"#a","title":"T"}}}`, flat, struct1("", "x", data.BooleanSchema)},
		{
			"optional unless required", `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["b"]}`,
			Settings{OptionalForNonRequired: true},
			struct1("", "a", data.OptionalStringSchema, "b", data.StringSchema),
		},
		{"fields in the order of a hash map", `{"type":"object","properties":{"note":{"type":"string"},"id":{"type":"string"},"amount":{"type":"string"}}}`, flat, struct1("", "note", data.StringSchema, "amount", data.StringSchema, "id", data.StringSchema)},
		{"some indexes", `{"type":"object","properties":{"a":{"type":"string","connect.index":1},"b":{"type":"boolean"}}}`, flat, struct1("", "a", data.StringSchema, "b", data.BooleanSchema)},
		{"null default", `{"type":["null","string"],"default":null}`, flat, data.NewBuilder(data.String).Optional()},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(t, c.set, c.text, NoVersion)
			if want := c.want.MustBuild(); !got.Equal(want) {
				t.Errorf("%s\nwant %s", describe(t, got), describe(t, want))
			}
		})
	}
}

func TestVersion(t *testing.T) {
	for text, want := range map[string]int32{
		`{"type":"string"}`:                                  4,
		`{"type":"string","connect.version":2}`:              2,
		`{"oneOf":[{"type":"null"},{"type":"string"}]}`:      4,
		`{"$ref":"#/d/x","d":{"x":{"type":"string"}}}`:       4,
		`{"type":"array","items":{"connect.version":1}}`:     0,
		`{"type":"object","properties":{},"title":"\u00e4"}`: 4,
	} {
		set := Settings{}
		parsed, err := set.Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := set.ToConnect(parsed, 4)
		if want == 0 {
			if err == nil || !strings.Contains(err.Error(), "Unsupported schema type org.everit.json.schema.EmptySchema at []") {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := got.Version(); v != want {
			t.Errorf("%s: version %d, want %d", text, v, want)
		}
	}
}

func TestReferences(t *testing.T) {
	for _, c := range []struct{ name, text, ref, refText string }{
		{"by name", `{"properties":{"x":{"$ref":"other.json"}}}`, "other.json", `{"type":"boolean"}`},
		{"path within", `{"properties":{"x":{"$ref":"other.json#/definitions/a~1b"}}}`, "other.json", `{"definitions":{"a/b":{"type":"boolean"}}}`},
		{"by address", `{"$id":"http://a.example/b/c.json","properties":{"x":{"$ref":"d.json"}}}`, "http://a.example/b/d.json", `{"$ref":"#/$defs/y","$defs":{"y":{"type":"boolean"}}}`},
		{"relative to the id", `{"$id":"http://a.example/b/c.json","properties":{"x":{"$ref":"d.json"}}}`, "d.json", `{"type":"boolean"}`},
		{"by its own id", `{"properties":{"x":{"$ref":"http://a.example/z"}}}`, "z", `{"$id":"http://a.example/z","type":"boolean"}`},
	} {
		got := read(t, Settings{}, c.text, NoVersion, Reference{c.ref, c.refText})
		if want := struct1("", "x", data.BooleanSchema).MustBuild(); !got.Equal(want) {
			t.Errorf("%s: %s", c.name, describe(t, got))
		}
	}
}

func TestUnsupportedSchemas(t *testing.T) {
	deep := strings.Repeat(`{"type":"array","items":`, maxDepth+1) + `{"type":"string"}` + strings.Repeat("}", maxDepth+1)
	wide := `{"$ref":"#/d/0","d":{`
	for i := range 30 {
		n, m := string(rune('0'+i)), string(rune('1'+i))
		wide += `"` + n + `":{"properties":{"a":{"$ref":"#/d/` + m + `"},"b":{"$ref":"#/d/` + m + `"}}},`
	}
	wide += `"` + string(rune('0'+30)) + `":{"type":"string"}}}`
	for text, want := range map[string]string{
		`true`:                                   "Unsupported schema type org.everit.json.schema.EmptySchema",
		`{}`:                                     "Unsupported schema type org.everit.json.schema.EmptySchema",
		`{"type":"null"}`:                        "Unsupported schema type org.everit.json.schema.NullSchema",
		`{"type":"array"}`:                       "Array schema did not specify the items type",
		`{"not":{}}`:                             "Unsupported schema type org.everit.json.schema.NotSchema",
		`{"type":"text"}`:                        "unknown type: [text]",
		`{"type":"integer","connect.type":"x"}`:  "Unsupported type x",
		`{"type":"object","connect.type":"map"}`: "valueSchema cannot be null.",
		`{"properties":{"a":{"properties":{"b":{"$ref":"x.json"}}}}}`:                `$ref "x.json": there is no such schema among the references at a.b`,
		`{"properties":{"a":{"$ref":"#/no"}}}`:                                       `$ref "#/no": there is nothing at this place at a`,
		`{"properties":{"a":{"$ref":"#"}}}`:                                          "The JSON schema contains itself: recursive schemas are not supported at a",
		`{"$ref":"#"}`:                                                               "recursive schemas are not supported",
		`{"type":"object","properties":{"a":{"type":"string"}},"default":{"a":"b"}}`: "Invalid default value",
		deep: "nested too deep",
		wide: "too many parts",
	} {
		set := Settings{}
		parsed, err := set.Parse(text, nil)
		if err == nil {
			_, err = set.ToConnect(parsed, NoVersion)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{``, `1`, `"x"`, `{`, `{"a":`} {
		if _, err := (&Settings{}).Parse(text, nil); err == nil {
			t.Errorf("%s is parsed", text)
		}
	}
}
