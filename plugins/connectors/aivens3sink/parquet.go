package aivens3sink

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
)

// compileParquet makes the struct that becomes the columns of a file. A field that
// is always null has none.
func (e *envelopes) compileParquet(s *shape, fields []fieldWriter) error {
	if s.alone {
		s.schema, s.columns = fields[0].schema, fields
		return nil
	}
	b := data.NewStructBuilder().Name(parquetNamespace + "." + envelopeName)
	for _, f := range fields {
		if f.schema != nil {
			b.Field(f.name, f.schema)
			s.columns = append(s.columns, f)
		}
	}
	var err error
	s.schema, err = b.Build()
	return err
}

// parquetContent is a Parquet file.
type parquetContent struct {
	fields  *shape
	encoder *objectstore.BlockEncoder
	taken   int // bytes of records, by estimate
}

func (c *parquetContent) add(s *objectstore.Stream, r *connect.Record) error {
	value, err := c.row(r)
	if err != nil {
		return err
	}
	if err := c.encoder.Append(c.fields.schema, value); err != nil {
		return err
	}
	c.taken += sizeOf(r)
	return c.encoder.Keep(s)
}

// row returns a record as a struct of the file's schema.
func (c *parquetContent) row(r *connect.Record) (any, error) {
	if c.fields.alone {
		return c.fields.columns[0].value(r)
	}
	slots := make([]any, len(c.fields.columns))
	for i := range slots {
		var err error
		if slots[i], err = c.fields.columns[i].value(r); err != nil {
			return nil, err
		}
	}
	return data.StructOf(c.fields.schema, slots), nil
}

func (c *parquetContent) end(s *objectstore.Stream) error { return c.encoder.Finish(s) }

// mostHeld is what an encoder holds at most: a row group and its pages.
const mostHeld = 10 << 20

func (c *parquetContent) held() int { return min(c.taken, mostHeld) }

func (c *parquetContent) release() { c.encoder.Release() }

// sizeOf estimates how much memory a record takes when it is encoded.
func sizeOf(r *connect.Record) int {
	const overhead = 64
	if r.Consumed == nil {
		return overhead
	}
	return overhead + len(r.Consumed.Key) + len(r.Consumed.Value)
}
