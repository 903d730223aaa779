package objectstore

import (
	"io"
	"slices"

	"github.com/millrace/millrace/connect/data"
)

// BlockEncoder collects records of an object in memory of its own and has them written
// in batches, for those who make objects without a Sink.
type BlockEncoder struct {
	enc     BatchEncoder
	batch   []byte
	records int
	mark    int // where the last record begins
}

// NewBlockEncoder returns an encoder of one object in a format, which must be one of
// batches.
func NewBlockEncoder(f Format) *BlockEncoder { return &BlockEncoder{enc: f.New().(BatchEncoder)} }

// smallBatch is what objects that stay small take at most: there may be many of them.
const smallBatch = 16 << 10

// Append adds a record. After an error it counts as never given.
func (b *BlockEncoder) Append(schema *data.Schema, value any) error {
	if n := b.enc.BatchSize(); len(b.batch) > smallBatch && cap(b.batch) < n {
		b.batch = slices.Grow(b.batch, n+smallBatch-len(b.batch))
	}
	batch, err := b.enc.Append(b.batch, schema, value)
	if err == nil {
		b.mark, b.batch = len(b.batch), batch
		b.records++
	}
	return err
}

// Undo takes back the last record, which was not kept.
func (b *BlockEncoder) Undo() {
	b.batch = b.batch[:b.mark]
	b.records--
}

// Keep makes the last record final and writes the batch when it is full.
func (b *BlockEncoder) Keep(w io.Writer) error {
	if len(b.batch) < b.enc.BatchSize() {
		return nil
	}
	return b.flush(w)
}

func (b *BlockEncoder) flush(w io.Writer) error {
	if b.records == 0 {
		return nil
	}
	err := b.enc.Write(w, b.batch, b.records)
	b.batch, b.records = b.batch[:0], 0
	if cap(b.batch) > 4*b.enc.BatchSize() {
		b.batch = nil // one large record made it large
	}
	return err
}

// Finish writes what is left and the end of the object.
func (b *BlockEncoder) Finish(w io.Writer) error {
	if err := b.flush(w); err != nil {
		return err
	}
	return b.enc.Finish(w)
}

// Release gives back memory. It comes last, also after errors.
func (b *BlockEncoder) Release() {
	b.enc.Release()
	b.batch = nil
}
