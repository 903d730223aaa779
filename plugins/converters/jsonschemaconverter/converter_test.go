package jsonschemaconverter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/devregistry"
	"github.com/millrace/millrace/internal/devregistry/devregistrytest"
	"github.com/millrace/millrace/internal/javaerr"
)

const urlName = "schema.registry.url"

func converter(t testing.TB, role convert.Role, props ...string) *Converter {
	t.Helper()
	return devregistrytest.New(t, New, role, props...)
}

func order() (*data.Schema, *data.Struct) {
	s := data.NewStructBuilder().Name("shop.Order").Field("id", data.OptionalInt64Schema).
		Field("note", data.OptionalStringSchema).MustBuild()
	return s, data.StructOf(s, []any{int64(7), "x"})
}

func suite() devregistrytest.Suite {
	schema, value := order()
	return devregistrytest.Suite{
		New: func(t testing.TB, role convert.Role, props ...string) convert.Converter {
			return converter(t, role, props...)
		},
		Value: connecttest.RoundTrip{Schema: schema, Value: value}, OnlyStructs: true,
	}
}

// framed puts an id before JSON text.
func framed(id uint32, text string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, id), text...)
}

func TestContract(t *testing.T) {
	counts := data.NewHashMap(1)
	counts.Put("x", int32(1))
	schema := data.NewStructBuilder().Name("shop.Order").Version(1).
		Field("id", data.OptionalInt64Schema).
		Field("note", data.OptionalStringSchema).
		Field("price", data.NewDecimalSchema(2).Optional().MustBuild()).
		Field("at", data.OptionalTimestampSchema).
		Field("raw", data.OptionalBytesSchema).
		Field("tags", data.NewArray(data.OptionalStringSchema).Optional().MustBuild()).
		Field("counts", data.NewMapOf(data.StringSchema, data.Int32Schema).Optional().MustBuild()).MustBuild()
	connecttest.Converter{
		Plugin: Plugin, Config: map[string]string{urlName: devregistrytest.Start(t)},
		Values: []connecttest.RoundTrip{
			{Schema: schema, Value: data.StructOf(schema, []any{int64(7), "größe", data.NewDecimal(1250, 2), data.Instant(1_700_000_000_123), []byte{0, 255}, []any{"a", nil}, counts})},
			{Schema: schema, Value: data.StructOf(schema, []any{int64(8), nil, nil, nil, nil, []any{}, nil})},
			{Schema: schema, Value: data.StructOf(schema, make([]any, 7))},
		},
		Malformed: [][]byte{{}, {0}, {1, 0, 0, 0, 1, 2}, {0, 0, 0, 0}, framed(9, `{}`), framed(1, `[]`), framed(1, `{`), framed(1, `{"id":1,}`)},
		Refused:   []connecttest.RoundTrip{{Schema: schema, Value: int32(1)}, {Value: "without schema"}},
		Bad: []connecttest.BadSetting{
			{Key: urlName, Value: "nonsense"},
			{Key: "value.subject.name.strategy", Value: "com.acme.Own"},
			{Key: "use.latest.with.metadata", Value: "a=b"},
			{Key: "decimal.format", Value: "ROMAN"},
			{Key: "json.schema.spec.version", Value: "draft_3"},
			{Key: "preserve.additional.properties", Value: "true"},
			{Key: "json.fail.invalid.schema", Value: "maybe"},
		},
	}.Run(t)
}

func TestWireFormat(t *testing.T) {
	url := devregistrytest.Start(t)
	c := converter(t, convert.Value, urlName, url)
	schema, value := order()
	raw, err := c.FromConnect("orders", nil, schema, value)
	if want := framed(1, `{"id":7,"note":"x"}`); err != nil || !bytes.Equal(raw, want) {
		t.Fatalf("%q, %v, want %q", raw, err, want)
	}
	var got struct {
		Schema, SchemaType string
		ID, Version        int
	}
	devregistrytest.Get(t, url+"/subjects/orders-value/versions/latest", &got)
	want := `{"type":"object","title":"shop.Order","properties":{"note":{"connect.index":1,"oneOf":[{"type":"null"},{"type":"string"}]},` +
		`"id":{"connect.index":0,"oneOf":[{"type":"null"},{"type":"integer","connect.type":"int64"}]}}}`
	if got.Schema != want || got.SchemaType != "JSON" || got.ID != 1 || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	back, v, err := c.ToConnect("orders", nil, raw)
	if err != nil || back.Name() != "shop.Order" || v.(*data.Struct).Slots()[0] != int64(7) {
		t.Errorf("%v %v %v", back, v, err)
	}
	if version, _ := back.Version(); version != 1 {
		t.Errorf("version %d", version)
	}
	pretty := converter(t, convert.Value, urlName, url, "json.indent.output", "true")
	if raw, err = pretty.FromConnect("orders", nil, schema, value); err != nil || !bytes.Equal(raw, framed(1, "{\n  \"id\" : 7,\n  \"note\" : \"x\"\n}")) {
		t.Errorf("%q, %v", raw, err)
	}
}

// TestEqualSchemas: a schema that is built again is not sent again.
func TestEqualSchemas(t *testing.T) {
	calls := 0
	r := devregistry.New()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		calls++
		r.ServeHTTP(w, q)
	}))
	defer s.Close()
	c := converter(t, convert.Value, urlName, s.URL)
	for range 5 {
		schema, value := order()
		if _, err := c.FromConnect("t", nil, schema, value); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 1 {
		t.Errorf("%d requests", calls)
	}
}

func TestNulls(t *testing.T) {
	c := converter(t, convert.Value, urlName, devregistrytest.Start(t))
	for _, s := range []*data.Schema{nil, data.StringSchema} {
		if raw, err := c.FromConnect("t", nil, s, nil); raw != nil || err != nil {
			t.Errorf("null of %v: %q %v", s, raw, err)
		}
	}
	raw, err := c.FromConnect("t", nil, data.OptionalStringSchema, nil)
	if err != nil || !bytes.Equal(raw, framed(1, "null")) {
		t.Errorf("%q %v", raw, err)
	}
	if s, v, err := c.ToConnect("t", nil, raw); err != nil || v != nil || !s.Optional() {
		t.Errorf("%v %v %v", s, v, err)
	}
}

func TestSubjects(t *testing.T) {
	for class, c := range suite().Subjects(t) {
		if _, err := c.FromConnect("u", nil, data.StringSchema, "x"); (err == nil) != (class == "TopicNameStrategy") {
			t.Errorf("%s: a string: %v", class, err)
		}
	}
}

// TestLatest: values are written with a schema of the registry.
func TestLatest(t *testing.T) {
	url := devregistrytest.Start(t)
	devregistrytest.Register(t, url, "t-value", "JSON", `{"type":"object","properties":{"id":{"type":["null","integer"]},"note":{"type":["null","string"],"maxLength":3}}}`)
	schema, value := order()
	long := data.StructOf(schema, []any{int64(1), "too long"})
	lax := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false", "use.latest.version", "true",
		"latest.compatibility.strict", "false", "json.fail.invalid.schema", "true")
	raw, err := lax.FromConnect("t", nil, schema, value)
	if err != nil || !bytes.Equal(raw, framed(1, `{"id":7,"note":"x"}`)) {
		t.Errorf("%q %v", raw, err)
	}
	if _, err := lax.FromConnect("t", nil, schema, long); err == nil || !strings.Contains(javaerr.Trace(err), "JSON does not match schema {") {
		t.Errorf("an invalid value: %v", err)
	}
	free := data.NewMap(1)
	free.Put("note", "y")
	if raw, err = lax.FromConnect("t", nil, nil, free); err != nil || !bytes.Equal(raw, framed(1, `{"note":"y"}`)) {
		t.Errorf("without schema: %q %v", raw, err)
	}
	strict := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false", "use.latest.version", "true")
	if _, err := strict.FromConnect("t", nil, schema, value); err == nil || !strings.Contains(javaerr.Trace(err), "Set latest.compatibility.strict=false to disable this check") {
		t.Errorf("an incompatible schema: %v", err)
	}
	byID := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false", "use.schema.id", "1", "id.compatibility.strict", "false")
	if raw, err = byID.FromConnect("t", nil, schema, value); err != nil || !bytes.Equal(raw, framed(1, `{"id":7,"note":"x"}`)) {
		t.Errorf("%q %v", raw, err)
	}
	missing := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false")
	if _, err = missing.FromConnect("t", nil, schema, value); err == nil || !strings.Contains(javaerr.Trace(err), "Schema not found; error code: 40403") {
		t.Errorf("a schema that is not there: %v", err)
	}
}

// TestForeignSchema: schemas that no converter made.
func TestForeignSchema(t *testing.T) {
	url := devregistrytest.Start(t)
	devregistrytest.Register(t, url, "money", "JSON", `{"title":"Money","type":"object","properties":{"cents":{"type":"integer"}},"required":["cents"]}`)
	devregistrytest.Register(t, url, "t-value", "JSON", `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"price":{"$ref":"money.json"},"kind":{"enum":["a","b"]}}}`,
		devregistrytest.Refer("money.json", "money"))
	c := converter(t, convert.Value, urlName, url, "use.optional.for.nonrequired", "true", "json.fail.invalid.schema", "true")
	schema, v, err := c.ToConnect("t", nil, framed(2, `{"kind":"b","price":{"cents":5},"more":true}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := data.Text(v); got != "Struct{price=Struct{cents=5},kind=b}" && got != "Struct{kind=b,price=Struct{cents=5}}" {
		t.Error(got)
	}
	if f, _ := schema.Field("price"); !f.Schema.Optional() || f.Schema.Name() != "Money" {
		t.Errorf("%v", f.Schema)
	}
	for _, text := range []string{`{"kind":"c"}`, `{"price":{}}`, `{"price":{"cents":"x"}}`} {
		if _, _, err := c.ToConnect("t", nil, framed(2, text)); err == nil || !strings.Contains(javaerr.Trace(err), "JSON does not match schema") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestErrors(t *testing.T) {
	url := devregistrytest.Start(t)
	c := converter(t, convert.Value, urlName, url)
	inner := data.NewStructBuilder().Field("n", data.DateSchema).MustBuild()
	schema := data.NewStructBuilder().Field("list", data.NewArray(inner).MustBuild()).MustBuild()
	good := data.StructOf(schema, []any{[]any{data.StructOf(inner, []any{data.Instant(0)})}})
	if _, err := c.FromConnect("t", nil, schema, good); err != nil {
		t.Fatal(err)
	}
	bad := data.StructOf(schema, []any{[]any{data.StructOf(inner, []any{"x"})}})
	_, err := c.FromConnect("t", nil, schema, bad)
	if want := "Invalid type for Date, expected Date but was class java.lang.String (field list[0].n, schema id 1)"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	for text, want := range map[string]string{
		`{"list":[{"n":1},{"n":"x"}]}`: "Invalid type for Date, underlying representation should be integer but was STRING (field list[1].n, schema id 1)",
		`7`:                            "Structs should be encoded as JSON objects, but found NUMBER (schema id 1)",
		`{"list"`:                      "Converting byte[] to Kafka Connect data failed due to serialization error of topic t: ",
	} {
		if _, _, err := c.ToConnect("t", nil, framed(1, text)); err == nil || err.Error() != want || javaerr.Class(err) != javaerr.DataException {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	devregistrytest.Register(t, url, "u-value", "JSON", `{"properties":{"a":{"$ref":"#"}}}`)
	if _, _, err := c.ToConnect("u", nil, framed(2, `{}`)); err == nil || err.Error() != "The JSON schema contains itself: recursive schemas are not supported at a (schema id 2)" {
		t.Error(err)
	}
	_, _, err = c.ToConnect("t", nil, []byte("nothing of the kind"))
	if want := "Unknown magic byte!"; err == nil || errors.Unwrap(err).Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestRegistryErrors(t *testing.T) {
	const refused = "Converting Kafka Connect data to byte[] failed due to serialization error of topic t: "
	suite().Failures(t, devregistrytest.Texts{
		Incompatible: refused, NotReady: refused,
		Unknown: "Error registering JSON schema: {", Gone: "Network connection error while serializing Json data for topic t: ",
	})
}

// TestHeader: the id of a schema may stand in a header.
func TestHeader(t *testing.T) {
	c, id := suite().Header(t, `{"schemaType":"JSON","schema":"{\"type\":\"string\"}"}`)
	schema, v, err := c.ToConnect("t", []connect.RawHeader{id}, []byte(`"x"`))
	if err != nil || v != "x" {
		t.Fatal(v, err)
	}
	if version, _ := schema.Version(); version != 4 {
		t.Errorf("version %d", version)
	}
}

func FuzzToConnect(f *testing.F) {
	schema, value := order()
	list := data.NewArray(data.NewMapOf(data.Int32Schema, schema).Optional().MustBuild()).MustBuild()
	m := data.NewMap(1)
	m.PutKey(int32(1), value)
	suite().Fuzz(f, connecttest.RoundTrip{Schema: schema, Value: value}, connecttest.RoundTrip{Schema: list, Value: []any{m, nil}})
}

func BenchmarkConverter(b *testing.B) { suite().Benchmark(b) }
