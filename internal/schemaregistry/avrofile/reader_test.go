package avrofile

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// fileOf returns a file with a block for each list of texts.
func fileOf(t testing.TB, codec string, blocks ...[]string) []byte {
	t.Helper()
	c := &Codec{name: codec, append: func(dst, src []byte) ([]byte, error) {
		e, err := zstd.NewWriter(nil)
		if err != nil {
			return nil, err
		}
		return e.EncodeAll(src, dst), nil
	}}
	if codec != "zstandard" {
		var err error
		if c, err = CodecOf(codec); err != nil {
			t.Fatal(err)
		}
	}
	sync := SyncOf(`"string"`, nil)
	file := bytes.NewBuffer(AppendHeader(nil, c, `"string"`, sync))
	for _, texts := range blocks {
		var records []byte
		for _, text := range texts {
			records = avro.AppendString(records, text)
		}
		if _, err := WriteBlock(file, c, sync, len(texts), records, nil); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}

// readBlocks reads all blocks but those at some positions.
func readBlocks(src io.Reader, skip ...int) (all []string, err error) {
	r, err := NewReader(src)
	if err != nil {
		return nil, err
	}
	for i := 0; ; i++ {
		count, err := r.Count()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return all, nil
		}
		if err == nil && len(skip) > 0 && skip[0] == i {
			if err = r.Skip(); err == nil {
				continue
			}
		}
		if err != nil {
			return all, err
		}
		records, err := r.Next()
		if err != nil {
			return all, err
		}
		for range count {
			var text []byte
			if text, records, err = avro.ReadBytes(records); err != nil {
				return all, err
			}
			all = append(all, string(text))
		}
	}
}

func TestReader(t *testing.T) {
	long := strings.Repeat("long ", 400_000)
	for _, codec := range []string{"null", "deflate", "snappy", "bzip2", "zstandard"} {
		file := fileOf(t, codec, []string{"a", "b"}, nil, []string{long}, []string{""})
		r, err := NewReader(bytes.NewReader(file))
		if err != nil || string(r.Schema()) != `"string"` {
			t.Fatalf("%s: %v", codec, err)
		}
		for _, src := range []io.Reader{bytes.NewReader(file), iotest.HalfReader(bytes.NewReader(file))} {
			if all, err := readBlocks(src); err != nil || len(all) != 4 || all[1] != "b" || all[2] != long {
				t.Errorf("%s: %d records, %v", codec, len(all), err)
			}
		}
		if all, err := readBlocks(bytes.NewReader(file), 1); err != nil || strings.Join(all, "|") != "a|b|" {
			t.Errorf("%s: %d records, %v", codec, len(all), err)
		}
	}
}

// TestReaderDamage: what is no whole file is an error.
func TestReaderDamage(t *testing.T) {
	whole := fileOf(t, "snappy", []string{"a", "b"}, []string{"c"})
	head := len(fileOf(t, "snappy"))
	one := len(fileOf(t, "snappy", []string{"a", "b"}))
	for n := range len(whole) {
		if _, err := readBlocks(bytes.NewReader(whole[:n])); err == nil && n != head && n != one {
			t.Errorf("%d bytes of %d are a file", n, len(whole))
		}
	}
	broken := errors.New("broken")
	for n := range len(whole) {
		src := io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(broken))
		if _, err := readBlocks(src); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	for _, text := range []string{"", "Obj\x01\x02\x02", "nope", strings.Replace(string(whole), "snappy", "xz--xz", 1)} {
		if _, err := readBlocks(strings.NewReader(text)); err == nil {
			t.Errorf("%q is a file", text)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		file := bytes.Clone(whole)
		file[random.IntN(len(file))] = byte(random.Uint32())
		_, _ = readBlocks(bytes.NewReader(file))
	}
}
