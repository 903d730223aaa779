package jsonconverter

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// Converter is a configured JsonConverter. It is used by one goroutine at a time.
type Converter struct {
	set     settings
	content *plan // of schema.content, or nil

	reader  data.JSONReader
	read    *cache[string, *plan] // by schema text
	kept    int                   // length of texts put into read
	latest  [recent]textPlan      // the schema texts used last
	at      int
	structs data.StructMaker
	writer  writer
}

// textPlan is a plan and the schema text it came from.
type textPlan struct {
	text string
	plan *plan
}

var (
	_ convert.Converter       = (*Converter)(nil)
	_ convert.HeaderConverter = (*Converter)(nil)
)

// New returns a converter. With a role, props are those under the converter's
// prefix; without one they must have converter.type themselves.
func New(props map[string]string, role convert.Role) (*Converter, error) {
	set, err := parse(props, role)
	if err != nil {
		return nil, err
	}
	c := &Converter{set: set, read: newCache[string, *plan](set.cache)}
	c.writer = newWriter(set)
	if c.content, err = readContent(set); err != nil {
		return nil, err
	}
	return c, nil
}

// readContent returns the plan of schema.content, nil when there is none.
func readContent(set settings) (*plan, error) {
	if set.content == "" {
		return nil, nil
	}
	src := []byte(set.content)
	kind, at, err := jsontext.Check(src)
	if err != nil {
		return nil, data.Errorf("Failed to parse schema in converter config due to serialization error: ").Because(unreadable(err))
	}
	if kind == jsontext.Null {
		return nil, nil
	}
	return readPlan(jsontext.Parse(src, at), src, set)
}

// ToConnect returns the value of a document. The value refers to raw.
func (c *Converter) ToConnect(_ string, _ []connect.RawHeader, raw []byte) (*data.Schema, any, error) {
	if raw == nil {
		return nil, nil, nil
	}
	src, err := jsontext.UTF8(raw)
	if err != nil {
		return nil, nil, notJSON(err)
	}
	switch {
	case !c.set.schemas:
		v, err := c.reader.Read(src)
		if err != nil {
			return nil, nil, notJSON(err)
		}
		return nil, v, nil
	case c.content != nil:
		v, err := c.readBare(src)
		return c.content.schemaOr(err), v, err
	}
	return c.readEnvelope(src)
}

// MakesValues tells the host that transformations may write into what ToConnect made.
func (c *Converter) MakesValues() {}

// ToHeader is ToConnect for headers.
func (c *Converter) ToHeader(topic, _ string, raw []byte) (*data.Schema, any, error) {
	return c.ToConnect(topic, nil, raw)
}

// FromConnect returns the document for a value, nil for a null without schema.
func (c *Converter) FromConnect(_ string, _ *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error) {
	return c.writer.write(schema, value)
}

// FromHeader is FromConnect for headers.
func (c *Converter) FromHeader(_, _ string, schema *data.Schema, value any) ([]byte, error) {
	return c.writer.write(schema, value)
}

// notJSON wraps a syntax error as both directions of the converter's world see it.
func notJSON(err error) error {
	return data.Errorf("Converting byte[] to Kafka Connect data failed due to serialization error: ").Because(unreadable(err))
}

func unreadable(err error) error {
	return data.Fail(data.Unserializable, "%s", err.Error()).Because(err)
}
