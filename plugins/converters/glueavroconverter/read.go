package glueavroconverter

import (
	"errors"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/glue"
)

// ToConnect returns the value of bytes and its schema.
func (c *Converter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return nil, nil, nil
	}
	id, compressed, body, err := glue.ReadHeader(raw)
	if err != nil {
		return nil, nil, broken("read what stands before the value", err)
	}
	if c.unreadable {
		return nil, nil, broken("read the value", errors.New(recordType+"="+specific+" needs Java classes: not supported, use "+generic))
	}
	if compressed {
		if body, err = c.codec.Inflate(body); err != nil {
			return nil, nil, broken("decompress the value", err)
		}
	}
	r, err := c.readers.Get(id)
	if err != nil {
		return nil, nil, err
	}
	v, _, err := r.Read(body)
	if err != nil {
		return nil, nil, unreadable(id, err)
	}
	return r.Schema(), v, nil
}

func broken(what string, err error) error {
	return failed(reading, &glue.Error{What: what, Err: err})
}

func unreadable(id glue.ID, err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return broken("read Avro with the schema version "+id.String(), err)
}

func (c *Converter) newReader(id glue.ID) (*avrodata.Reader, time.Time, error) {
	text, until, err := c.registry.Definition(id)
	if err != nil {
		return nil, until, failed(reading, err)
	}
	from, err := avro.Parse([]byte(text))
	if err != nil {
		return nil, until, broken("read the schema of version "+id.String(), err)
	}
	renamed(from, namespace, avrodata.Namespace)
	r, err := c.data.NewReader(from, avrodata.NoVersion)
	return r, until, err
}
