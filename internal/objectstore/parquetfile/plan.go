package parquetfile

import (
	"io"

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

// plan is how values of a schema are written. It is safe for concurrent use.
type plan struct {
	root    *node
	text    []bool // which columns have a dictionary
	options []parquet.WriterOption
}

func newPlan(root *node, codec compress.Codec, avro string) *plan {
	schema := parquet.NewSchema(root.name, root.required())
	p := &plan{root: root}
	p.options = []parquet.WriterOption{
		schema,
		createdBy{},
		parquet.Compression(codec),
		parquet.KeyValueMetadata("parquet.avro.schema", avro),
		parquet.KeyValueMetadata("writer.model.name", "avro"),
		// As the Java writer, so that readers that know no second version can read it.
		parquet.DataPageVersion(1),
		parquet.DataPageStatistics(false),
		parquet.DictionaryMaxBytes(dictionary),
		parquet.WriteBufferSize(4 << 10),
	}
	for i, path := range schema.Columns() {
		l := root.column(i).logical
		p.text = append(p.text, l == text || l == enum)
		// The library compares decimals as bytes, which is not their order.
		if l == decimal || l == number {
			p.options = append(p.options, parquet.SkipPageBounds(path...))
		}
	}
	return p
}

// createdBy puts the name of the program into files, in the form that readers take
// apart: program, version, build.
type createdBy struct{}

// ConfigureWriter sets the name.
func (createdBy) ConfigureWriter(c *parquet.WriterConfig) {
	c.CreatedBy = "millrace version 1.0.0 (build go)"
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

// open returns a writer for a file that begins with so many bytes in the spool. It is
// for one file: the library's Reset loses the names of columns.
func (p *plan) open(dst io.Writer, spooled int) *writer {
	// Columns begin with memory for a page, of which small files need little.
	page := min(max(spooled, 1<<10), pageSize)
	w := &writer{plan: p}
	w.Writer = parquet.NewWriter(dst, append(p.options[:len(p.options):len(p.options)], parquet.PageBufferSize(page))...)
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
