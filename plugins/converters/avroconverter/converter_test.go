package avroconverter

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/devregistry/devregistrytest"
	"github.com/millrace/millrace/internal/javaerr"
)

func converter(t testing.TB, role convert.Role, props ...string) *Converter {
	t.Helper()
	return devregistrytest.New(t, New, role, props...)
}

func order() (*data.Schema, *data.Struct) {
	s := data.NewStructBuilder().Name("shop.Order").Field("id", data.Int64Schema).
		Field("note", data.OptionalStringSchema).MustBuild()
	return s, data.StructOf(s, []any{int64(7), "x"})
}

func suite() devregistrytest.Suite {
	schema, value := order()
	return devregistrytest.Suite{
		New: func(t testing.TB, role convert.Role, props ...string) convert.Converter {
			return converter(t, role, props...)
		},
		Value: connecttest.RoundTrip{Schema: schema, Value: value},
	}
}

func TestContract(t *testing.T) {
	schema, value := order()
	// What the version in the registry adds to the schema when it is read.
	versioned := func(s *data.Schema) *data.Schema { return data.Copy(s).Version(1).MustBuild() }
	first := versioned(schema)
	connecttest.Converter{
		Plugin: Plugin, Config: map[string]string{"schema.registry.url": devregistrytest.Start(t)},
		Values: []connecttest.RoundTrip{
			{Schema: first, Value: data.StructOf(first, value.Slots())},
		},
		Malformed: [][]byte{{}, {0}, {1, 0, 0, 0, 1, 2}, {0, 0, 0, 0}, {0, 0, 0, 9, 9, 0}},
		Refused:   []connecttest.RoundTrip{{Schema: data.StringSchema, Value: int32(1)}, {Schema: data.Int8Schema}},
		Bad: []connecttest.BadSetting{
			{Key: "schema.registry.url", Value: "nonsense"},
			{Key: "value.subject.name.strategy", Value: "com.acme.Own"},
			{Key: "basic.auth.credentials.source", Value: "SASL_INHERIT"},
			{Key: "basic.auth.credentials.source", Value: "USER_INFO"},
			{Key: "bearer.auth.credentials.source", Value: "OAUTHBEARER"},
			{Key: "use.latest.with.metadata", Value: "a=b"},
		},
	}.Run(t)
}

func TestWireFormat(t *testing.T) {
	url := devregistrytest.Start(t)
	c := converter(t, convert.Value, urlName, url)
	schema, value := order()
	raw, err := c.FromConnect("orders", nil, schema, value)
	if want := []byte{0, 0, 0, 0, 1, 14, 2, 2, 'x'}; err != nil || !bytes.Equal(raw, want) {
		t.Fatalf("%v, %v, want %v", raw, err, want)
	}
	var got struct {
		Schema  string
		ID      int
		Version int
	}
	devregistrytest.Get(t, url+"/subjects/orders-value/versions/latest", &got)
	want := `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"long"},` +
		`{"name":"note","type":["null","string"],"default":null}],"connect.name":"shop.Order"}`
	if got.Schema != want || got.ID != 1 || got.Version != 1 {
		t.Errorf("%+v", got)
	}
	back, v, err := c.ToConnect("orders", nil, raw)
	if err != nil || back.Name() != "shop.Order" || v.(*data.Struct).Slots()[0] != int64(7) {
		t.Errorf("%v %v %v", back, v, err)
	}
	if version, _ := back.Version(); version != 1 {
		t.Errorf("version %d", version)
	}
	bare, err := c.FromConnect("bytes", nil, data.BytesSchema, []byte{1, 2})
	if err != nil || !bytes.Equal(bare, []byte{0, 0, 0, 0, 2, 1, 2}) {
		t.Errorf("%v, %v", bare, err)
	}
	if _, v, err := c.ToConnect("bytes", nil, bare); err != nil || !bytes.Equal(v.([]byte), []byte{1, 2}) {
		t.Errorf("%v, %v", v, err)
	}
}

const urlName = "schema.registry.url"

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
	devregistrytest.Register(t, url, "t-value", "", `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"note","type":["null","string"],"default":null},`+
		`{"name":"more","type":"int","default":5},{"name":"id","type":"long"}]}`)
	schema, value := order()
	c := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false", "use.latest.version", "true")
	raw, err := c.FromConnect("t", nil, schema, value)
	if want := []byte{0, 0, 0, 0, 1, 2, 2, 'x', 10, 14}; err != nil || !bytes.Equal(raw, want) {
		t.Errorf("%v, %v, want %v", raw, err, want)
	}
	missing := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false")
	if _, err = missing.FromConnect("t", nil, schema, value); err == nil || !strings.Contains(javaerr.Trace(err), "Schema not found; error code: 40403") {
		t.Errorf("a schema that is not there: %v", err)
	}
	byID := converter(t, convert.Value, urlName, url, "auto.register.schemas", "false", "use.schema.id", "1")
	if again, err := byID.FromConnect("t", nil, schema, value); err != nil || !bytes.Equal(again, raw) {
		t.Errorf("%v, %v", again, err)
	}
}

func TestErrors(t *testing.T) {
	suite().Failures(t, devregistrytest.Texts{
		Incompatible: "Failed to serialize Avro data from topic t:", NotReady: "Failed to serialize Avro data from topic t :",
		Unknown: "Error registering Avro schema", Gone: "Network connection error while serializing Avro data for topic t: ",
	})
	conv := converter(t, convert.Value, urlName, "http://localhost:1")
	_, _, err := conv.ToConnect("t", nil, []byte("nothing of the kind"))
	if want := "Unknown magic byte!"; err == nil || errors.Unwrap(err).Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if v, err := conv.FromConnect("t", nil, nil, nil); v != nil || err != nil {
		t.Errorf("null: %v, %v", v, err)
	}
}

// TestHeader: the id of a schema may stand in a header.
func TestHeader(t *testing.T) {
	c, id := suite().Header(t, `{"schema":"\"string\""}`)
	schema, v, err := c.ToConnect("t", []connect.RawHeader{id}, []byte{2, 'x'})
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
	free := data.NewMap(1)
	free.Put("a", []any{int64(1), "x", nil, true, 1.5})
	suite().Fuzz(f, connecttest.RoundTrip{Schema: schema, Value: value}, connecttest.RoundTrip{Schema: list, Value: []any{m, nil}}, connecttest.RoundTrip{Value: free})
}

func BenchmarkConverter(b *testing.B) { suite().Benchmark(b) }
