package avroconverter

import (
	"errors"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// writePlan is how values of a schema are written to a topic.
type writePlan struct {
	head   [subject.Prefix]byte
	writer *avrodata.Writer
	raw    bool // bytes stand without their length
}

// FromConnect returns the bytes of a value.
func (c *Converter) FromConnect(topic string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	if value == nil && (schema == nil || schema.Optional()) {
		return nil, nil
	}
	if value == nil {
		return nil, data.Errorf("Found null value for non-optional schema")
	}
	p, err := c.writers.Get(writeKey{topic, schema})
	if err != nil {
		return nil, err
	}
	dst, err := p.writer.Append(append(c.scratch[:0], p.head[:]...), value)
	if err != nil {
		return nil, refused(topic, err)
	}
	c.scratch = dst
	if p.raw {
		_, rest, err := avro.ReadLong(dst[subject.Prefix:])
		if err != nil {
			return nil, err
		}
		dst = append(dst[:subject.Prefix], rest...)
	}
	return slices.Clone(dst), nil
}

// refused is the error of a value that cannot be written.
func refused(topic string, err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return format.Write.Wrong(topic, "Error serializing Avro message", err)
}

func (c *Converter) newWritePlan(key writeKey) (p *writePlan, until time.Time, err error) {
	own, err := c.data.FromConnect(key.schema)
	if err != nil {
		return nil, until, err
	}
	text, err := own.Text()
	if err != nil {
		return nil, until, err
	}
	with, err := c.registry.Write(key.topic, subject.Schema{Text: text, Record: record(own)})
	if err != nil {
		return nil, until, err
	}
	to, err := c.target(&with, own, text)
	if err != nil {
		return nil, until, format.Write.Wrong(key.topic, "Error serializing Avro message", err)
	}
	p = &writePlan{head: with.Head, raw: to.Type == avro.Bytes}
	p.writer, err = c.data.NewWriter(key.schema, to)
	return p, with.Until, err
}

// target returns the schema that values are written with.
func (c *Converter) target(with *subject.Written, own *avro.Schema, text string) (*avro.Schema, error) {
	if with.Schema == nil {
		return own, nil
	}
	needed, err := c.registry.Dependencies(with.Schema)
	if err != nil {
		return nil, err
	}
	to, err := parse(with.Schema, needed)
	if err != nil {
		return nil, err
	}
	return to, with.Check(func() error { return avro.Readable(text, to) })
}
