package content

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// readAll describes the records of an object from one on, and the error at their end.
func readAll(f Format, src io.Reader, gzipped bool, from int64) (texts []string, err error) {
	r, err := Open(f, src, gzipped)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if err := r.Skip(from); err != nil {
		return nil, err
	}
	for {
		schema, v, err := r.Next()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return texts, nil
		}
		if err != nil {
			return texts, err
		}
		if schema != nil {
			if err := data.Validate(schema, v); err != nil {
				return texts, err
			}
		}
		if raw, ok := v.([]byte); ok {
			v = string(raw)
		}
		texts = append(texts, data.Text(v))
	}
}

var (
	plain  = CSV{Separator: ',', Quote: '"', Escape: '\\'}
	header = CSV{Separator: ',', Quote: '"', Escape: '\\', Header: true}
)

func TestContent(t *testing.T) {
	for _, c := range []struct {
		format Format
		src    string
		want   string // records, with | behind each
		bad    bool   // and an error
	}{
		{JSON{}, "", "", false},
		{JSON{}, "1\n\"a\\\"b\"\ntrue\nnull\n", `1|a"b|true|null|`, false},
		{JSON{}, "{\"a\":{\"b\":[1,\"}\"]}}{\"c\":2}\n\n[3,\n 4]5", `{a={b=[1, }]}}|{c=2}|[3, 4]|5|`, false},
		{JSON{}, "\x1e{\"a\":1}\n\x1e{\"a\":2}\n", "{a=1}|{a=2}|", false},
		{JSON{}, "\"x\"\"y\"1\"z\"", "x|y|1|z|", false},
		{JSON{}, "1 {\"a\":", "1|", true},
		{JSON{}, "1 \"a", "1|", true},
		{JSON{}, "1 nope 2", "1|", true},
		{JSON{}, "]", "", true},
		{Bytes{"\n"}, "a\n\nb\n", "a||b|", false},
		{Bytes{"\n"}, "a", "a|", false},
		{Bytes{"--"}, "a-b--c-", "a-b|c-|", false},
		{Bytes{""}, "a\nb", "a\nb|", false},
		{Bytes{""}, "", "", false},
		{Text{}, "línea\r\n\nx\xff", "línea||x\uFFFD|", false},
		{header, "", "", false},
		{header, "a,b\n", "", false},
		{header, "a,b\r\n1,2\r\n\r\n3\n\"4\",\"5\"\r\n", "Struct{a=1,b=2}|Struct{a=3}|Struct{a=4,b=5}|", false},
		{header, "a,b\n\"x, \"\"y\"\" \\\"z\\\" \\n\n\",", "Struct{a=x, \"y\" \"z\" \\n\n,b=}|", false},
		{header, "a,b\n1,2,3\n", "", true},
		{header, "a,b\n1,\"2\n", "", true},
		{header, "a,,b\n1,2,3\n", "", true},
		{header, "a,a\n1,2\n", "", true},
		{plain, "1,2\n3,4", "Struct{column01=1,column02=2}|Struct{column01=3,column02=4}|", false},
		{CSV{Separator: ';', Quote: '\'', SkipLines: 2}, "x\ny\n'1;2';3\n", "Struct{column01=1;2,column02=3}|", false},
		{CSV{Separator: ',', Quote: '"', SkipLines: 2}, "x\n", "", false},
		{CSV{Separator: ',', Quote: '"', NullUnquoted: true}, "1,,\"\"\n", "Struct{column01=1,column03=}|", false},
		{CSV{Separator: ',', Quote: '"', NullQuoted: true}, "1,,\"\"\n", "Struct{column01=1,column02=}|", false},
		{CSV{Separator: ',', Latin1: true}, "\xe4\"\n", "Struct{column01=ä\"}|", false},
	} {
		for _, src := range []io.Reader{strings.NewReader(c.src), iotest.OneByteReader(strings.NewReader(c.src)), iotest.DataErrReader(strings.NewReader(c.src))} {
			all, err := readAll(c.format, src, false, 0)
			got := ""
			for _, text := range all {
				got += text + "|"
			}
			if got != c.want || (err != nil) != c.bad {
				t.Errorf("%T %q: %q, %v; want %q", c.format, c.src, got, err, c.want)
			}
		}
		whole, err := readAll(c.format, strings.NewReader(c.src), false, 0)
		for n := range int64(len(whole)) {
			if rest, _ := readAll(c.format, strings.NewReader(c.src), false, n); err == nil && fmt.Sprint(rest) != fmt.Sprint(whole[n:]) {
				t.Errorf("%T %q from %d: %q", c.format, c.src, n, rest)
			}
		}
		if rest, err := readAll(c.format, strings.NewReader(c.src), false, 100); !c.bad && (len(rest) > 0 || err != nil) {
			t.Errorf("%T %q from 100: %q, %v", c.format, c.src, rest, err)
		}
	}
}

func TestBytes(t *testing.T) {
	r, err := Open(Bytes{"\n"}, strings.NewReader("ab\ncd"), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ab", "cd"} {
		schema, v, err := r.Next()
		if err != nil || schema != data.OptionalBytesSchema || string(v.([]byte)) != want {
			t.Errorf("%s %s, %v", schema, v, err)
		}
	}
}

// TestLarge: records may be larger than what is read at a time.
func TestLarge(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	for _, f := range []Format{Text{}, plain} {
		all, err := readAll(f, strings.NewReader(long+"\ny\n"+long+"z"), false, 0)
		if err != nil || len(all) != 3 || !strings.Contains(all[0], long) || !strings.Contains(all[2], long+"z") {
			t.Errorf("%T: %d records, %v", f, len(all), err)
		}
	}
	all, err := readAll(JSON{}, strings.NewReader(`{"a":"`+long+`"} "`+long+`"`), false, 0)
	if err != nil || len(all) != 2 || all[1] != long {
		t.Errorf("JSON: %d records, %v", len(all), err)
	}
	for _, f := range []Format{Text{}, JSON{}, plain} {
		r, err := f.Open(zeros{})
		if err != nil {
			t.Fatal(err)
		}
		switch r := r.(type) {
		case *pieces:
			r.max = 1 << 20
		case *documents:
			r.max = 1 << 20
		case *rows:
			r.max = 1 << 20
		}
		if _, _, err := r.Next(); !errors.Is(err, errLong) {
			t.Errorf("%T without end: %v", f, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestGzip(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("1\n2\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if all, err := readAll(JSON{}, &packed, true, 0); err != nil || len(all) != 2 {
		t.Errorf("%q, %v", all, err)
	}
	for _, src := range []string{"", "1\n2\n", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xffgarbage"} {
		if _, err := readAll(JSON{}, strings.NewReader(src), true, 0); err == nil {
			t.Errorf("%q is taken for gzip", src)
		}
	}
}

// TestSource: an error of the source is within that of the reader.
func TestSource(t *testing.T) {
	broken := errors.New("broken")
	for _, f := range []Format{JSON{}, Bytes{"\n"}, Text{}, header, Avro{}, Parquet{}} {
		for _, begin := range []string{"", "1", "Obj\x01\x02"} {
			src := io.MultiReader(strings.NewReader(begin), iotest.ErrReader(broken))
			if _, err := readAll(f, src, false, 0); !errors.Is(err, broken) {
				t.Errorf("%T after %q: %v", f, begin, err)
			}
		}
	}
}

// TestParquetLeavesNothing behind in the folder of temporary files.
func TestParquetLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	_, err := readAll(Parquet{avrodata.Settings{}}, strings.NewReader("no Parquet file"), false, 0)
	left, readErr := os.ReadDir(dir)
	if err == nil || readErr != nil || len(left) > 0 {
		t.Errorf("%v, %v, %v", err, left, readErr)
	}
}
