package parquetfile

import (
	"io"

	"github.com/parquet-go/parquet-go"
)

// writer is a Parquet writer, with what is needed to fill its columns. Between row groups
// it has no columns, and holds only what the footer will say.
type writer struct {
	*parquet.Writer
	plan    *plan
	group   *parquet.ConcurrentRowGroupWriter // nil: what is written is all of the file
	columns []*parquet.ColumnWriter
	text    []int // bytes of text in the page of each column
	rows    rows
	taken   int // bytes of the spool in the row group
}

// open returns a writer for a file that begins with a batch. It is for one file: the
// library's Reset loses the names of columns.
func (p *plan) open(dst io.Writer, first []byte) *writer {
	// Columns begin with memory for a page, of which small files need little.
	page := min(max(len(first), 1<<10), pageSize)
	w := &writer{plan: p}
	w.Writer = parquet.NewWriter(dst, append(p.options[:len(p.options):len(p.options)], parquet.PageBufferSize(page))...)
	return w
}

// begin begins a row group. The columns that the library's writer has of its own stay
// with it until the file ends, so only a last batch goes there.
func (w *writer) begin(last bool) {
	w.columns = w.ColumnWriters()
	if !last {
		w.group = w.BeginRowGroup()
		w.columns = w.group.ColumnWriters()
	}
	w.text = make([]int, len(w.columns))
	w.rows.columns = make([][]parquet.Value, len(w.columns))
	w.taken = 0
}

// Batches that go from the spool to the columns.
const (
	batchRows  = 64
	batchBytes = 64 << 10
)

// write moves the records of a spool to the columns, and ends the row group when it is
// full, at the latest when it has so many bytes of spools.
func (w *writer) write(spool []byte, limit int) (ended bool, err error) {
	w.rows.rest = spool
	for len(w.rows.rest) > 0 {
		begin := len(w.rows.rest)
		for i := 0; i < batchRows && len(w.rows.rest) > 0 && begin-len(w.rows.rest) < batchBytes; i++ {
			w.rows.take(w.plan.root, 0, 0)
		}
		if err := w.fill(); err != nil {
			return false, err
		}
	}
	w.rows.rest = nil
	w.taken += len(spool)
	if w.group == nil || w.group.Size() < rowGroupSize && w.taken < limit {
		return false, nil
	}
	return true, w.endGroup()
}

func (w *writer) endGroup() error {
	_, err := w.group.Commit()
	w.group, w.columns, w.text, w.rows.columns = nil, nil, nil, nil
	return err
}

// end writes the last row group and the footer.
func (w *writer) end() error {
	if w.group != nil {
		if err := w.endGroup(); err != nil {
			return err
		}
	}
	return w.Close()
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
