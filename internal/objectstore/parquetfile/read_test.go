package parquetfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

var likeSink = avrodata.Settings{Enhanced: true, MetaData: true, FlattenSingletons: true}

// readAll reads the records of a file from one on.
func readAll(t testing.TB, file []byte, from int64) ([]record, error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file), int64(len(file)), likeSink)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := r.Skip(from); err != nil {
		return nil, err
	}
	var all []record
	for {
		schema, value, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, record{schema, value})
	}
}

// roundTrip returns the schema that AvroData makes of its own Avro schema for one.
func roundTrip(t testing.TB, s *data.Schema) *data.Schema {
	t.Helper()
	avro, err := likeSink.FromConnect(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := likeSink.NewReader(avro, avrodata.NoVersion)
	if err != nil {
		t.Fatal(err)
	}
	return r.Schema()
}

func compare(t testing.TB, got, want []record) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range got {
		schema := roundTrip(t, want[i].schema)
		if !got[i].schema.Equal(schema) {
			t.Fatalf("record %d has schema %s, want %s", i, got[i].schema, schema)
		}
		// A union of one member is that member when it is read.
		w := strings.ReplaceAll(data.Text(want[i].value), "one=Struct{int=5}", "one=5")
		if g := data.Text(got[i].value); g != w {
			t.Fatalf("record %d is %s, want %s", i, g, w)
		}
		if err := data.Validate(got[i].schema, got[i].value); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReadWhatWasWritten(t *testing.T) {
	f := newFormat(t, Options{Avro: likeSink})
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			want := decode(t, c.in...)
			got, err := readAll(t, write(t, f, want...), 0)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, want)
		})
	}
}

func TestReadCodecs(t *testing.T) {
	want := orders(t, 1000)
	for _, codec := range []string{"none", "snappy", "gzip", "zstd"} {
		got, err := readAll(t, write(t, newFormat(t, Options{Codec: codec}), want...), 0)
		if err != nil {
			t.Fatalf("%s: %v", codec, err)
		}
		compare(t, got, want)
	}
	for _, codec := range []string{"lz4", "lz4_raw"} {
		_, err := readAll(t, write(t, newFormat(t, Options{Codec: codec}), want...), 0)
		if err == nil || !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%s: %v", codec, err)
		}
	}
}

// TestReadFrom skips records within a row group, whole groups, and all.
func TestReadFrom(t *testing.T) {
	want := orders(t, 3000)
	f := newFormat(t, Options{Codec: "none"})
	f.batch, f.group = 1, 1
	e := f.New().(*encoder)
	defer e.Release()
	var file bytes.Buffer
	for part := range slices.Chunk(want, 1000) {
		var batch []byte
		for _, r := range part {
			var err error
			if batch, err = e.Append(batch, r.schema, r.value); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Write(&file, batch, len(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Finish(&file); err != nil {
		t.Fatal(err)
	}
	for _, from := range []int64{0, 1, 63, 64, 999, 1000, 1001, 2500, 2999, 3000, 5000} {
		got, err := readAll(t, file.Bytes(), from)
		if err != nil {
			t.Fatalf("from %d: %v", from, err)
		}
		compare(t, got, want[min(from, 3000):])
	}
}

// foreign is a record of a program that knows no Avro.
type foreign struct {
	ID    int64             `parquet:"id"`
	Name  *string           `parquet:"name,optional"`
	Tags  []string          `parquet:"tags,list"`
	Plain []int32           `parquet:"plain"`
	Props map[string]string `parquet:"props"`
	In    *struct {
		X float64 `parquet:"x"`
	} `parquet:"in,optional"`
	At  int64 `parquet:"at,timestamp(millisecond)"`
	Day int32 `parquet:"day,date"`
	Sum int64 `parquet:"sum,decimal(2:10)"`
}

func TestReadWithoutAvroSchema(t *testing.T) {
	var file bytes.Buffer
	name := "ä"
	rows := []foreign{
		{ID: 1, Name: &name, Tags: []string{"p", "q"}, Plain: []int32{1, 2}, Props: map[string]string{"k": "v"}, In: &struct {
			X float64 `parquet:"x"`
		}{1.5}, At: 1000, Day: 1, Sum: 12345},
		{ID: 2},
	}
	if err := parquet.Write(&file, rows); err != nil {
		t.Fatal(err)
	}
	got, err := readAll(t, file.Bytes(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, r := range got {
		if err := data.Validate(r.schema, r.value); err != nil {
			t.Error(err)
		}
		texts = append(texts, data.Text(r.value))
	}
	want := []string{
		"Struct{id=1,name=ä,tags=[p, q],plain=[1, 2],props={k=v},in=Struct{x=1.5},at=Thu Jan 01 00:00:01 UTC 1970,day=Fri Jan 02 00:00:00 UTC 1970,sum=123.45}",
		"Struct{id=2,tags=[],plain=[],props={},at=Thu Jan 01 00:00:00 UTC 1970,day=Thu Jan 01 00:00:00 UTC 1970,sum=0.00}",
	}
	if fmt.Sprint(texts) != fmt.Sprint(want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(texts, "\n"), strings.Join(want, "\n"))
	}
}

// TestReadDamage: a damaged file is an error, or reads as something, but is no panic.
func TestReadDamage(t *testing.T) {
	whole := write(t, newFormat(t, Options{Avro: likeSink}), orders(t, 200)...)
	for _, n := range []int{0, 3, 11, 12, len(whole) / 2, len(whole) - 1} {
		if _, err := readAll(t, whole[:n], 0); err == nil {
			t.Errorf("%d bytes of %d are a file", n, len(whole))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		file := bytes.Clone(whole)
		for range 1 + random.IntN(8) {
			file[random.IntN(len(file))] = byte(random.Uint32())
		}
		r, err := NewReader(bytes.NewReader(file), int64(len(file)), likeSink)
		if err != nil {
			continue
		}
		for range 300 {
			if _, _, err := r.Next(); err != nil {
				break
			}
		}
		_ = r.Close()
	}
}
