package jsondata

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

func object1(pairs ...any) *data.Map {
	m := data.NewHashMap(0)
	for i := 0; i < len(pairs); i += 2 {
		m.PutKey(pairs[i], pairs[i+1])
	}
	return m
}

func TestValues(t *testing.T) {
	order := struct1("Order", "id", data.Int64Schema, "note", data.OptionalStringSchema).MustBuild()
	union := struct1(oneOfName, oneOfPart+"0", data.OptionalInt32Schema, oneOfPart+"1", data.OptionalStringSchema).Optional().MustBuild()
	numeric := Settings{NumericDecimals: true}
	for _, c := range []struct {
		name   string
		set    Settings
		schema *data.Schema
		value  any
		text   string
	}{
		{"boolean", Settings{}, data.BooleanSchema, true, `true`},
		{"int8", Settings{}, data.Int8Schema, int8(-12), `-12`},
		{"int16", Settings{}, data.Int16Schema, int16(300), `300`},
		{"int32", Settings{}, data.Int32Schema, int32(70000), `70000`},
		{"int64", Settings{}, data.Int64Schema, int64(1) << 40, `1099511627776`},
		{"float32", Settings{}, data.Float32Schema, float32(12.2), `12.2`},
		{"float64", Settings{}, data.Float64Schema, 1e300, `1.0E300`},
		{"string", Settings{}, data.StringSchema, "a\"\u00e4\n", `"a\"ä\n"`},
		{"bytes", Settings{}, data.BytesSchema, []byte{1, 255}, `"Af8="`},
		{"null", Settings{}, data.OptionalStringSchema, nil, `null`},
		{"decimal", Settings{}, data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(156, 2), `"AJw="`},
		{"numeric", numeric, data.NewDecimalSchema(4).MustBuild(), data.NewDecimal(15600, 4), `1.5600`},
		{"date", Settings{}, data.DateSchema, data.Instant(86_400_000), `1`},
		{"time", Settings{}, data.TimeSchema, data.Instant(5), `5`},
		{"timestamp", Settings{}, data.TimestampSchema, data.Instant(1_700_000_000_123), `1700000000123`},
		{"array", Settings{}, data.NewArray(data.OptionalInt8Schema).MustBuild(), []any{int8(1), nil}, `[1,null]`},
		{"map", Settings{}, data.NewMapOf(data.StringSchema, data.Int8Schema).MustBuild(), object1("b", int8(1), "a", int8(2)), `{"a":2,"b":1}`},
		{"map of other keys", Settings{}, data.NewMapOf(data.Int8Schema, data.OptionalStringSchema).MustBuild(), object1(int8(12), nil), `[{"key":12,"value":null}]`},
		{"struct", Settings{}, order, data.StructOf(order, []any{int64(7), nil}), `{"id":7,"note":null}`},
		{"struct without a required field", Settings{}, order, data.StructOf(order, []any{nil, "x"}), `{"note":"x"}`},
		{"union", Settings{}, union, data.StructOf(union, []any{nil, "x"}), `"x"`},
		{"union of numbers", Settings{}, union, data.StructOf(union, []any{int32(3), nil}), `3`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, ok, err := c.set.NewWriter(c.schema).Append(nil, c.value)
			if err != nil || !ok || string(text) != c.text {
				t.Fatalf("%s %v %v, want %s", text, ok, err, c.text)
			}
			got, err := c.set.NewReader(c.schema).Read([]byte(c.text + " rest"))
			if err != nil || !data.Equal(got, c.value) {
				t.Errorf("%s %v, want %s", data.Text(got), err, data.Text(c.value))
			}
		})
	}
}

// TestCoercions: what Jackson makes of values of another type.
func TestCoercions(t *testing.T) {
	def := data.NewBuilder(data.Int32).Default(int32(5)).MustBuild()
	in := struct1("In", "a", data.OptionalStringSchema, "d", def).MustBuild()
	for _, c := range []struct {
		schema *data.Schema
		text   string
		want   any
	}{
		{data.Int8Schema, `300`, int8(44)},
		{data.Int32Schema, `3.9`, int32(3)},
		{data.Int32Schema, `"7"`, int32(0)},
		{data.Float64Schema, `"NaN"`, 0.0},
		{data.Float64Schema, `5`, 5.0},
		{data.BooleanSchema, `"true"`, false},
		{data.BooleanSchema, `1`, false},
		{data.OptionalStringSchema, `{"a":1}`, nil},
		{data.NewArray(data.Int8Schema).MustBuild(), `7`, []any{}},
		{data.NewArray(data.Int8Schema).MustBuild(), `{"x":1,"y":2,"x":3}`, []any{int8(3), int8(2)}},
		{data.NewDecimalSchema(2).MustBuild(), `1.5`, data.NewDecimal(15, 1)},
		{def, `null`, int32(5)},
		{in, `{"more":[1],"d":null,"a":"x"}`, data.StructOf(in, []any{"x", int32(5)})},
		{in, `{}`, data.StructOf(in, []any{nil, int32(5)})},
		{in, `{"a":"x","a":"y"}`, data.StructOf(in, []any{"y", int32(5)})},
		{in, "\xef\xbb\xbf{ \"\\u0061\" : \"x\" }", data.StructOf(in, []any{"x", int32(5)})},
	} {
		got, err := (&Settings{}).NewReader(c.schema).Read([]byte(c.text))
		if err != nil || !data.Equal(got, c.want) {
			t.Errorf("%s as %s: %s %v, want %s", c.text, c.schema, data.Text(got), err, data.Text(c.want))
		}
	}
}

func TestUnions(t *testing.T) {
	inner := func(name string) *data.Schema { return struct1("", name, data.OptionalStringSchema).MustBuild() }
	a := struct1("A", "kind", data.OptionalStringSchema, "in", inner("x")).Optional().MustBuild()
	b := struct1("B", "kind", data.OptionalStringSchema, "in", inner("y")).Optional().MustBuild()
	union := struct1(oneOfName, oneOfPart+"0", a, oneOfPart+"1", b, oneOfPart+"2", data.OptionalFloat64Schema,
		oneOfPart+"3", data.NewArray(data.StringSchema).Optional().MustBuild(), oneOfPart+"4", data.OptionalBytesSchema).MustBuild()
	for text, want := range map[string]string{
		`{"in":{"x":"1"}}`:           "0",
		`{"in":{"y":"1"}}`:           "1",
		`{"kind":"k","in":{},"z":1}`: "0",
		`1.5`:                        "2",
		`2`:                          "2",
		`["s"]`:                      "3",
		`"AAAA"`:                     "",
		`true`:                       "",
		`null`:                       "",
	} {
		v, err := (&Settings{}).NewReader(union).Read([]byte(text))
		if want == "" {
			if err == nil {
				t.Errorf("%s is read as %s", text, data.Text(v))
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for i, x := range v.(*data.Struct).Slots() {
			if (x != nil) != (fmt.Sprint(i) == want) {
				t.Errorf("%s: field %d is %s", text, i, data.Text(x))
			}
		}
	}
}

func TestUnreadable(t *testing.T) {
	in := struct1("In", "b", data.StringSchema).MustBuild()
	schema := struct1("", "a", data.NewArray(in).Optional().MustBuild(), "m", data.NewMapOf(data.StringSchema, data.DateSchema).Optional().MustBuild(),
		"p", data.NewMapOf(data.Int8Schema, data.BytesSchema).Optional().MustBuild(), "s", data.NewArray(data.StringSchema).Optional().MustBuild(), "r", data.OptionalBytesSchema).MustBuild()
	for _, c := range []struct{ text, path, msg string }{
		{`[]`, "", "Structs should be encoded as JSON objects, but found ARRAY"},
		{`{"a":[{"b":"x"},7]}`, "a[1]", "Structs should be encoded as JSON objects, but found NUMBER"},
		{`{"a":[{"b":null}]}`, "a[0].b", "Invalid null value for required STRING field"},
		{`{"a":[{}]}`, "a", "Invalid value: null used for required field: "},
		{`{"m":{"k.":1.5}}`, `m["k."]`, "Invalid type for Date, underlying representation should be integer but was NUMBER"},
		{`{"m":3}`, "m", "Maps with string fields should be encoded as JSON objects, but found NUMBER"},
		{`{"p":{}}`, "p", "Maps with non-string fields should be encoded as JSON array of objects, but found OBJECT"},
		{`{"p":[1]}`, "p[0]", "Found invalid map entry instead of object: NUMBER"},
		{`{"p":[{"key":1}]}`, "p[0]", "Found invalid map entry, expected length 2 but found :1"},
		{`{"p":[{"key":1,"value":"*"}]}`, "p[0].value", "Invalid bytes field"},
		{`{"s":["x",1]}`, "s", "Invalid value: null used for required element of array field: "},
		{`{"r":1.5}`, "r", "Invalid Java object for schema with type BYTES: class java.math.BigDecimal"},
	} {
		_, err := (&Settings{}).NewReader(schema).Read([]byte(c.text))
		var e *ValueError
		if !errors.As(err, &e) || e.Path != c.path || !strings.HasPrefix(e.Err.Error(), c.msg) {
			t.Errorf("%s: %v, want %s: %s", c.text, err, c.path, c.msg)
		}
	}
	for _, text := range []string{`{"a":7`, `{"a":[7,}`, `{"b" 1}`, `nul`, `"x`, strings.Repeat("[", 5000)} {
		_, err := (&Settings{}).NewReader(schema).Read([]byte(text))
		var syntax *jsontext.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.20s: %v", text, err)
		}
	}
}

func TestUnwritable(t *testing.T) {
	in := struct1("In", "b", data.StringSchema).MustBuild()
	schema := struct1("", "a", data.NewArray(in).MustBuild()).MustBuild()
	other := struct1("Other").MustBuild()
	for _, c := range []struct {
		schema *data.Schema
		value  any
		want   string
	}{
		{data.StringSchema, 1, "Invalid type for STRING: class "},
		{data.Int32Schema, int64(1), "Invalid type for INT32: class java.lang.Long"},
		{data.DateSchema, int32(1), "Invalid type for Date, expected Date but was class java.lang.Integer"},
		{data.NewDecimalSchema(2).MustBuild(), data.NewDecimal(1, 3), "Decimal value has mismatching scale"},
		{schema, data.StructOf(schema, []any{[]any{data.StructOf(in, []any{true})}}), "Invalid type for STRING: class java.lang.Boolean (field a[0].b)"},
		{schema, data.StructOf(schema, []any{[]any{data.StructOf(other, nil)}}), "Mismatching schema. (field a[0])"},
		{data.NewMapOf(data.StringSchema, data.StringSchema).MustBuild(), object1(int8(1), "x"), "Invalid type for STRING: class java.lang.Byte"},
		{nil, data.StructOf(in, []any{"x"}), "Mismatching schema."},
		{nil, data.NewDecimal(1, 0), "Java class class java.math.BigDecimal does not have corresponding schema type."},
	} {
		_, _, err := (&Settings{}).NewWriter(c.schema).Append(nil, c.value)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", data.Text(c.value), err, c.want)
		}
	}
}

func TestNullsAndDefaults(t *testing.T) {
	def := data.NewBuilder(data.String).Optional().Default("d").MustBuild()
	schema := struct1("", "s", def).MustBuild()
	empty := data.StructOf(schema, []any{nil})
	for _, c := range []struct {
		set    Settings
		schema *data.Schema
		value  any
		want   string
		ok     bool
	}{
		{Settings{}, schema, empty, `{"s":"d"}`, true},
		{Settings{IgnoreDefaults: true}, schema, empty, `{"s":null}`, true},
		{Settings{}, data.StringSchema, nil, ``, false},
		{Settings{}, data.OptionalStringSchema, nil, `null`, true},
		{Settings{}, nil, nil, ``, false},
		{Settings{}, data.NewArray(data.StringSchema).MustBuild(), []any{nil}, `[null]`, true},
		{Settings{}, nil, []any{int64(1), nil, object1("a", []byte{1})}, `[1,null,{"a":"AQ=="}]`, true},
		{Settings{}, nil, object1(int64(1), "x"), `[{"key":1,"value":"x"}]`, true},
	} {
		text, ok, err := c.set.NewWriter(c.schema).Append(nil, c.value)
		if err != nil || ok != c.ok || string(text) != c.want {
			t.Errorf("%s: %s %v %v, want %s", data.Text(c.value), text, ok, err, c.want)
		}
	}
}

func TestIndent(t *testing.T) {
	got := string(Indent(nil, []byte(`{"a":[1,{"b":"x"}],"c":{},"d":[]}`)))
	want := "{\n  \"a\" : [ 1, {\n    \"b\" : \"x\"\n  } ],\n  \"c\" : { },\n  \"d\" : [ ]\n}"
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestValidator(t *testing.T) {
	const text = `{"type":"object","properties":{"n":{"type":"integer","minimum":1},"s":{"$ref":"s.json"}},"required":["n"]}`
	const ref = `{"type":"string","pattern":"^(?=a)[a-z]++$"}`
	for _, draft := range []string{``, `"$schema":"http://json-schema.org/draft-04/schema#",`, `"$schema":"https://json-schema.org/draft/2020-12/schema",`, `"$schema":"https://acme.example/x",`, `"$id":"http://a.example/b.json",`} {
		set := Settings{}
		parsed, err := set.Parse("{"+draft+text[1:], []Reference{{"s.json", ref}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := set.NewValidator(parsed)
		if err != nil {
			t.Fatalf("%s %v", draft, err)
		}
		for value, ok := range map[string]bool{`{"n":1,"s":"abc"}`: true, `{"n":0}`: false, `{}`: false, `{"n":1,"s":"bc"}`: false, `7`: false, `{`: false} {
			if err := v.Validate([]byte(value)); (err == nil) != ok {
				t.Errorf("%s %s: %v", draft, value, err)
			}
		}
	}
	set := Settings{}
	parsed, _ := set.Parse(`{"$ref":"http://localhost/x"}`, nil)
	if _, err := set.NewValidator(parsed); err == nil {
		t.Error("a schema from elsewhere is loaded")
	}
}

func TestReadable(t *testing.T) {
	open := func(props string) string { return `{"type":"object","properties":{` + props + `}}` }
	closed := func(props string) string {
		return `{"type":"object","additionalProperties":false,"properties":{` + props + `}}`
	}
	const a, b = `"a":{"type":"string"}`, `"b":{"type":"string"}`
	for _, c := range []struct {
		from, as string
		want     string // "" when readable
	}{
		{`{"type":"string"}`, `{}`, ""},
		{`{"type":"string"}`, `{"type":"string"}`, ""},
		{`{"type":"integer"}`, `{"type":"number"}`, ""},
		{`{"type":"number"}`, `{"type":"integer"}`, "the type changed at the top"},
		{`{"type":"string"}`, `{"type":["string","null"]}`, ""},
		{`{"type":["string","null"]}`, `{"type":"string"}`, "the type changed"},
		{`{"enum":["a"]}`, `{"enum":["a","b"]}`, ""},
		{`{"enum":["a","b"]}`, `{"enum":["a"]}`, `the value "b" is gone`},
		{`{"enum":["a"]}`, `{"type":"string"}`, ""},
		{`{"type":"string"}`, `{"enum":["a"]}`, "only some values are left"},
		{`{"type":"string"}`, `{"type":"string","maxLength":3}`, "maxLength became stricter"},
		{`{"type":"integer","minimum":2}`, `{"type":"integer","minimum":1}`, ""},
		{`{"type":"string"}`, `{"type":"string","pattern":"x"}`, "pattern changed"},
		{`{"type":"array","items":{"type":"string"}}`, `{"type":"array","items":{"type":"integer"}}`, "the type changed at []"},
		{open(a), open(a), ""},
		{open(a + "," + b), open(a), ""},
		{open(a), open(a + "," + b), "the property may have had any value before at b"},
		{closed(a), closed(a + "," + b), ""},
		{closed(a), open(a), ""},
		{open(a), closed(a), "other properties are not allowed any more"},
		{closed(a + "," + b), closed(a), "the property is not allowed any more at b"},
		{open(a), `{"type":"object","properties":{` + a + `},"required":["a"]}`, "the property is required now at a"},
		{open(`"x":{"$ref":"#/d"}`), open(`"x":{"$ref":"#/d"}`), "there is nothing at this place"},
		{`{"properties":{"x":{"$ref":"#"}}}`, `{"properties":{"x":{"$ref":"#"}}}`, ""},
	} {
		set := Settings{}
		from, err1 := set.Parse(c.from, nil)
		as, err2 := set.Parse(c.as, nil)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		err := Readable(from, as)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s as %s: %v, want %q", c.from, c.as, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for name, c := range bothWays() {
		f.Add(c.text, `{"id":1,"note":"x"}`)
		f.Add(c.text, name)
	}
	f.Add(`{"anyOf":[{"type":"string"},{"type":"integer"},{"properties":{"a":{"type":"boolean"}}}]}`, `{"a":true}`)
	f.Add(`{"type":"object","properties":{"a":{"type":"array","items":{"type":"string"}}}}`, `{"a":["x",1]}`)
	f.Fuzz(func(t *testing.T, schema, value string) {
		set := Settings{FlattenSingletons: true}
		parsed, err := set.Parse(schema, nil)
		if err != nil {
			return
		}
		connect, err := set.ToConnect(parsed, 1)
		if err != nil {
			return
		}
		v, err := set.NewReader(connect).Read([]byte(value))
		if err != nil || v == nil {
			return
		}
		if strings.Contains(schema, "kafka") {
			return // a logical type may lack what it needs to be written
		}
		text, ok, err := set.NewWriter(connect).Append(nil, v)
		if err != nil || !ok {
			t.Fatalf("%s of %s cannot be written: %v", data.Text(v), schema, err)
		}
		if _, _, err := jsontext.Check(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	})
}
