package jsonschemaconverter

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/jsondata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// writePlan is how values of a schema are written to a topic.
type writePlan struct {
	head      [subject.Prefix]byte
	writer    *jsondata.Writer
	validator *jsondata.Validator // nil when values are not checked
	text      string              // of the schema
}

// FromConnect returns the bytes of a value: nil for a null, unless its schema is
// optional or has a default.
func (c *Converter) FromConnect(topic string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	if value == nil && c.missing(schema) {
		return nil, nil
	}
	p, err := c.writers.Get(writeKey{topic, schema})
	if err != nil {
		return nil, err
	}
	dst, ok, err := p.writer.Append(append(c.scratch[:0], p.head[:]...), value)
	if err != nil {
		return nil, p.refused(topic, err)
	}
	c.scratch = dst
	if !ok {
		return nil, nil
	}
	if p.validator != nil {
		if err := p.validator.Validate(dst[subject.Prefix:]); err != nil {
			return nil, format.Write.Wrong(topic, "JSON does not match schema "+p.text, err)
		}
	}
	if c.indent {
		return jsondata.Indent(slices.Clone(p.head[:]), dst[subject.Prefix:]), nil
	}
	return slices.Clone(dst), nil
}

// missing tells whether a null has no JSON text.
func (c *Converter) missing(schema *data.Schema) bool {
	return schema == nil || !schema.Optional() && (schema.Default() == nil || c.data.IgnoreDefaults)
}

// refused is the error of a value that cannot be written.
func (p *writePlan) refused(topic string, err error) error {
	id := strconv.Itoa(int(binary.BigEndian.Uint32(p.head[1:])))
	if e := placed(err, id); e != nil {
		return e
	}
	return format.Write.Wrong(topic, "Error serializing JSON message", err)
}

func (c *Converter) newWritePlan(key writeKey) (p *writePlan, until time.Time, err error) {
	own := subject.Schema{}
	if key.schema != nil {
		if own.Text, err = c.data.FromConnect(key.schema); err != nil {
			return nil, until, err
		}
		parsed, err := c.data.Parse(own.Text, nil)
		if err != nil {
			return nil, until, err
		}
		own.Record = parsed.Title()
	}
	with, err := c.registry.Write(key.topic, own)
	if err != nil {
		return nil, until, err
	}
	p = &writePlan{head: with.Head, writer: c.data.NewWriter(key.schema), text: own.Text}
	to, err := c.target(&with, own.Text)
	if err == nil && c.validate {
		p.validator, err = c.data.NewValidator(to)
	}
	if err != nil {
		return nil, until, format.Write.Wrong(key.topic, "Error serializing JSON message", err)
	}
	if with.Schema != nil {
		p.text = with.Schema.Text
	}
	return p, with.Until, nil
}

// target returns the schema that values are written with: that of the registry, or
// their own.
func (c *Converter) target(with *subject.Written, own string) (*jsondata.Schema, error) {
	if with.Schema == nil {
		return c.data.Parse(own, nil)
	}
	needed, err := c.registry.Dependencies(with.Schema)
	if err != nil {
		return nil, err
	}
	to, err := c.parse(with.Schema, needed)
	if err != nil {
		return nil, err
	}
	return to, with.Check(func() error {
		if own == "" {
			return errors.New("the value has no schema that could be compared")
		}
		from, err := c.data.Parse(own, nil)
		if err != nil {
			return err
		}
		return jsondata.Readable(from, to)
	})
}
