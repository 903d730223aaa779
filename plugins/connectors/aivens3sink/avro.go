package aivens3sink

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrofile"
)

// compileAvro makes the Avro schema with a writer for each of its fields.
func (e *envelopes) compileAvro(s *shape, fields []fieldWriter) error {
	record, err := avro.NewNamed(avro.Record, envelopeName, avroNamespace)
	if err != nil {
		return err
	}
	for i := range fields {
		f := &fields[i]
		to := avro.New(avro.Null)
		if f.schema != nil {
			if to, err = e.avro.FromConnect(f.schema); err != nil {
				return err
			}
			if f.writer, err = e.avro.NewWriter(f.schema, to); err != nil {
				return err
			}
		}
		if err := avro.CheckName(f.name); err != nil {
			return err
		}
		record.Fields = append(record.Fields, avro.Field{Name: f.name, Schema: to})
	}
	if s.alone {
		record = record.Fields[0].Schema
	}
	s.columns = fields
	s.text, err = record.Text()
	return err
}

// avroContent is an object container file.
type avroContent struct {
	shape *shape
	codec *avrofile.Codec
	begun bool // the header is written
	sync  avrofile.Sync

	block   []byte // records
	scratch []byte // a compressed block
	count   int    // of records in block
}

func (c *avroContent) add(s *objectstore.Stream, r *connect.Record) error {
	block := c.block
	for i := range c.shape.columns {
		f := &c.shape.columns[i]
		if f.writer == nil {
			continue
		}
		v, err := f.value(r)
		if err != nil {
			return err
		}
		if block, err = f.writer.Append(block, v); err != nil {
			return err
		}
	}
	c.block = block
	c.count++
	if len(c.block) < avrofile.BlockSize {
		return nil
	}
	return c.flush(s)
}

func (c *avroContent) flush(s *objectstore.Stream) (err error) {
	if !c.begun {
		c.begun = true
		c.sync = avrofile.SyncOf(c.shape.text, c.block)
		if _, err = s.Write(avrofile.AppendHeader(nil, c.codec, c.shape.text, c.sync)); err != nil {
			return err
		}
	}
	c.scratch, err = avrofile.WriteBlock(s, c.codec, c.sync, c.count, c.block, c.scratch)
	c.block, c.count = c.block[:0], 0
	return err
}

func (c *avroContent) end(s *objectstore.Stream) error {
	if c.count == 0 {
		return nil
	}
	return c.flush(s)
}

func (c *avroContent) held() int { return cap(c.block) + cap(c.scratch) }

func (c *avroContent) release() { c.block, c.scratch = nil, nil }
