package avroformat

import (
	"io"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avrofile"
)

// encoder writes the records of one object in blocks, each of a batch.
type encoder struct {
	format *Format
	plan   *plan // nil before the first record
	begun  bool  // the header is written
	sync   avrofile.Sync
}

// Append appends a record as Avro has it in a block.
func (e *encoder) Append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	p := e.plan
	if p == nil {
		var err error
		if p, err = e.format.plan(schema); err != nil {
			return nil, err
		}
	}
	dst, err := p.writer.Append(dst, value)
	if err != nil {
		return nil, err
	}
	e.plan = p
	return dst, nil
}

// BatchSize returns the size of blocks before compression.
func (e *encoder) BatchSize() int { return avrofile.BlockSize }

// Ready returns true: nothing is kept from one block to the next.
func (e *encoder) Ready(int) bool { return true }

// Write writes a block, behind the header if it is the first.
func (e *encoder) Write(w io.Writer, batch []byte, records int) error {
	f := e.format
	if !e.begun {
		e.begun = true
		e.sync = avrofile.SyncOf(e.plan.schema, batch)
		if _, err := w.Write(avrofile.AppendHeader(nil, f.codec, e.plan.schema, e.sync)); err != nil {
			return err
		}
	}
	scratch, err := avrofile.WriteBlock(w, f.codec, e.sync, records, batch, f.scratch())
	f.put(scratch)
	return err
}

// Finish writes the header of a file whose only record was taken back.
func (e *encoder) Finish(w io.Writer) error {
	if e.begun || e.plan == nil {
		return nil
	}
	return e.Write(w, nil, 0)
}

// Release does nothing: there is nothing to give back.
func (e *encoder) Release() {}
