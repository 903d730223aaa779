package parquetfile

import (
	"fmt"
	"io"
	"sync"

	"github.com/millrace/millrace/connect/data"
)

// encoder writes one file. It is an objectstore.BlockEncoder.
type encoder struct {
	format *Format
	plan   *plan        // nil before the first record
	schema *data.Schema // that the last record came with
	spool  []byte
	mark   int     // where the last record begins
	writer *writer // nil until the spool was full once
}

// Append adds a record to the spool.
func (e *encoder) Append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	plan, err := e.planFor(schema)
	if err != nil {
		return nil, err
	}
	n := plan.root
	if e.format.options.Envelope != Values {
		n = n.children[0]
	}
	if e.spool == nil {
		e.spool = e.format.spools.get()
	}
	mark := len(e.spool)
	spool, err := n.spool(e.spool, value)
	if err != nil {
		return nil, err
	}
	e.spool, e.mark, e.plan, e.schema = spool, mark, plan, schema
	return dst, nil
}

// planFor returns the plan of the file, which the schema must be that of.
func (e *encoder) planFor(s *data.Schema) (*plan, error) {
	switch {
	case e.plan == nil:
		return e.format.plan(s)
	case s == e.schema, s.Equal(e.schema):
		return e.plan, nil
	}
	return nil, data.Errorf("Mismatching struct schema")
}

// Undo takes back the last record.
func (e *encoder) Undo() { e.spool = e.spool[:e.mark] }

// Keep moves the records to columns when the spool is full.
func (e *encoder) Keep(w io.Writer) error {
	if len(e.spool) < spoolSize {
		return nil
	}
	return e.drain(w)
}

func (e *encoder) drain(w io.Writer) error {
	if e.writer == nil {
		e.writer = e.plan.open(w, len(e.spool))
	}
	if err := e.writer.write(e.spool); err != nil {
		return fmt.Errorf("write Parquet columns: %w", err)
	}
	e.spool, e.mark = e.spool[:0], 0
	if cap(e.spool) > 4*spoolSize {
		e.spool = nil
	}
	return nil
}

// Finish writes what is left and the footer.
func (e *encoder) Finish(w io.Writer) error {
	if e.plan == nil {
		return nil
	}
	if err := e.drain(w); err != nil {
		return err
	}
	if err := e.writer.Close(); err != nil {
		return fmt.Errorf("end a Parquet file: %w", err)
	}
	e.writer = nil
	return nil
}

// Release drops what the file holds.
func (e *encoder) Release() {
	e.format.spools.put(e.spool)
	e.spool, e.writer = nil, nil
}

// spools keeps spools between files.
type spools struct{ kept sync.Pool } // of *[]byte

// Files that stay small, of which there may be many, get no large spool.
const leastSpool = 16 << 10

func (s *spools) get() []byte {
	if b, ok := s.kept.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, 256)
}

func (s *spools) put(b []byte) {
	if cap(b) >= leastSpool && cap(b) <= 4*spoolSize {
		s.kept.Put(&b)
	}
}
