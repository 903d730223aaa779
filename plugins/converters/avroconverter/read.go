package avroconverter

import (
	"errors"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/client"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// readPlan is how values with a schema's id are read.
type readPlan struct {
	reader *avrodata.Reader
	raw    bool // bytes stand without their length
}

// ToConnect returns the value of bytes and its schema.
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
	var v any
	if p.raw {
		v, err = p.reader.Raw(body)
	} else {
		v, _, err = p.reader.Read(body)
	}
	if err != nil {
		return nil, nil, unreadable(topic, id, err)
	}
	return p.reader.Schema(), v, nil
}

func unreadable(topic string, id subject.ID, err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return format.Read.Wrong(topic, "Error deserializing Avro message for id "+id.String(), err)
}

func (c *Converter) newReadPlan(key readKey) (p *readPlan, until time.Time, err error) {
	s, needed, err := c.registry.Read(key.topic, key.id)
	if err != nil {
		return nil, until, err
	}
	from, err := parse(s, needed)
	if err != nil {
		return nil, until, c.registry.Unreadable(key.topic, key.id, err)
	}
	version, err := c.registry.Version(key.topic, key.id, s, record(from))
	if err != nil {
		return nil, until, err
	}
	if version == 0 {
		version = avrodata.NoVersion
	}
	p = &readPlan{raw: from.Type == avro.Bytes}
	p.reader, err = c.data.NewReader(from, version)
	return p, until, err
}

// parse reads a schema and those that it needs.
func parse(s *client.Schema, needed []subject.Dependency) (*avro.Schema, error) {
	var known []*avro.Schema
	for _, d := range needed {
		parsed, err := avro.Parse([]byte(d.Schema.Text), known...)
		if err != nil {
			return nil, err
		}
		known = append(known, parsed)
	}
	return avro.Parse([]byte(s.Text), known...)
}

// record is the name by which subjects know a schema; only records have one.
func record(s *avro.Schema) string {
	if s.Type == avro.Record {
		return s.FullName()
	}
	return ""
}
