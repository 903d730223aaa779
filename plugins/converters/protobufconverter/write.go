package protobufconverter

import (
	"errors"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/protodata"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// writePlan is how values of a schema are written to a topic.
type writePlan struct {
	head   []byte // id of the schema, indexes of the message
	writer *protodata.Writer
}

// FromConnect returns the bytes of a value.
func (c *Converter) FromConnect(topic string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	if value == nil {
		return nil, nil
	}
	p, err := c.writers.Get(writeKey{topic, schema})
	if err != nil {
		return nil, err
	}
	dst, err := p.writer.Append(append(c.scratch[:0], p.head...), value)
	if err != nil {
		return nil, refused(topic, err)
	}
	c.scratch = dst
	return slices.Clone(dst), nil
}

// refused is the error of a value that cannot be written.
func refused(topic string, err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return format.Write.Wrong(topic, "Error serializing Protobuf message", err)
}

func (c *Converter) newWritePlan(key writeKey) (p *writePlan, until time.Time, err error) {
	own, err := c.data.FromConnect(key.schema)
	if err != nil {
		return nil, until, err
	}
	with, err := c.registry.Write(key.topic, subject.Schema{Text: own.Text, Record: own.Message})
	if err != nil {
		return nil, until, err
	}
	f, err := c.target(&with, own)
	if err != nil {
		return nil, until, format.Write.Wrong(key.topic, "Error serializing Protobuf message", err)
	}
	m, indexes, err := f.Named(own.Message)
	if err != nil {
		return nil, until, format.Write.Wrong(key.topic, "Error serializing Protobuf message", err)
	}
	p = &writePlan{head: protofile.AppendIndexes(slices.Clone(with.Head[:]), indexes)}
	if p.writer, err = c.data.NewWriter(key.schema, m); err != nil {
		return nil, until, refused(key.topic, err)
	}
	return p, with.Until, nil
}

// target returns the schema that values are written with.
func (c *Converter) target(with *subject.Written, own *protodata.Definition) (*protofile.File, error) {
	if with.Schema == nil {
		return link(own.Text, nil)
	}
	needed, err := c.registry.Dependencies(with.Schema)
	if err != nil {
		return nil, err
	}
	return link(with.Schema.Text, needed)
}
