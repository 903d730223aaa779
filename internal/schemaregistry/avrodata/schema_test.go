package avrodata

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

var usual = Settings{MetaData: true, FlattenSingletons: true}

func inner1() *data.Builder {
	return data.NewStructBuilder().Name("a.In").Field("x", data.Int32Schema)
}

func TestFromConnect(t *testing.T) {
	enum := data.NewBuilder(data.String).Name("a.E").Parameter(enumParam, "a.E").Parameter(enumParam+".X", "X").Parameter(enumParam+".Y", "Y")
	enumText := `"connect.parameters":{"io.confluent.connect.avro.Enum":"a.E","io.confluent.connect.avro.Enum.X":"X","io.confluent.connect.avro.Enum.Y":"Y"},"connect.name":"a.E"}`
	once, twice := inner1().MustBuild(), inner1().Optional().MustBuild()
	for _, c := range []struct {
		name     string
		schema   *data.Builder
		settings Settings
		want     string
	}{
		{"int8", data.NewBuilder(data.Int8), usual, `{"type":"int","connect.type":"int8"}`},
		{"no meta data", data.NewBuilder(data.Int16).Doc("d").Version(3), Settings{}, `"int"`},
		{"optional with default", data.NewBuilder(data.Float32).Optional().Default(float32(1.5)), usual, `[{"type":"float","connect.default":1.5},"null"]`},
		{"doc first", data.NewBuilder(data.String).Doc("d").Version(3).Parameter("p", "q").Name("n"), usual, `{"type":"string","connect.doc":"d","connect.version":3,"connect.parameters":{"p":"q"},"connect.name":"n"}`},
		{"decimal of a precision", data.NewDecimalSchema(2).Parameter("connect.decimal.precision", "10"), usual, `{"type":"bytes","scale":2,"precision":10,"connect.version":1,"connect.parameters":{"scale":"2","connect.decimal.precision":"10"},"connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}`},
		{"fixed", data.NewBuilder(data.Bytes).Name("a.F").Parameter("connect.fixed.size", "4"), usual, `{"type":"fixed","name":"F","namespace":"a","size":4,"connect.parameters":{"connect.fixed.size":"4"},"connect.name":"a.F"}`},
		{"enum as text", enum, usual, `{"type":"string",` + enumText},
		{"enum", enum, Settings{MetaData: true, Enhanced: true}, `{"type":"enum","name":"E","namespace":"a","symbols":["X","Y"],` + enumText},
		{"map", data.NewMapOf(data.StringSchema, data.OptionalInt64Schema), usual, `{"type":"map","values":["null","long"]}`},
		{"map of ints", data.NewMapOf(data.Int32Schema, data.StringSchema), usual, `{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":"int"},{"name":"value","type":"string"}]}}`},
		{"named map", data.NewMapOf(data.OptionalStringSchema, data.StringSchema).Name("a.M"), usual, `{"type":"array","items":{"type":"record","name":"M","namespace":"a","fields":[{"name":"key","type":["null","string"],"default":null},{"name":"value","type":"string"}],"connect.internal.type":"MapEntry"},"connect.name":"a.M"}`},
		{"optional keys", data.NewMapOf(data.OptionalStringSchema, data.StringSchema), Settings{OptionalMapKeys: true}, `{"type":"map","values":"string"}`},
		{"the same struct twice", data.NewStructBuilder().Name("a.O").Field("i", once).Field("j", twice), usual, `{"type":"record","name":"O","namespace":"a","fields":[{"name":"i","type":{"type":"record","name":"In","fields":[{"name":"x","type":"int"}],"connect.name":"a.In"}},{"name":"j","type":["null","In"],"default":null}],"connect.name":"a.O"}`},
		{"docs of record and field", data.NewStructBuilder().Name("R").Parameter(recordDoc, "rd").Parameter(fieldDoc+"x", "xd").Field("x", data.Int32Schema), Settings{}, `{"type":"record","name":"R","doc":"rd","fields":[{"name":"x","type":"int","doc":"xd"}]}`},
		{"default of a field", data.NewStructBuilder().Name("R").Field("x", data.NewBuilder(data.Float32).Default(float32(1.1)).MustBuild()), usual, `{"type":"record","name":"R","fields":[{"name":"x","type":{"type":"float","connect.default":1.1},"default":1.100000023841858}],"connect.name":"R"}`},
		{"names scrubbed", data.NewStructBuilder().Name("a-b.C d").Field("1x", data.Int32Schema), Settings{ScrubNames: true}, `{"type":"record","name":"C_d","namespace":"a_b","fields":[{"name":"x1x","type":"int"}]}`},
		{"union", data.NewStructBuilder().Name(unionName).Optional().Field("int", data.OptionalInt32Schema).Field("In", twice), usual, `["null","int",{"type":"record","name":"In","namespace":"a","fields":[{"name":"x","type":"int"}],"connect.name":"a.In"}]`},
	} {
		to, err := c.settings.FromConnect(c.schema.MustBuild())
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, _ := to.Text(); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
		again, err := avro.Parse([]byte(c.want))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got, _ := again.Text(); got != c.want {
			t.Errorf("%s: parsed and printed\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

func TestFromConnectErrors(t *testing.T) {
	other := data.NewStructBuilder().Name("a.In").Field("y", data.Int32Schema).MustBuild()
	for want, schema := range map[string]*data.Builder{
		"Illegal character in: a-b":      data.NewStructBuilder().Name("R").Field("a-b", data.Int32Schema),
		"Illegal initial character: 1":   data.NewStructBuilder().Name("R").Field("1", data.Int32Schema),
		"Illegal character in: bad-name": data.NewStructBuilder().Name("x.bad-name"),
		"Can't redefine: a.In":           data.NewStructBuilder().Name("R").Field("i", inner1().MustBuild()).Field("j", other),
	} {
		if _, err := usual.FromConnect(schema.MustBuild()); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestToConnect(t *testing.T) {
	for _, c := range []struct {
		name, avro string
		version    int
		want       *data.Builder
	}{
		{"version of the registry", `"int"`, 3, data.NewBuilder(data.Int32).Version(3)},
		{"own version", `{"type":"string","connect.version":2}`, 3, data.NewBuilder(data.String).Version(2)},
		{"java string", `{"type":"string","avro.java.string":"String"}`, NoVersion, data.NewBuilder(data.String).Parameter("avro.java.string", "String")},
		{"int16", `{"type":"int","connect.type":"int16"}`, NoVersion, data.NewBuilder(data.Int16)},
		{"micros stay", `{"type":"long","logicalType":"timestamp-micros"}`, NoVersion, data.NewBuilder(data.Int64)},
		{"decimal", `{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}`, NoVersion, data.NewDecimalSchema(2).Parameter("connect.decimal.precision", "9")},
		{"decimal without scale", `{"type":"bytes","logicalType":"decimal","precision":64}`, NoVersion, data.NewDecimalSchema(0)},
		{"null second", `["long","null"]`, NoVersion, data.NewBuilder(data.Int64).Optional()},
		{"one member", `["long"]`, NoVersion, data.NewBuilder(data.Int64)},
		{"enum", `{"type":"enum","name":"a.E","doc":"d","symbols":["X","Y"],"default":"X"}`, NoVersion, data.NewBuilder(data.String).Name("a.E").
			Parameter(enumDoc+"E", "d").Parameter(enumDefault+"E", "X").Parameter(enumParam, "a.E").Parameter(enumParam+".X", "X").Parameter(enumParam+".Y", "Y")},
		{"fixed", `{"type":"fixed","name":"a.F","size":3}`, NoVersion, data.NewBuilder(data.Bytes).Name("a.F").Parameter("connect.fixed.size", "3")},
		{"made up name", `{"type":"record","name":"ConnectDefault","namespace":"io.confluent.connect.avro","fields":[]}`, NoVersion, data.NewStructBuilder()},
		{"default of a field", `{"type":"record","name":"R","fields":[{"name":"x","type":"int","default":5,"doc":"xd"}]}`, NoVersion, data.NewStructBuilder().Name("R").
			Parameter(fieldDoc+"x", "xd").Field("x", data.NewBuilder(data.Int32).Parameter(fieldDefault, "true").Default(int32(5)).MustBuild())},
		{"default kept for Connect", `{"type":"record","name":"R","fields":[{"name":"x","type":[{"type":"string","connect.default":"d"},"null"],"default":"d"}]}`, NoVersion, data.NewStructBuilder().Name("R").
			Field("x", data.NewBuilder(data.String).Optional().Default("d").MustBuild())},
		{"union", `["null","string",{"type":"record","name":"a.In","fields":[]}]`, NoVersion, data.NewStructBuilder().Name(unionName).Optional().
			Field("string", data.OptionalStringSchema).Field("In", data.NewStructBuilder().Name("a.In").Optional().MustBuild())},
		{"map of ints", `{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":"int"},{"name":"value","type":"string"}]}}`, NoVersion, data.NewMapOf(data.Int32Schema, data.StringSchema)},
	} {
		from, err := avro.Parse([]byte(c.avro))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		r, err := usual.NewReader(from, c.version)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if want := c.want.MustBuild(); !r.Schema().Equal(want) {
			t.Errorf("%s: %s %v %v, want %s %v %v", c.name, r.Schema(), r.Schema().Parameters(), r.Schema().Default(), want, want.Parameters(), want.Default())
		}
	}
}

func TestToConnectErrors(t *testing.T) {
	for schema, want := range map[string]string{
		`"null"`: "Standalone null schemas are not supported by this converter",
		`{"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]}`:                              "recursive schemas are not supported",
		`{"type":"int","logicalType":"date","connect.version":2}`:                                               "Mismatched versions",
		`["int","string",{"type":"record","name":"a.R","fields":[]},{"type":"enum","name":"b.R","symbols":[]}]`: "Multiple union schemas map",
		`{"type":"int","connect.parameters":{"a":1}}`:                                                           "Expected schema parameter values to be strings but found: 1",
	} {
		from, err := avro.Parse([]byte(schema))
		if err != nil {
			t.Errorf("%s: %v", schema, err)
			continue
		}
		if _, err = usual.NewReader(from, NoVersion); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", schema, err, want)
		}
	}
}
