package jsonschemaconverter

import (
	"errors"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/client"
	"github.com/millrace/millrace/internal/schemaregistry/jsondata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// Converter converts keys or values. Calls wait for the registry when they meet a
// schema for the first time. It must not be used by several goroutines at a time.
type Converter struct {
	data     jsondata.Settings
	validate bool
	indent   bool
	registry *subject.Registry
	writers  *subject.Cache[writeKey, *writePlan]
	readers  *subject.Cache[readKey, *readPlan]
	scratch  []byte
}

// New returns a converter for keys or for values.
func New(props map[string]string, role convert.Role) (*Converter, error) {
	v, err := Config.Parse(props)
	if err != nil {
		return nil, err
	}
	c := &Converter{data: settingsOf(v), validate: v.Bool(failInvalid), indent: v.Bool(indent)}
	if c.registry, err = subject.Open(v, role, &format); err != nil {
		return nil, err
	}
	c.writers = subject.NewCache(c.registry.Remembered(), c.newWritePlan, alike)
	c.readers = subject.NewCache(c.registry.Remembered(), c.newReadPlan, nil)
	return c, nil
}

// Close closes connections to the registry.
func (c *Converter) Close() error {
	c.registry.Close()
	return nil
}

// MakesValues tells the host that transformations may write into what ToConnect made.
func (c *Converter) MakesValues() {}

// writeKey is what a plan to write depends on.
type writeKey struct {
	topic  string
	schema *data.Schema
}

// alike tells whether two schemas are written to a topic in the same way.
func alike(a, b writeKey) bool { return a.topic == b.topic && a.schema.Equal(b.schema) }

// readKey is what a plan to read depends on.
type readKey struct {
	topic string
	id    subject.ID
}

// parse reads a schema of the registry and those that it needs.
func (c *Converter) parse(s *client.Schema, needed []subject.Dependency) (*jsondata.Schema, error) {
	known := make([]jsondata.Reference, len(needed))
	for i, d := range needed {
		known[i] = jsondata.Reference{Name: d.Name, Text: d.Schema.Text}
	}
	return c.data.Parse(s.Text, known)
}

// placed returns an error of the data model with the field and the schema's id in its
// text, nil for other errors.
func placed(err error, id string) error {
	var e *data.Error
	if !errors.As(err, &e) {
		return nil
	}
	where := " (schema id " + id + ")"
	var v *jsondata.ValueError
	if errors.As(err, &v) && v.Path != "" {
		where = " (field " + v.Path + ", schema id " + id + ")"
	}
	return &data.Error{Kind: e.Kind, Msg: e.Msg + where, Err: e.Err}
}
