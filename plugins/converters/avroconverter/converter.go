package avroconverter

import (
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// Converter converts keys or values. Calls wait for the registry when they meet a
// schema for the first time. It must not be used by several goroutines at a time.
type Converter struct {
	data     avrodata.Settings
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
	c := &Converter{data: settingsOf(v)}
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

// format has the words of the Java converter.
var format = subject.Format{
	Type: "AVRO", Name: "Avro", Roles: true,
	Write: subject.Words{
		Data:    "Failed to serialize Avro data from topic %s:",
		Retry:   "Failed to serialize Avro data from topic %s :",
		Network: "Network connection error while serializing Avro data for topic %s: %s",
	},
	Read: subject.Words{
		Data:    "Failed to deserialize data for topic %s to Avro:",
		Retry:   "Failed to deserialize data for topic %s to Avro: ",
		Network: "Network connection error while deserializing data for topic %s: %s",
	},
}
