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

// ToConnect returns the value of bytes and its schema.
func (c *Converter) ToConnect(topic string, headers []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return nil, nil, nil
	}
	headers, ahead := c.split(headers)
	id, body, err := c.registry.Identify(topic, headers, raw)
	if err != nil {
		return nil, nil, err
	}
	if id.GUID == "" {
		ahead = body
	}
	size, err := protofile.SizeOfIndexes(ahead)
	if err != nil {
		return nil, nil, unreadable(topic, id, err)
	}
	if id.GUID == "" {
		body = body[size:]
	}
	r, err := c.readers.Get(readKey{topic, id, c.remember(ahead[:size])})
	if err != nil {
		return nil, nil, err
	}
	v, err := r.Read(body)
	if err != nil {
		return nil, nil, unreadable(topic, id, err)
	}
	return r.Schema(), v, nil
}

// remember returns the text of indexes, which mostly are those of the last message.
func (c *Converter) remember(indexes []byte) string {
	if string(indexes) != c.indexes {
		c.indexes = string(indexes)
	}
	return c.indexes
}

const guidSize = 17 // a byte for the version, then the globally unique id

// split takes the indexes of the message off the header with the schema's id, where
// they follow it.
func (c *Converter) split(headers []connect.RawHeader) (_ []connect.RawHeader, indexes []byte) {
	name := "__value_schema_id"
	if c.key {
		name = "__key_schema_id"
	}
	for i := len(headers) - 1; i >= 0; i-- {
		h := headers[i]
		if h.Key != name || len(h.Value) <= guidSize {
			continue
		}
		headers = slices.Clone(headers)
		headers[i].Value = h.Value[:guidSize]
		return headers, h.Value[guidSize:]
	}
	return headers, []byte{0} // as if it had said: the first message
}

func unreadable(topic string, id subject.ID, err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return format.Read.Wrong(topic, "Error deserializing Protobuf message for id "+id.String(), err)
}

func (c *Converter) newReader(key readKey) (r *protodata.Reader, until time.Time, err error) {
	s, needed, err := c.registry.Read(key.topic, key.id)
	if err != nil {
		return nil, until, err
	}
	f, err := link(s.Text, needed)
	if err != nil {
		return nil, until, c.registry.Unreadable(key.topic, key.id, err)
	}
	indexes, err := protofile.ReadIndexes([]byte(key.indexes))
	if err != nil {
		return nil, until, err
	}
	m, err := f.Message(indexes)
	if err != nil {
		return nil, until, unreadable(key.topic, key.id, err)
	}
	version, err := c.registry.Version(key.topic, key.id, s, f.FullName(m))
	if err != nil {
		return nil, until, err
	}
	if r, err = c.data.NewReader(m, version); err != nil {
		return nil, until, unreadable(key.topic, key.id, err)
	}
	return r, until, nil
}
