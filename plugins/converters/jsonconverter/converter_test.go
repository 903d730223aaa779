package jsonconverter

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
)

func converter(t testing.TB, props ...string) *Converter {
	t.Helper()
	set := map[string]string{}
	for i := 0; i < len(props); i += 2 {
		set[props[i]] = props[i+1]
	}
	c, err := New(set, convert.Value)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func bare(t testing.TB) *Converter { return converter(t, schemasEnable, "false") }

// roundTrip reads a document and writes it again.
func roundTrip(c *Converter, raw string) (string, error) {
	s, v, err := c.ToConnect("t", nil, []byte(raw))
	if err != nil {
		return "", err
	}
	out, err := c.FromConnect("t", nil, s, v)
	return string(out), err
}

// point is a schema of two fields, the first required.
const point = `{"type":"struct","fields":[{"type":"int32","optional":false,"field":"x"},{"type":"string","optional":true,"field":"s"}],"optional":false}`

func TestEnvelope(t *testing.T) {
	tests := []struct{ name, raw, want, problem string }{
		{"usual", `{"schema":` + point + `,"payload":{"x":1,"s":"a"}}`, `{"x":1,"s":"a"}`, ""},
		{"white space", ` { "schema" : ` + point + ` , "payload" : { "x" : 1 } } x`, `{"x":1,"s":null}`, ""},
		{"payload first", `{"payload":{"s":"b","x":2},"schema":` + point + `}`, `{"x":2,"s":"b"}`, ""},
		{"other order and unknown members", `{"schema":` + point + `,"payload":{"q":[{}],"s":"b","x":2}}`, `{"x":2,"s":"b"}`, ""},
		{"escaped names", `{"\u0073chema":` + point + `,"payload":{"\u0078":2}}`, `{"x":2,"s":null}`, ""},
		{"twice the same member", `{"schema":` + point + `,"payload":{"x":2,"s":"b","x":3}}`, `{"x":3,"s":"b"}`, ""},
		{"only the last of a name counts", `{"schema":` + point + `,"payload":{"x":null,"x":3}}`, `{"x":3,"s":null}`, ""},
		{"twice payload", `{"schema":` + point + `,"payload":1,"payload":{"x":3}}`, `{"x":3,"s":null}`, ""},
		{"no schema", `{"schema":null,"payload":{"b":1.50,"a":[ ]}}`, `{"a":[],"b":1.5}`, ""},
		{"no schema, payload first", `{"payload":{"b":1,"a":2},"schema":null}`, `{"a":2,"b":1}`, ""},
		{"third member", `{"schema":null,"payload":1,"x":2}`, "", "JsonConverter with schemas.enable requires"},
		{"no object", `[1]`, "", "JsonConverter with schemas.enable requires"},
		{"broken after the payload", `{"schema":null,"payload":1`, "", "Converting byte[] to Kafka Connect data failed due to serialization error: "},
		{"broken after a wrong value", `{"schema":` + point + `,"payload":{"x":null},}`, "", "Converting byte[] to Kafka Connect data failed due to serialization error: "},
		{"broken after a wrong schema", `{"schema":{"type":"foo"},"payload":]}`, "", "Converting byte[] to Kafka Connect data failed due to serialization error: "},
		{"wrong schema", `{"schema":{"type":"foo"},"payload":1}`, "", "Unknown schema type: foo"},
		{"missing field", `{"schema":` + point + `,"payload":{"s":"b"}}`, "", "Invalid null value for required INT32 field"},
		{"struct expected", `{"schema":` + point + `,"payload":"b"}`, "", "Structs should be encoded as JSON objects, but found STRING"},
	}
	c := converter(t)
	for range 2 {
		for _, test := range tests {
			s, v, err := c.ToConnect("t", nil, []byte(test.raw))
			if test.problem != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.problem) || s != nil {
					t.Errorf("%s: error %v", test.name, err)
				}
				continue
			}
			out, werr := bare(t).FromConnect("t", nil, s, v)
			if err != nil || werr != nil || string(out) != test.want {
				t.Errorf("%s: %s, %v, %v", test.name, out, err, werr)
			}
		}
	}
}

// TestErrorOrder: of several faults that of the first field in the schema counts.
func TestErrorOrder(t *testing.T) {
	schema := `{"type":"struct","fields":[{"type":"string","field":"a"},{"type":"bytes","field":"b"},{"type":"array","items":{"type":"string"},"field":"c"}]}`
	tests := []struct{ payload, want string }{
		{`{"c":[1],"b":"?","a":5}`, `Invalid value: null used for required field: "a", schema type: STRING`},
		{`{"c":[1],"b":"?","a":"x"}`, `Invalid bytes field`},
		{`{"c":[1],"b":"AA==","a":"x"}`, `Invalid value: null used for required element of array field: "c", schema type: STRING`},
		{`{"c":null,"b":7,"a":"x"}`, `Invalid value: null used for required field: "b", schema type: BYTES`},
	}
	c := converter(t)
	for _, test := range tests {
		_, _, err := c.ToConnect("t", nil, []byte(`{"schema":`+schema+`,"payload":`+test.payload+`}`))
		var e *data.Error
		if !errors.As(err, &e) || e.Msg != test.want {
			t.Errorf("%s: %v, want %s", test.payload, err, test.want)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	tests := []struct{ schema, payload string }{
		{`{"type":"map","keys":{"type":"int32","optional":false},"values":{"type":"boolean","optional":false},"optional":false}`, `[[1,true],[2,false]]`},
		{`{"type":"map","keys":{"type":"string","optional":false},"values":{"type":"float","optional":true},"optional":true}`, `{"a":1.5,"b":null}`},
		{`{"type":"array","items":{"type":"bytes","optional":false},"optional":false,"name":"n","version":3,"doc":"d","parameters":{"p":"q"}}`, `["AAE=",""]`},
		{`{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}`, `"AJw="`},
		{`{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Date","version":1}`, `-3`},
		{`{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Time","version":1}`, `86400000`},
		{`{"type":"int64","optional":true,"name":"org.apache.kafka.connect.data.Timestamp","version":1}`, `null`},
		{`{"type":"int8","optional":false,"default":7}`, `-8`},
		{`{"type":"struct","fields":[{"type":"struct","fields":[{"type":"int16","optional":false,"field":"a\"b"}],"optional":true,"field":"in"}],"optional":false}`, `{"in":{"a\"b":5}}`},
	}
	c := converter(t)
	for _, test := range tests {
		raw := `{"schema":` + test.schema + `,"payload":` + test.payload + `}`
		for range 2 {
			if got, err := roundTrip(c, raw); got != raw || err != nil {
				t.Errorf("%s becomes %s, %v", raw, got, err)
			}
		}
	}
}

func TestWideStruct(t *testing.T) {
	var fields, payload []string
	for i := range 100 {
		fields = append(fields, fmt.Sprintf(`{"type":"int32","optional":true,"field":"f%d"}`, i))
		if i%3 > 0 {
			payload = append(payload, fmt.Sprintf(`"f%d":%d`, 99-i, i))
		}
	}
	raw := `{"schema":{"type":"struct","fields":[` + strings.Join(fields, ",") + `]},"payload":{` + strings.Join(payload, ",") + `}}`
	_, v, err := converter(t).ToConnect("t", nil, []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		var want any
		if i%3 > 0 {
			want = int32(i)
		}
		if got, _ := v.(*data.Struct).Get(fmt.Sprintf("f%d", 99-i)); got != want {
			t.Errorf("f%d is %v, want %v", 99-i, got, want)
		}
	}
}

func TestSchemasAreShared(t *testing.T) {
	c := converter(t, cacheSize, "2")
	read := func(n int) *data.Schema {
		s, _, err := c.ToConnect("t", nil, fmt.Appendf(nil, `{"schema":{"type":"int32","version":%d},"payload":1}`, n))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := read(1)
	if read(1) != first {
		t.Error("the same text gives two schemas")
	}
	for n := range 20 {
		read(100 + n)
	}
	if again := read(1); again == first || !again.Equal(first) {
		t.Error("the cache of two kept a third, or the schema changed")
	}
	if n := len(c.read.items); n != 2 {
		t.Errorf("%d schemas are kept", n)
	}
}

func TestWriterPlans(t *testing.T) {
	c := converter(t, cacheSize, "3")
	for i := range 50 {
		s := data.NewBuilder(data.Int32).Version(int32(i % 10)).MustBuild()
		want := fmt.Sprintf(`{"schema":{"type":"int32","optional":false,"version":%d},"payload":%d}`, i%10, i)
		if got, err := c.FromConnect("t", nil, s, int32(i)); string(got) != want || err != nil {
			t.Errorf("%s, %v", got, err)
		}
	}
	if n := len(c.writer.plans.items); n > 3 {
		t.Errorf("%d plans are kept", n)
	}
}

// TestDocumentsStay: what was handed out is not written again.
func TestDocumentsStay(t *testing.T) {
	c := bare(t)
	var docs [][]byte
	var want []string
	for i := range 3000 {
		text := strings.Repeat(string(rune('a'+i%26)), i)
		doc, err := c.FromConnect("t", nil, nil, text)
		if err != nil {
			t.Fatal(err)
		}
		_ = append(doc, "more"...)
		docs, want = append(docs, doc), append(want, `"`+text+`"`)
	}
	for i := range docs {
		if string(docs[i]) != want[i] {
			t.Fatalf("document %d changed", i)
		}
	}
}

func TestChangedMap(t *testing.T) {
	c := bare(t)
	for range 3 {
		_, v, err := c.ToConnect("t", nil, []byte(`{"id":7,"name":"x","price":1.50,"tags":["a", "b"]}`))
		if err != nil {
			t.Fatal(err)
		}
		m := v.(*data.Map).CopyHash()
		m.Put("at", data.NewMap(0))
		m.Delete("name")
		got, err := c.FromConnect("t", nil, nil, m)
		if want := `{"id":7,"at":{},"price":1.5,"tags":["a","b"]}`; string(got) != want || err != nil {
			t.Errorf("%s, %v, want %s", got, err, want)
		}
		m.Put("when", data.Instant(0))
		if _, err := c.FromConnect("t", nil, nil, m); err == nil || err.Error() != "Java class class java.util.Date does not have corresponding schema type." {
			t.Errorf("error %v", err)
		}
	}
}

func TestNullKeys(t *testing.T) {
	key := data.OptionalStringSchema
	s := data.NewMapOf(key, data.Int32Schema).MustBuild()
	m := data.NewMap(0)
	m.PutKey(nil, int32(1))
	m.Put("a", int32(2))
	if got, err := bare(t).FromConnect("t", nil, s, m); string(got) != `{"null":1,"a":2}` || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	unknown := data.NewMapOfNull(nil, nil).MustBuild()
	var e *data.Error
	if _, err := bare(t).FromConnect("t", nil, unknown, m); !errors.As(err, &e) || e.Kind != data.NullValue {
		t.Errorf("error %v", err)
	}
}

func TestHeaders(t *testing.T) {
	c, err := Plugin.New(map[string]string{schemasEnable: "false"}, convert.Header)
	if err != nil || !Plugin.Headers {
		t.Fatal(err)
	}
	h := c.(convert.HeaderConverter)
	raw, err := h.FromHeader("t", "h", data.StringSchema, "v")
	if string(raw) != `"v"` || err != nil {
		t.Errorf("%s, %v", raw, err)
	}
	if s, v, err := h.ToHeader("t", "h", raw); s != nil || v != "v" || err != nil {
		t.Errorf("%v, %v, %v", s, v, err)
	}
}

func FuzzConverter(f *testing.F) {
	for _, seed := range []string{envelopedOrder, bareOrder, `{"schema":` + point + `,"payload":{"s":"a","x":1.5e1,"x":2}}`, `{"payload":[[1,"a"]],"schema":{"type":"map","keys":{"type":"int8"},"values":{"type":"string","optional":true}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, c := range []*Converter{converter(t), bare(t), converter(t, decimalFormat, "NUMERIC", replaceDefault, "false", cacheSize, "0")} {
			checkRoundTrip(t, c, raw)
		}
	})
}

// checkRoundTrip checks that reading is the same the quick and the exact way, and
// that a document that the converter wrote stays as it is.
func checkRoundTrip(t *testing.T, c *Converter, raw []byte) {
	s, v, err := c.ToConnect("t", nil, raw)
	if p, quick, ok := c.readQuick(raw); ok && c.set.schemas {
		if err != nil || !data.Equal(quick, v) || p.schemaOr(nil) != s && c.set.cache > 0 {
			t.Fatalf("quick %v, exact %v, %v", data.Text(quick), data.Text(v), err)
		}
	}
	if err != nil {
		return
	}
	first, err := c.FromConnect("t", nil, s, v)
	if err != nil || first == nil || strings.Contains(string(first), `Infinity"`) {
		return
	}
	second, err := roundTrip(c, string(first))
	if err != nil || second != string(first) {
		t.Fatalf("%s becomes %s, %v", first, second, err)
	}
}
