package avroformat

import (
	"io"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avrofile"
)

// encoder collects the records of one object in blocks.
type encoder struct {
	format *Format
	plan   *plan
	begun  bool // the header is written
	sync   avrofile.Sync

	block   []byte // records
	scratch []byte // a compressed block
	count   int    // of records in block
	mark    int    // where the last record begins
}

// Append adds a record to the block.
func (e *encoder) Append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	p := e.plan
	if p == nil {
		var err error
		if p, err = e.format.plan(schema); err != nil {
			return nil, err
		}
		e.block = e.format.block()
	}
	block, err := p.writer.Append(e.block, value)
	if err != nil {
		return nil, err
	}
	e.plan, e.mark, e.block = p, len(e.block), block
	e.count++
	return dst, nil
}

// Undo takes the last record back. The schema of the file stays.
func (e *encoder) Undo() {
	e.block = e.block[:e.mark]
	e.count--
}

// Keep writes the block when it is full.
func (e *encoder) Keep(w io.Writer) error {
	if len(e.block) < avrofile.BlockSize {
		return nil
	}
	return e.flush(w)
}

func (e *encoder) flush(w io.Writer) (err error) {
	c := e.format.codec
	if !e.begun {
		e.begun = true
		e.sync = avrofile.SyncOf(e.plan.schema, e.block)
		if _, err = w.Write(avrofile.AppendHeader(nil, c, e.plan.schema, e.sync)); err != nil {
			return err
		}
	}
	e.scratch, err = avrofile.WriteBlock(w, c, e.sync, e.count, e.block, e.scratch)
	e.block, e.count = e.block[:0], 0
	return err
}

// Finish writes the last block.
func (e *encoder) Finish(w io.Writer) error {
	if e.count == 0 && e.begun || e.plan == nil {
		return nil
	}
	return e.flush(w)
}

// Release gives the memory back.
func (e *encoder) Release() {
	e.format.put(e.block)
	e.format.put(e.scratch)
	e.block, e.scratch = nil, nil
}
