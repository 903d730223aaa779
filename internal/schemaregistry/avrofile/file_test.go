package avrofile

import (
	"bytes"
	stdlib "compress/bzip2"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/twmb/avro/ocf"

	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// bunzip reads what the library does not know by itself.
type bunzip struct{}

func (bunzip) Name() string                        { return "bzip2" }
func (bunzip) Compress(src []byte) ([]byte, error) { return nil, errors.New("only read") }
func (bunzip) Close() error                        { return nil }
func (bunzip) Decompress(src []byte) ([]byte, error) {
	return io.ReadAll(stdlib.NewReader(bytes.NewReader(src)))
}

func TestFile(t *testing.T) {
	for _, name := range []string{"null", "deflate", "snappy", "bzip2"} {
		c, err := CodecOf(name)
		if err != nil {
			t.Fatal(err)
		}
		sync := SyncOf(`"string"`, []byte("first"))
		file := bytes.NewBuffer(AppendHeader(nil, c, `"string"`, sync))
		var want []string
		var scratch []byte
		for _, text := range []string{"a", strings.Repeat("long ", 20000), ""} {
			want = append(want, text, text+"!")
			records := avro.AppendString(avro.AppendString(nil, text), text+"!")
			if scratch, err = WriteBlock(file, c, sync, 2, records, scratch); err != nil {
				t.Fatal(err)
			}
		}
		r, err := ocf.NewReader(file, ocf.WithCodec(bunzip{}))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if string(r.Metadata()["avro.codec"]) != c.Name() {
			t.Errorf("codec %s, want %s", r.Metadata()["avro.codec"], name)
		}
		for i := range want {
			var got string
			if err := r.Decode(&got); err != nil || got != want[i] {
				t.Errorf("%s: record %d is %.20q, %v", name, i, got, err)
			}
		}
		if err := r.Decode(new(string)); err != io.EOF {
			t.Errorf("%s: %v after the last record", name, err)
		}
	}
	if _, err := CodecOf("zstandard"); err == nil {
		t.Error("an unknown codec was taken")
	}
}
