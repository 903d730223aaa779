package objectstore

import (
	"errors"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

func TestLayout(t *testing.T) {
	usual := Layout{TopicsDir: "topics", Directory: "/", File: "+", Width: 10}
	for _, c := range []struct {
		change func(*Layout)
		offset int64
		suffix string
		want   string
	}{
		{func(*Layout) {}, 42, ".json", "topics/t1/partition=3/t1+3+0000000042.json"},
		{func(l *Layout) { l.TopicsDir = "" }, 42, ".json", "t1/partition=3/t1+3+0000000042.json"},
		{func(l *Layout) { l.TopicsDir = "  " }, 42, ".json", "t1/partition=3/t1+3+0000000042.json"},
		{func(l *Layout) { l.TopicsDir = "/raw" }, 42, ".json", "/raw/t1/partition=3/t1+3+0000000042.json"},
		{func(l *Layout) { l.TopicsDir = "raw/" }, 42, ".json", "raw//t1/partition=3/t1+3+0000000042.json"},
		{func(l *Layout) { l.Width, l.File = 5, "-" }, 42, ".json.gz", "topics/t1/partition=3/t1-3-00042.json.gz"},
		{func(l *Layout) { l.Width = 1 }, 1 << 40, ".keys.bin", "topics/t1/partition=3/t1+3+1099511627776.keys.bin"},
		{func(l *Layout) { l.Directory, l.File = "", "" }, 7, "", "topicst1partition=3t130000000007"},
	} {
		l := usual
		c.change(&l)
		if got := l.Name("t1", 3, "partition=3", c.offset, c.suffix); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestNextTick(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		zone   *time.Location
		now    string
		period time.Duration
		want   string
		why    string
	}{
		{time.UTC, "2024-05-01T13:00:00Z", 10 * time.Minute, "2024-05-01T13:10:00Z", ""},
		{time.UTC, "2024-05-01T13:09:59.999Z", 10 * time.Minute, "2024-05-01T13:10:00Z", ""},
		{madrid, "2024-05-01T15:00:00+02:00", 7 * time.Hour, "2024-05-01T21:00:00+02:00", ""},
		{madrid, "2024-05-01T21:00:00+02:00", 7 * time.Hour, "2024-05-02T00:00:00+02:00", "a day ends a period"},
		{madrid, "2024-10-27T23:30:00+01:00", time.Hour, "2024-10-28T00:00:00+01:00", "a day of 25 hours"},
		{time.UTC, "2024-05-01T13:00:00Z", 72 * time.Hour, "2024-05-02T00:00:00Z", "longer than a day"},
	} {
		now, err := time.Parse(time.RFC3339Nano, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextTick(now.In(c.zone), c.period).Format(time.RFC3339); got != c.want {
			t.Errorf("%s + %s: got %s, want %s", c.now, c.period, got, c.want)
		}
	}
}

func TestTimePartitioner(t *testing.T) {
	for _, c := range []struct{ zone, format, at, want string }{
		{"Europe/Madrid", "YYYY-MM-dd-HH ZZ", "2024-10-27T00:00:00Z", "2024-10-27-02 +01:00"}, // the hour that occurs twice
		{"Europe/Madrid", "YYYY-MM-dd-HH ZZ", "2024-10-27T01:00:00Z", "2024-10-27-02 +01:00"},
		{"Europe/Madrid", "YYYY-MM-dd-HH ZZ", "2024-03-31T01:00:00Z", "2024-03-31-03 +02:00"},
		{"America/New_York", "YYYY-MM-dd-HH ZZ", "2024-03-10T07:30:00Z", "2024-03-10-03 -04:00"},
		{"Asia/Kolkata", "HH-mm", "2024-05-01T13:20:00Z", "18-00"},
		{"UTC", "YYYY-MM-dd-HH", "1969-12-31T23:59:59.999Z", "1970-01-01-00"}, // rounded to zero
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewTimePartitioner(Clock{time.Hour, c.format, "en", zone}, RecordExtractor{})
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339Nano, c.at)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got, err := p.Append([]byte("x/"), &connect.Record{}, at.UnixMilli())
			if err != nil || string(got) != "x/"+c.want {
				t.Errorf("%s %s: got %s, %v, want %s", c.zone, c.at, got, err, c.want)
			}
		}
	}
}

func TestCompatibilityChanges(t *testing.T) {
	schema := func(version int32, id data.Type, build ...func(*data.Builder)) *data.Schema {
		b := data.NewStructBuilder().Name("A").Field("id", data.NewBuilder(id).MustBuild())
		if version > 0 {
			b.Version(version)
		}
		for _, f := range build {
			f(b)
		}
		return b.MustBuild()
	}
	x := func(b *data.Builder) { b.Field("x", data.OptionalStringSchema) }
	doc := func(b *data.Builder) { b.Doc("d").Parameter("connect.record.doc", "d") }
	enum := func(symbols ...string) func(*data.Builder) {
		return func(b *data.Builder) {
			e := data.NewBuilder(data.String).Parameter("io.confluent.connect.avro.Enum", "E")
			for _, s := range symbols {
				e.Parameter("io.confluent.connect.avro.Enum."+s, s)
			}
			b.Field("e", e.MustBuild())
		}
	}
	for i, c := range []struct {
		mode            Compatibility
		record, current *data.Schema
		want            bool
	}{
		{None, schema(1, data.Int32), schema(1, data.Int32), false},
		{None, schema(1, data.Int32, doc), schema(1, data.Int32), true},
		{Backward, schema(2, data.Int32, x), schema(1, data.Int32), true},
		{Backward, schema(1, data.Int32), schema(2, data.Int32, x), false},
		{Backward, schema(1, data.Int64), schema(2, data.Int32), true},
		{Backward, schema(1, data.Int32), schema(2, data.Int64), false},
		{Backward, schema(1, data.Int32, doc), schema(1, data.Int32), false},
		{Backward, schema(1, data.Int32, enum("A")), schema(1, data.Int32, enum("A", "B")), false},
		{Backward, schema(1, data.Int32, enum("A", "B")), schema(1, data.Int32, enum("A")), true},
		{Forward, schema(2, data.Int32, x), schema(1, data.Int32), false},
		{Forward, schema(1, data.Int32), schema(2, data.Int32, x), true},
		{Full, schema(1, data.Int32), schema(2, data.Int32, x), false},
	} {
		if got, err := c.mode.Changes(c.record, c.current); err != nil || got != c.want {
			t.Errorf("case %d: got %t, %v", i, got, err)
		}
	}
	_, err := Forward.Changes(schema(0, data.Int32), schema(1, data.Int32))
	if err == nil || err.Error() != "Schema version required for FORWARD compatibility" {
		t.Errorf("without version: %v", err)
	}
}

func TestFieldExtractor(t *testing.T) {
	ts := func(v any) *data.Map {
		inner, m := data.NewMap(1), data.NewMap(1)
		inner.Put("ts", v)
		m.Put("a", inner)
		return m
	}
	e := NewFieldExtractor("a.ts")
	for _, c := range []struct {
		value any
		want  int64
		fails string
	}{
		{ts(int64(5)), 5, ""},
		{ts(1714568400000.9), 1714568400000, ""},
		{ts("2024"), 2024, ""},
		{ts("2024-05-01"), 1714521600000, ""},
		{ts(nil), 0, "The field 'a.ts' does not exist."},
		{ts(true), 0, "Error extracting timestamp from record field: a.ts"},
		{ts("x"), 0, `Invalid format: "x"`},
		{data.NewMap(0), 0, "The field 'a.ts' does not exist."},
		{"text", 0, "Error encoding partition."},
	} {
		got, err := e.Extract(&connect.Record{Value: c.value})
		if got != c.want || (err == nil) != (c.fails == "") || err != nil && err.Error() != c.fails {
			t.Errorf("%v: got %d, %v", c.value, got, err)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	one := data.NewStructBuilder().MustBuild()
	m := data.NewHashMap(1)
	m.Put("k", []any{int64(1), data.StructOf(one, nil)})
	_, err := JSONFormat{}.Append(nil, nil, m)
	var e *connect.Error
	want := `No serializer found for class org.apache.kafka.connect.data.Struct and no properties discovered to create BeanSerializer ` +
		`(to avoid exception, disable SerializationFeature.FAIL_ON_EMPTY_BEANS) (through reference chain: java.util.HashMap["k"]->java.util.ArrayList[1])`
	if !errors.As(err, &e) || e.Msg != want {
		t.Errorf("got %v", err)
	}
	required := data.NewStructBuilder().Field("a", data.StringSchema).MustBuild()
	if _, err := (JSONFormat{}).Append(nil, required, data.StructOf(required, []any{nil})); !reportable(err) {
		t.Errorf("missing value: %v", err)
	}
}
