package parquetfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// Bounds of what is read at a time.
const (
	rowsAtOnce = 64
	maxFooter  = 256 << 20
	magicSize  = 4
	tailSize   = 8 // length of the footer, and the magic bytes again
)

// Reader reads the records of a file in their order. It holds a page of each column.
// It is used by one goroutine at a time.
type Reader struct {
	file    *parquet.File
	root    *readNode
	groups  []parquet.RowGroup // that are not begun yet
	rows    parquet.Rows       // of the group that is; nil for none
	batch   []parquet.Row
	next    int // position in batch
	cells   cells
	left    int64 // rows of the group that were not read yet
	skipped int64 // rows to pass over in what comes
}

// NewReader opens a file of so many bytes. Its schema is that of the Avro schema
// which Confluent's connectors leave in it; without one it follows from the columns.
func NewReader(src io.ReaderAt, size int64, settings avrodata.Settings) (r *Reader, err error) {
	defer recovered(&err)
	if err := checkFooter(src, size); err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(src, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("open a Parquet file: %w", err)
	}
	m := file.Metadata()
	if err := checkCodecs(m); err != nil {
		return nil, err
	}
	tree, err := treeOf(m.Schema)
	if err != nil {
		return nil, err
	}
	schema, err := schemaOf(file, tree, settings)
	if err != nil {
		return nil, err
	}
	root, err := planOf(tree, schema)
	if err != nil {
		return nil, err
	}
	return &Reader{
		file: file, root: root, groups: file.RowGroups(),
		batch: make([]parquet.Row, 0, rowsAtOnce), cells: cells{columns: make([][]parquet.Value, tree.last)},
	}, nil
}

// checkFooter bounds the memory that the footer takes.
func checkFooter(src io.ReaderAt, size int64) error {
	var tail [tailSize]byte
	if size < magicSize+tailSize {
		return fmt.Errorf("open a Parquet file: %d bytes are too few", size)
	}
	if _, err := src.ReadAt(tail[:], size-tailSize); err != nil {
		return fmt.Errorf("open a Parquet file: %w", err)
	}
	if n := int64(binary.LittleEndian.Uint32(tail[:])); n > maxFooter || n > size-magicSize-tailSize {
		return fmt.Errorf("open a Parquet file: a footer of %d bytes", n)
	}
	return nil
}

// checkCodecs refuses what the library cannot read: it does not know LZ4, and of
// LZ4_RAW it reads pages wrong that shrink to less than a third.
func checkCodecs(m *format.FileMetaData) error {
	for _, g := range m.RowGroups {
		for _, c := range g.Columns {
			switch codec := c.MetaData.Codec; codec {
			case format.Lz4, format.Lz4Raw, format.LZO:
				return fmt.Errorf("to read Parquet files with the codec %s is not supported", codec)
			}
		}
	}
	return nil
}

// schemaOf returns the schema of the records.
func schemaOf(file *parquet.File, tree *column, settings avrodata.Settings) (*data.Schema, error) {
	text, ok := file.Lookup("parquet.avro.schema")
	if !ok {
		text, ok = file.Lookup("avro.schema")
	}
	if !ok {
		return derived(tree)
	}
	schema, err := avro.Parse([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("read the Avro schema of a Parquet file: %w", err)
	}
	r, err := settings.NewReader(schema, avrodata.NoVersion)
	if err != nil {
		return nil, fmt.Errorf("read the Avro schema of a Parquet file: %w", err)
	}
	return r.Schema(), nil
}

// Next returns the next record and its schema; io.EOF after the last.
func (r *Reader) Next() (_ *data.Schema, _ any, err error) {
	defer recovered(&err)
	for r.next == len(r.batch) {
		if err := r.fill(); err != nil {
			return nil, nil, err
		}
	}
	r.cells.split(r.batch[r.next])
	r.next++
	v, err := r.cells.take(r.root)
	return r.root.schema, v, err
}

// Skip passes over so many records, or all when there are less.
func (r *Reader) Skip(n int64) error {
	inBatch := min(n, int64(len(r.batch)-r.next))
	r.next += int(inBatch)
	r.skipped += n - inBatch
	return nil
}

// fill reads rows of the current row group, or begins the next.
func (r *Reader) fill() error {
	if r.rows == nil {
		return r.begin()
	}
	r.batch, r.next = r.batch[:cap(r.batch)], 0
	n, err := r.rows.ReadRows(r.batch)
	r.batch = r.batch[:n]
	r.left -= int64(n)
	switch {
	case err == nil && n == 0:
		err = io.ErrNoProgress
	case errors.Is(err, io.EOF) && r.left > 0:
		err = fmt.Errorf("%d are missing", r.left)
	case errors.Is(err, io.EOF):
		rows := r.rows
		r.rows = nil
		err = rows.Close()
	}
	if err != nil {
		return fmt.Errorf("read rows of a Parquet file: %w", err)
	}
	return nil
}

// begin opens the next row group that is not skipped as a whole.
func (r *Reader) begin() error {
	for len(r.groups) > 0 {
		g := r.groups[0]
		r.groups = r.groups[1:]
		if r.skipped >= g.NumRows() {
			r.skipped -= g.NumRows()
			continue
		}
		r.rows, r.left = g.Rows(), g.NumRows()-r.skipped
		if r.skipped == 0 {
			return nil
		}
		err := r.rows.SeekToRow(r.skipped)
		if r.skipped = 0; err != nil {
			return fmt.Errorf("skip rows of a Parquet file: %w", err)
		}
		return nil
	}
	return io.EOF
}

// Close releases what the file holds. The source stays open.
func (r *Reader) Close() (err error) {
	defer recovered(&err)
	if r.rows == nil {
		return nil
	}
	rows := r.rows
	r.rows = nil
	return rows.Close()
}

// recovered makes an error of a panic: the library has some for files that are not
// what they say.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("read a Parquet file: it is damaged: %v", p)
	}
}
