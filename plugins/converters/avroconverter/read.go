package avroconverter

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// readPlan is how values with a schema's id are read.
type readPlan struct {
	key    readKey
	reader *avrodata.Reader
	raw    bool // bytes stand without their length
}

// ToConnect returns the value of bytes and its schema.
func (c *Converter) ToConnect(topic string, headers []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return nil, nil, nil
	}
	key, body, err := c.identify(topic, headers, raw)
	if err != nil {
		return nil, nil, err
	}
	p := c.read
	if p == nil || p.key != key {
		if p, err = c.readPlan(key); err != nil {
			return nil, nil, err
		}
		c.read = p
	}
	var v any
	if p.raw {
		v, err = p.reader.Raw(body)
	} else {
		v, _, err = p.reader.Read(body)
	}
	if err != nil {
		return nil, nil, unreadable(key, err)
	}
	return p.reader.Schema(), v, nil
}

func unreadable(key readKey, err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return fromAvro.wrong(key.topic, fmt.Sprintf("Error deserializing Avro message for id %s", key.name()), err)
}

func (k *readKey) name() string {
	if k.guid != "" {
		return k.guid
	}
	return fmt.Sprint(k.id)
}

// identify finds the id of the schema: in a header, or before the data.
func (c *Converter) identify(topic string, headers []connect.RawHeader, raw []byte) (readKey, []byte, error) {
	name := "__value_schema_id"
	if c.key {
		name = "__key_schema_id"
	}
	const withGUID, guidSize = 1, 16
	for i := len(headers) - 1; i >= 0; i-- {
		h := &headers[i]
		if h.Key == name && len(h.Value) == 1+guidSize && h.Value[0] == withGUID {
			return readKey{topic: topic, guid: guidText(h.Value[1:])}, raw, nil
		}
	}
	if len(raw) < prefix || raw[0] != magic {
		return readKey{}, nil, fromAvro.wrong(topic, "Unknown magic byte!", nil)
	}
	return readKey{topic: topic, id: int32(binary.BigEndian.Uint32(raw[1:]))}, raw[prefix:], nil
}

func guidText(b []byte) string {
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

func (c *Converter) readPlan(key readKey) (*readPlan, error) {
	if p := c.readers[key]; p != nil {
		return p, nil
	}
	s, from, err := c.fetch(key)
	if err != nil {
		return nil, err
	}
	version, err := c.version(key, s, from)
	if err != nil {
		return nil, err
	}
	p := &readPlan{key: key, raw: from.Type == avro.Bytes}
	if p.reader, err = c.data.NewReader(from, version); err != nil {
		return nil, err
	}
	if len(c.readers) >= c.cache {
		clear(c.readers)
	}
	c.readers[key] = p
	return p, nil
}

// fetch gets the schema of an id.
func (c *Converter) fetch(key readKey) (*client.Schema, *avro.Schema, error) {
	ctx := context.Background()
	var s *client.Schema
	var err error
	if key.guid != "" {
		s, err = c.registry.ByGUID(ctx, key.guid)
	} else {
		subject := ""
		if !c.strategy.NeedsRecord() {
			subject, _ = c.strategy.Subject(key.topic, c.key, "")
		}
		s, err = c.registry.ByID(ctx, key.id, subject)
	}
	what := "Error retrieving Avro " + c.what() + " schema for id " + key.name()
	if err != nil {
		return nil, nil, fromAvro.unanswered(key.topic, what, err)
	}
	from, err := c.parse(s, 0)
	if err != nil {
		return nil, nil, fromAvro.wrong(key.topic, what, err)
	}
	return s, from, nil
}

func (c *Converter) what() string {
	if c.key {
		return "key"
	}
	return "value"
}

// version finds the version that the schema has in the subject of the topic. A
// subject that does not have it gives it none.
func (c *Converter) version(key readKey, s *client.Schema, from *avro.Schema) (int, error) {
	subject, err := c.subject(key.topic, from)
	if err != nil {
		return 0, fromAvro.wrong(key.topic, err.Error(), nil)
	}
	found, err := c.registry.LookUp(context.Background(), subject, s, false, true)
	switch {
	case client.NotFound(err):
		return avrodata.NoVersion, nil
	case err != nil:
		return 0, fromAvro.unanswered(key.topic, "Error retrieving Avro "+c.what()+" schema version for id "+key.name(), err)
	}
	return found.Version, nil
}

// maxReferences bounds how deep references may go.
const maxReferences = 32

// parse reads a schema and those that it refers to.
func (c *Converter) parse(s *client.Schema, depth int) (*avro.Schema, error) {
	if s.Type != "" && s.Type != "AVRO" {
		return nil, fmt.Errorf("the schema is not Avro but %s", s.Type)
	}
	if depth > maxReferences {
		return nil, fmt.Errorf("references between schemas are more than %d deep", maxReferences)
	}
	var known []*avro.Schema
	for _, r := range s.References {
		other, err := c.registry.Version(context.Background(), r.Subject, r.Version)
		if err != nil {
			return nil, err
		}
		parsed, err := c.parse(other, depth+1)
		if err != nil {
			return nil, err
		}
		known = append(known, parsed)
	}
	return avro.Parse([]byte(s.Text), known...)
}
