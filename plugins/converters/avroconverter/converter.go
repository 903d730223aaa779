package avroconverter

import (
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// magic is the first byte of a value with the id of its schema before it.
const magic = 0

// prefix is how many bytes stand before the Avro data.
const prefix = 5

// Converter converts keys or values. Calls wait for the registry when they meet a
// schema for the first time. It must not be used by several goroutines at a time.
type Converter struct {
	settings
	key      bool
	registry *client.Client

	writers map[writeKey]*writePlan
	written writePlan // the last one used
	scratch []byte

	readers map[readKey]*readPlan
	read    *readPlan // the last one used
}

// New returns a converter for keys or for values.
func New(props map[string]string, role convert.Role) (*Converter, error) {
	v, err := Config.Parse(props)
	if err != nil {
		return nil, err
	}
	c := &Converter{key: role == convert.Key, writers: map[writeKey]*writePlan{}, readers: map[readKey]*readPlan{}}
	if c.settings, err = settingsOf(v, role); err != nil {
		return nil, err
	}
	registry, err := client.FromConfig(v)
	if err != nil {
		return nil, err
	}
	c.registry, err = client.New(registry)
	return c, err
}

// Close closes connections to the registry.
func (c *Converter) Close() error {
	c.registry.Close()
	return nil
}

// writeKey is what a plan to write depends on.
type writeKey struct {
	topic  string
	schema *data.Schema
}

// readKey is what a plan to read depends on.
type readKey struct {
	topic string
	id    int32
	guid  string
}
