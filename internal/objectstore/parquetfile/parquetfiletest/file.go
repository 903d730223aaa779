// Package parquetfiletest reads Parquet files as the Java library shows them, for
// tests: the schema as text, and records as trees of values.
//
// Floor 2. Connect: org.apache.parquet.avro.AvroParquetReader.
package parquetfiletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// File is what a Parquet file says.
type File struct {
	Message   string // the schema, as MessageType.toString
	Metadata  map[string]string
	Codec     string
	RowGroups int
	Rows      int
	// Records are maps of fields. Lists are []any; maps with names as keys are maps;
	// bytes, decimals too, are a map of $bytes to the bytes themselves. The library
	// does not read the codec LZ4, so there are none with it.
	Records []any
}

// Read reads a file.
func Read(t testing.TB, content []byte) *File {
	t.Helper()
	f, err := Open(content)
	if err != nil {
		t.Fatalf("read a Parquet file: %v", err)
	}
	return f
}

// Open reads a file, as Read.
func Open(content []byte) (*File, error) {
	p, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	m := p.Metadata()
	root := newNode(m.Schema)
	f := &File{Message: root.message(), Metadata: map[string]string{}, RowGroups: len(m.RowGroups), Rows: int(m.NumRows)}
	for _, kv := range m.KeyValueMetadata {
		f.Metadata[kv.Key] = kv.Value
	}
	if len(m.RowGroups) > 0 {
		f.Codec = m.RowGroups[0].Columns[0].MetaData.Codec.String()
	}
	if f.Codec == format.Lz4.String() {
		return f, nil
	}
	f.Records, err = records(root, p)
	return f, err
}

func records(root *node, p *parquet.File) ([]any, error) {
	var all []any
	for _, g := range p.RowGroups() {
		rows := g.Rows()
		buffer := make([]parquet.Row, 100)
		for {
			n, err := rows.ReadRows(buffer)
			for _, row := range buffer[:n] {
				all = append(all, rowColumns(row).value(root))
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
		}
		if err := rows.Close(); err != nil {
			return nil, fmt.Errorf("close rows: %w", err)
		}
	}
	return all, nil
}
