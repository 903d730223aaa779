package parquetfile

import (
	"io"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
)

// Sizes in bytes. What an open file holds is at most spoolSize, and, when it grew
// beyond that, a writer: a page of each column, and the compressed pages of one row
// group.
const (
	spoolSize    = 256 << 10 // of records that are not in columns yet
	pageSize     = 64 << 10  // of pages, before compression
	textSize     = 256 << 10 // of the values in a page of text, which is an index
	dictionary   = 128 << 10 // a larger dictionary is given up
	rowGroupSize = 8 << 20   // of the compressed pages in a row group
)

// createdBy has the form that readers take apart: program, version, build.
const createdBy = "millrace version 1.0.0 (build go)"

// plan is how values of a schema are written. It is safe for concurrent use.
type plan struct {
	root    *node
	text    []bool // which columns have a dictionary
	config  *parquet.WriterConfig
	writers sync.Pool // of *writer
}

func newPlan(root *node, codec compress.Codec, avro string) *plan {
	schema := parquet.NewSchema(root.name, root.required())
	options := []parquet.WriterOption{
		schema,
		parquet.Compression(codec),
		parquet.KeyValueMetadata("parquet.avro.schema", avro),
		parquet.KeyValueMetadata("writer.model.name", "avro"),
		// As the Java writer, so that readers that know no second version can read it.
		parquet.DataPageVersion(1),
		parquet.DataPageStatistics(false),
		parquet.PageBufferSize(pageSize),
		parquet.DictionaryMaxBytes(dictionary),
		parquet.WriteBufferSize(4 << 10),
	}
	p := &plan{root: root}
	for i, path := range schema.Columns() {
		l := root.column(i).logical
		p.text = append(p.text, l == text || l == enum)
		// The library compares decimals as bytes, which is not their order.
		if l == decimal || l == number {
			options = append(options, parquet.SkipPageBounds(path...))
		}
	}
	config, err := parquet.NewWriterConfig(options...)
	if err != nil {
		panic("configuration of a Parquet writer: " + err.Error())
	}
	p.config = config
	p.config.CreatedBy = createdBy
	return p
}

// column returns the leaf of a column.
func (n *node) column(i int) *node {
	for n.kind >= structKind {
		for _, child := range n.children {
			if i < child.last {
				n = child
				break
			}
		}
	}
	return n
}

// writer is a Parquet writer, with what is needed to fill its columns.
type writer struct {
	*parquet.Writer
	plan    *plan
	columns []*parquet.ColumnWriter
	text    []int // bytes of text in the page of each column
	rows    rows
	group   int64 // size of the file when the row group began
}

// open returns a writer for a file.
func (p *plan) open(dst io.Writer) *writer {
	if w, ok := p.writers.Get().(*writer); ok {
		w.Reset(dst)
		w.group = 0
		clear(w.text)
		return w
	}
	w := &writer{Writer: parquet.NewWriter(dst, p.config), plan: p}
	w.columns = w.ColumnWriters()
	w.text = make([]int, len(w.columns))
	w.rows.columns = make([][]parquet.Value, len(w.columns))
	return w
}

// Batches that go from the spool to the columns.
const (
	batchRows  = 64
	batchBytes = 64 << 10
)

// write moves the records of a spool to the columns, and ends the row group when it
// is full.
func (w *writer) write(spool []byte) error {
	w.rows.rest = spool
	for len(w.rows.rest) > 0 {
		begin := len(w.rows.rest)
		for i := 0; i < batchRows && len(w.rows.rest) > 0 && begin-len(w.rows.rest) < batchBytes; i++ {
			w.rows.take(w.plan.root, 0, 0)
		}
		if err := w.fill(); err != nil {
			return err
		}
	}
	w.rows.rest = nil
	if w.Size()-w.group < rowGroupSize {
		return nil
	}
	err := w.Flush()
	w.group = w.Size()
	clear(w.text)
	return err
}

// fill gives the columns what was taken for them.
func (w *writer) fill() error {
	for i, values := range w.rows.columns {
		if _, err := w.columns[i].WriteRowValues(values); err != nil {
			return err
		}
		if w.plan.text[i] {
			if err := w.page(i, values); err != nil {
				return err
			}
		}
		clear(values)
		w.rows.columns[i] = values[:0]
	}
	return nil
}

// page ends the page of a column of text when there is much in it: the library
// counts only the index.
func (w *writer) page(i int, values []parquet.Value) error {
	for j := range values {
		w.text[i] += len(values[j].ByteArray())
	}
	if w.text[i] < textSize {
		return nil
	}
	w.text[i] = 0
	return w.columns[i].Flush()
}

// close ends the file. The writer is not used any more.
func (w *writer) close() error {
	if err := w.Close(); err != nil {
		return err
	}
	w.Reset(io.Discard)
	w.plan.writers.Put(w)
	return nil
}
