package devregistrytest

import (
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/javaerr"
)

const (
	urlKey = "schema.registry.url"
	prefix = 5 // bytes of the id before a value
)

// Suite is a kind of converter, with a value whose schema is called shop.Order.
type Suite struct {
	New   func(t testing.TB, role convert.Role, props ...string) convert.Converter
	Value connecttest.RoundTrip
	// OnlyStructs is for converters that, as in Java, do not check other values that they
	// read against their schemas.
	OnlyStructs bool
}

// Subjects looks where schemas stand under each strategy. It returns the converters, by
// the simple names of the strategies.
func (s Suite) Subjects(t *testing.T) map[string]convert.Converter {
	t.Helper()
	all := map[string]convert.Converter{}
	for class, want := range map[string]string{"TopicNameStrategy": "t-key", "RecordNameStrategy": "shop.Order", "TopicRecordNameStrategy": "t-shop.Order"} {
		url := Start(t)
		c := s.New(t, convert.Key, urlKey, url, "key.subject.name.strategy", "io.confluent.kafka.serializers.subject."+class)
		raw, err := c.FromConnect("t", nil, s.Value.Schema, s.Value.Value)
		if err != nil {
			t.Fatal(err)
		}
		var subjects []string
		if Get(t, url+"/subjects", &subjects); len(subjects) != 1 || subjects[0] != want {
			t.Errorf("%s: %q, want %s", class, subjects, want)
		}
		back, _, err := c.ToConnect("t", nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		if version, _ := back.Version(); version != 1 {
			t.Errorf("%s: version %d", class, version)
		}
		all[class] = c
	}
	return all
}

// Texts are how errors begin of a registry that finds a schema incompatible, is not ready,
// does not know the user, or is not there.
type Texts struct{ Incompatible, NotReady, Unknown, Gone string }

// Failures looks at what becomes of errors of the registry.
func (s Suite) Failures(t *testing.T, texts Texts) {
	t.Helper()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error_code":12,"message":"no"}`)
	}))
	for _, c := range []struct {
		status      int
		class, text string
	}{
		{409, javaerr.DataException, texts.Incompatible},
		{503, javaerr.RetriableException, texts.NotReady},
		{401, "org.apache.kafka.common.errors.AuthenticationException", texts.Unknown},
		{0, "org.apache.kafka.common.errors.NetworkException", texts.Gone},
	} {
		if status = c.status; status == 0 {
			server.Close()
		}
		conv := s.New(t, convert.Value, urlKey, server.URL, "max.retries", "0")
		_, err := conv.FromConnect("t", nil, s.Value.Schema, s.Value.Value)
		if err == nil || javaerr.Class(err) != c.class || !strings.HasPrefix(err.Error(), c.text) {
			t.Errorf("%d: %s %v, want %s %s", c.status, javaerr.Class(err), err, c.class, c.text)
		}
	}
}

// Header returns a converter whose registry knows a single schema, as it answers it, of
// version 4, and the header that has the id of that schema.
func (s Suite) Header(t *testing.T, answer string) (convert.Converter, connect.RawHeader) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.URL.Path == "/schemas/guids/00010203-0405-0607-0809-0a0b0c0d0e0f" {
			_, _ = io.WriteString(w, answer)
			return
		}
		_, _ = io.WriteString(w, `{"version":4}`)
	}))
	t.Cleanup(server.Close)
	id := []byte{1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	return s.New(t, convert.Value, urlKey, server.URL), connect.RawHeader{Key: "__value_schema_id", Value: id}
}

// Fuzz reads what is made of values: whatever is read must be valid.
func (s Suite) Fuzz(f *testing.F, values ...connecttest.RoundTrip) {
	f.Helper()
	c := s.New(f, convert.Value, urlKey, Start(f))
	for _, v := range values {
		raw, err := c.FromConnect("t"+data.Text(v.Schema), nil, v.Schema, v.Value)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) < prefix || int(binary.BigEndian.Uint32(raw[1:])) > len(values) {
			return
		}
		before := string(raw)
		schema, v, err := c.ToConnect("t", nil, raw)
		if string(raw) != before {
			t.Error("the bytes were written into")
		}
		if err != nil || schema == nil || s.OnlyStructs && schema.Type() != data.StructType {
			return
		}
		if err := data.Validate(schema, v); err != nil {
			t.Errorf("%v: %v", v, err)
		}
	})
}

// Benchmark writes and reads an order of ten fields.
func (s Suite) Benchmark(b *testing.B) {
	c := s.New(b, convert.Value, urlKey, Start(b))
	schema, value := largeOrder()
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

func largeOrder() (*data.Schema, *data.Struct) {
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
	return schema, data.StructOf(schema, slots)
}
