package avroconverter

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// writePlan is how values of a schema are written to a topic.
type writePlan struct {
	key    writeKey
	head   [prefix]byte
	writer *avrodata.Writer
	raw    bool      // bytes stand without their length
	until  time.Time // then the latest schema is asked for again; zero for never
}

// FromConnect returns the bytes of a value.
func (c *Converter) FromConnect(topic string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	if value == nil && (schema == nil || schema.Optional()) {
		return nil, nil
	}
	if value == nil {
		return nil, data.Errorf("Found null value for non-optional schema")
	}
	p := &c.written
	if p.writer == nil || p.key.schema != schema || p.key.topic != topic || p.stale() {
		found, err := c.writePlan(writeKey{topic, schema})
		if err != nil {
			return nil, err
		}
		c.written = *found
	}
	dst, err := p.writer.Append(append(c.scratch[:0], p.head[:]...), value)
	if err != nil {
		return nil, c.refused(topic, err)
	}
	c.scratch = dst
	if p.raw {
		_, rest, err := avro.ReadLong(dst[prefix:])
		if err != nil {
			return nil, err
		}
		dst = append(dst[:prefix], rest...)
	}
	return slices.Clone(dst), nil
}

func (p *writePlan) stale() bool { return !p.until.IsZero() && time.Now().After(p.until) }

// refused is the error of a value that cannot be written.
func (c *Converter) refused(topic string, err error) error {
	var e *data.Error
	if errors.As(err, &e) {
		return err
	}
	return toAvro.wrong(topic, "Error serializing Avro message", err)
}

func (c *Converter) writePlan(key writeKey) (*writePlan, error) {
	if p := c.writers[key]; p != nil && !p.stale() {
		return p, nil
	}
	p, err := c.newWritePlan(key)
	if err != nil {
		return nil, err
	}
	if len(c.writers) >= c.cache {
		clear(c.writers)
	}
	c.writers[key] = p
	return p, nil
}

func (c *Converter) newWritePlan(key writeKey) (*writePlan, error) {
	own, err := c.data.FromConnect(key.schema)
	if err != nil {
		return nil, err
	}
	text, err := own.Text()
	if err != nil {
		return nil, err
	}
	subject, err := c.subject(key.topic, own)
	if err != nil {
		return nil, toAvro.wrong(key.topic, err.Error(), nil)
	}
	id, to, err := c.register(key.topic, subject, own, text)
	if err != nil {
		return nil, err
	}
	p := &writePlan{key: key, raw: to.Type == avro.Bytes}
	p.head[0] = magic
	binary.BigEndian.PutUint32(p.head[1:], uint32(id))
	if c.latest && !c.settings.register && c.latestTTL >= 0 {
		p.until = time.Now().Add(time.Duration(c.latestTTL) * time.Second)
	}
	p.writer, err = c.data.NewWriter(key.schema, to)
	return p, err
}

func (c *Converter) subject(topic string, s *avro.Schema) (string, error) {
	record := ""
	if s.Type == avro.Record {
		record = s.FullName()
	}
	return c.strategy.Subject(topic, c.key, record)
}

// register finds the id to write, and the schema that it stands for.
func (c *Converter) register(topic, subject string, own *avro.Schema, text string) (id int32, to *avro.Schema, err error) {
	ctx := context.Background()
	sent := &client.Schema{Text: text}
	switch {
	case c.settings.register:
		id, err = c.registry.Register(ctx, subject, sent, c.normalize)
		if err != nil {
			err = toAvro.unanswered(topic, "Error registering Avro schema"+text, err)
		}
		return id, own, err
	case c.id >= 0:
		s, err := c.registry.ByID(ctx, int32(c.id), subject)
		if err != nil {
			return 0, nil, toAvro.unanswered(topic, "Error retrieving schema ID"+text, err)
		}
		to, err = c.foreign(topic, s, text, c.idStrict, idStrict)
		return int32(c.id), to, err
	case c.latest:
		s, err := c.registry.Latest(ctx, subject)
		if err != nil {
			return 0, nil, toAvro.unanswered(topic, "Error retrieving latest version of Avro schema"+text, err)
		}
		to, err = c.foreign(topic, s, text, c.latestStrict, latestStrict)
		return s.ID, to, err
	}
	s, err := c.registry.LookUp(ctx, subject, sent, c.normalize, false)
	if err != nil {
		return 0, nil, toAvro.unanswered(topic, "Error retrieving Avro schema"+text, err)
	}
	return s.ID, own, nil
}

// foreign reads a schema that values are written with in place of their own.
func (c *Converter) foreign(topic string, s *client.Schema, own string, strict bool, key string) (*avro.Schema, error) {
	to, err := c.parse(s, 0)
	if err == nil && strict {
		if err = avro.Readable(own, to); err != nil {
			err = errors.Join(errors.New("Incompatible schema "+s.Text+". Set "+key+"=false to disable this check"), err)
		}
	}
	if err != nil {
		return nil, toAvro.wrong(topic, "Error serializing Avro message", err)
	}
	return to, nil
}
