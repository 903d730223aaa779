package parquetfile

import (
	"fmt"
	"io"

	"github.com/millrace/millrace/connect/data"
)

// encoder writes one file. It is an objectstore.BatchEncoder.
type encoder struct {
	format *Format
	plan   *plan        // nil before the first record
	schema *data.Schema // that the last record came with
	writer *writer      // nil before the first batch
	lent   bool         // the writer has columns, which count
}

// Append appends a record to a spool.
func (e *encoder) Append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	plan, err := e.planFor(schema)
	if err != nil {
		return nil, err
	}
	n := plan.root
	if e.format.options.Envelope != Values {
		n = n.children[0]
	}
	dst, err = n.spool(dst, value)
	if err != nil {
		return nil, err
	}
	e.plan, e.schema = plan, schema
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

// BatchSize returns how much of a spool goes to columns at once.
func (e *encoder) BatchSize() int { return e.format.batch }

// Ready tells whether the file has columns, or may have them now. When enough for a row
// group waits, it gets them in any case, and gives them up with the end of the row group.
func (e *encoder) Ready(waiting int) bool {
	return e.lent || e.format.writers.Load() < writersMost || waiting >= e.format.group
}

// Write moves a batch to columns.
func (e *encoder) Write(w io.Writer, batch []byte, _ int) error {
	if e.writer == nil {
		e.writer = e.plan.open(w, batch)
	}
	if !e.lent {
		e.lent = true
		e.format.writers.Add(1)
		e.writer.begin(len(batch) < e.format.batch)
	}
	ended, err := e.writer.write(batch, e.format.group)
	if ended {
		e.giveBack()
	}
	if err != nil {
		return fmt.Errorf("write Parquet columns: %w", err)
	}
	return nil
}

func (e *encoder) giveBack() {
	if e.lent {
		e.lent = false
		e.format.writers.Add(-1)
	}
}

// Finish writes what is left and the footer.
func (e *encoder) Finish(w io.Writer) error {
	if e.plan == nil {
		return nil
	}
	if e.writer == nil { // the only record was taken back
		e.writer = e.plan.open(w, nil)
	}
	if err := e.writer.end(); err != nil {
		return fmt.Errorf("end a Parquet file: %w", err)
	}
	return nil
}

// Release drops what the file holds.
func (e *encoder) Release() {
	e.giveBack()
	e.writer = nil
}
