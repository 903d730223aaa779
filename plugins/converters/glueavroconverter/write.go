package glueavroconverter

import (
	"errors"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/glue"
)

// writePlan is how structs of a schema are written to a topic.
type writePlan struct {
	version glue.ID
	writer  *avrodata.Writer
}

// FromConnect returns the bytes of a struct. One that is optional, or a member of a
// union, is written with the schema of its record alone.
func (c *Converter) FromConnect(topic string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	schema, value = member(schema, value)
	if value == nil && (schema == nil || schema.Optional()) {
		return nil, nil
	}
	if value == nil {
		return nil, data.Errorf("Found null value for non-optional schema")
	}
	if schema == nil || schema.Type() != data.StructType {
		return nil, failed(writing, &glue.Error{What: "only structs with a schema can be written, not " + described(schema)})
	}
	p, err := c.writers.Get(writeKey{topic, schema})
	if err != nil {
		return nil, err
	}
	return c.encode(p, value)
}

func described(schema *data.Schema) string {
	if schema == nil {
		return "values without schema"
	}
	return schema.Type().String()
}

func (c *Converter) encode(p *writePlan, value any) ([]byte, error) {
	start := glue.AppendHeader(c.scratch[:0], p.version, c.compress)
	dst, err := p.writer.Append(start, value)
	if err != nil {
		return nil, refused(err)
	}
	c.scratch = dst
	if !c.compress {
		return slices.Clone(dst), nil
	}
	dst, err = c.codec.AppendDeflated(slices.Clone(dst[:glue.Header]), dst[glue.Header:])
	if err != nil {
		return nil, failed(writing, &glue.Error{What: "compress the value", Err: err})
	}
	return dst, nil
}

// refused is the error of a value that cannot be written.
func refused(err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return failed(writing, &glue.Error{What: "write the value as Avro", Err: err})
}

func (c *Converter) newWritePlan(key writeKey) (p *writePlan, until time.Time, err error) {
	own, err := c.data.FromConnect(key.schema)
	if err != nil {
		return nil, until, err
	}
	own = record(own)
	renamed(own, avrodata.Namespace, namespace)
	text, err := own.Text()
	if err != nil {
		return nil, until, err
	}
	p = &writePlan{}
	if p.writer, err = c.data.NewWriter(key.schema, own); err != nil {
		return nil, until, err
	}
	if p.version, until, err = c.registry.Version(key.topic, text); err != nil {
		return nil, until, failed(writing, err)
	}
	return p, until, nil
}

// record returns the record of a schema that also allows null.
func record(s *avro.Schema) *avro.Schema {
	for _, b := range s.Branches {
		if b.Type == avro.Record {
			return b
		}
	}
	return s
}
