package jsonschemaconverter

import (
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/jsondata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// readPlan is how values with a schema's id are read.
type readPlan struct {
	reader    *jsondata.Reader
	validator *jsondata.Validator // nil when values are not checked
	text      string              // of the schema
}

// ToConnect returns the value of bytes and its schema. The value refers to the bytes.
func (c *Converter) ToConnect(topic string, headers []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return nil, nil, nil
	}
	id, body, err := c.registry.Identify(topic, headers, raw)
	if err != nil {
		return nil, nil, err
	}
	p, err := c.readers.Get(readKey{topic, id})
	if err != nil {
		return nil, nil, err
	}
	if p.validator != nil {
		if err := p.validator.Validate(body); err != nil {
			return nil, nil, format.Read.Wrong(topic, "JSON does not match schema "+p.text+" of id "+id.String(), err)
		}
	}
	v, err := p.reader.Read(body)
	if err != nil {
		return nil, nil, unreadable(topic, id, err)
	}
	return p.reader.Schema(), v, nil
}

func unreadable(topic string, id subject.ID, err error) error {
	if e := placed(err, id.String()); e != nil {
		return e
	}
	return format.Read.Wrong(topic, "Error deserializing JSON message for id "+id.String(), err)
}

func (c *Converter) newReadPlan(key readKey) (p *readPlan, until time.Time, err error) {
	s, needed, err := c.registry.Read(key.topic, key.id)
	if err != nil {
		return nil, until, err
	}
	from, err := c.parse(s, needed)
	if err != nil {
		return nil, until, c.registry.Unreadable(key.topic, key.id, err)
	}
	version, err := c.registry.Version(key.topic, key.id, s, from.Title())
	if err != nil {
		return nil, until, err
	}
	if version == 0 {
		version = jsondata.NoVersion
	}
	schema, err := c.data.ToConnect(from, version)
	if err != nil {
		return nil, until, unreadable(key.topic, key.id, err)
	}
	p = &readPlan{reader: c.data.NewReader(schema), text: s.Text}
	if c.validate {
		if p.validator, err = c.data.NewValidator(from); err != nil {
			return nil, until, c.registry.Unreadable(key.topic, key.id, err)
		}
	}
	return p, until, nil
}
