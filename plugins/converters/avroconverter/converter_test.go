package avroconverter

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/devregistry"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

func registry(t testing.TB) string {
	s := httptest.NewServer(devregistry.New())
	t.Cleanup(s.Close)
	return s.URL
}

func converter(t testing.TB, role convert.Role, props ...string) *Converter {
	t.Helper()
	config := map[string]string{}
	for i := 0; i < len(props); i += 2 {
		config[props[i]] = props[i+1]
	}
	c, err := New(config, role)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func order() (*data.Schema, *data.Struct) {
	s := data.NewStructBuilder().Name("shop.Order").Field("id", data.Int64Schema).
		Field("note", data.OptionalStringSchema).MustBuild()
	return s, data.StructOf(s, []any{int64(7), "x"})
}

func TestContract(t *testing.T) {
	schema, value := order()
	// What the version in the registry adds to the schema when it is read.
	versioned := func(s *data.Schema) *data.Schema { return data.Copy(s).Version(1).MustBuild() }
	first := versioned(schema)
	connecttest.Converter{
		Plugin: Plugin, Config: map[string]string{"schema.registry.url": registry(t)},
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
	url := registry(t)
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
	get(t, url+"/subjects/orders-value/versions/latest", &got)
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

func get(t *testing.T, url string, out any) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
}

func post(t *testing.T, url, schema string) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"schema": schema})
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", resp.Status, text)
	}
}

func TestSubjects(t *testing.T) {
	for class, want := range map[string]string{"TopicNameStrategy": "t-key", "RecordNameStrategy": "shop.Order", "TopicRecordNameStrategy": "t-shop.Order"} {
		url := registry(t)
		c := converter(t, convert.Key, urlName, url, "key.subject.name.strategy", "io.confluent.kafka.serializers.subject."+class)
		schema, value := order()
		raw, err := c.FromConnect("t", nil, schema, value)
		if err != nil {
			t.Fatal(err)
		}
		var subjects []string
		if get(t, url+"/subjects", &subjects); len(subjects) != 1 || subjects[0] != want {
			t.Errorf("%s: %q, want %s", class, subjects, want)
		}
		if _, _, err := c.ToConnect("t", nil, raw); err != nil {
			t.Error(err)
		}
		if _, err := c.FromConnect("u", nil, data.StringSchema, "x"); (err == nil) != (class == "TopicNameStrategy") {
			t.Errorf("%s: a string: %v", class, err)
		}
	}
}

// TestLatest: values are written with a schema of the registry.
func TestLatest(t *testing.T) {
	url := registry(t)
	post(t, url+"/subjects/t-value/versions", `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"note","type":["null","string"],"default":null},`+
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
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error_code":12,"message":"no"}`)
	}))
	schema, value := order()
	for _, c := range []struct {
		status      int
		class, text string
	}{
		{409, javaerr.DataException, "Failed to serialize Avro data from topic t:"},
		{503, javaerr.RetriableException, "Failed to serialize Avro data from topic t :"},
		{401, "org.apache.kafka.common.errors.AuthenticationException", "Error registering Avro schema"},
		{0, "org.apache.kafka.common.errors.NetworkException", "Network connection error while serializing Avro data for topic t: "},
	} {
		if status = c.status; status == 0 {
			s.Close()
		}
		conv := converter(t, convert.Value, urlName, s.URL, "max.retries", "0")
		_, err := conv.FromConnect("t", nil, schema, value)
		if err == nil || javaerr.Class(err) != c.class || !strings.HasPrefix(err.Error(), c.text) {
			t.Errorf("%d: %s %v, want %s %s", c.status, javaerr.Class(err), err, c.class, c.text)
		}
	}
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
	const guid = "00010203-0405-0607-0809-0a0b0c0d0e0f"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/schemas/guids/"+guid {
			_, _ = io.WriteString(w, `{"schema":"\"string\""}`)
			return
		}
		_, _ = io.WriteString(w, `{"version":4}`)
	}))
	defer s.Close()
	id := []byte{1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	schema, v, err := converter(t, convert.Value, urlName, s.URL).ToConnect("t", []connect.RawHeader{{Key: "__value_schema_id", Value: id}}, []byte{2, 'x'})
	if err != nil || v != "x" {
		t.Fatal(v, err)
	}
	if version, _ := schema.Version(); version != 4 {
		t.Errorf("version %d", version)
	}
}

func FuzzToConnect(f *testing.F) {
	url := registry(f)
	c := converter(f, convert.Value, urlName, url)
	schema, value := order()
	list := data.NewArray(data.NewMapOf(data.Int32Schema, schema).Optional().MustBuild()).MustBuild()
	m := data.NewMap(1)
	m.PutKey(int32(1), value)
	free := data.NewMap(1)
	free.Put("a", []any{int64(1), "x", nil, true, 1.5})
	for _, v := range []struct {
		schema *data.Schema
		value  any
	}{{schema, value}, {list, []any{m, nil}}, {nil, free}} {
		raw, err := c.FromConnect("t"+data.Text(v.schema), nil, v.schema, v.value)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) < subject.Prefix || binary.BigEndian.Uint32(raw[1:]) > 3 {
			return
		}
		schema, v, err := c.ToConnect("t", nil, raw)
		if err != nil || schema == nil {
			return
		}
		if err := data.Validate(schema, v); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	})
}

func BenchmarkConverter(b *testing.B) {
	c := converter(b, convert.Value, urlName, registry(b))
	builder := data.NewStructBuilder().Name("shop.Order")
	slots := []any{}
	for _, f := range []struct {
		name   string
		schema *data.Schema
		value  any
	}{
		{"order_id", data.Int64Schema, int64(1000123)},
		{"customer", data.StringSchema, "customer-00042"},
		{"status", data.StringSchema, "SHIPPED"},
		{"amount", data.Float64Schema, 129.95},
		{"currency", data.OptionalStringSchema, "EUR"},
		{"quantity", data.Int32Schema, int32(3)},
		{"created_at", data.TimestampSchema, data.Instant(1700000000123)},
		{"express", data.BooleanSchema, false},
		{"note", data.OptionalStringSchema, "leave at the door, ring twice please, thanks a lot"},
		{"address", data.OptionalStringSchema, "12 Harbour Street, 20457 Hamburg, Germany"},
	} {
		builder.Field(f.name, f.schema)
		slots = append(slots, f.value)
	}
	schema := builder.MustBuild()
	value := data.StructOf(schema, slots)
	raw, err := c.FromConnect("t", nil, schema, value)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = c.FromConnect("t", nil, schema, value)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = c.ToConnect("t", nil, raw)
		}
	})
}
