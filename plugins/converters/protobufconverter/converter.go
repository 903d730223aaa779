package protobufconverter

import (
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/protodata"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// Converter converts keys or values. Calls wait for the registry when they meet a
// schema for the first time. It must not be used by several goroutines at a time.
type Converter struct {
	data     protodata.Settings
	key      bool
	registry *subject.Registry
	writers  *subject.Cache[writeKey, *writePlan]
	readers  *subject.Cache[readKey, *protodata.Reader]
	scratch  []byte
	indexes  string // those of the last message that was read
}

// New returns a converter for keys or for values.
func New(props map[string]string, role convert.Role) (*Converter, error) {
	v, err := Config.Parse(props)
	if err != nil {
		return nil, err
	}
	c := &Converter{data: settingsOf(v), key: role == convert.Key}
	if c.registry, err = subject.Open(v, role, &format); err != nil {
		return nil, err
	}
	c.writers = subject.NewCache(c.registry.Remembered(), c.newWritePlan, alike)
	c.readers = subject.NewCache(c.registry.Remembered(), c.newReader, nil)
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
	topic   string
	id      subject.ID
	indexes string // of the message, as they stand before a value
}

// format has the words of the Java converter.
var format = subject.Format{
	Type: "PROTOBUF", Name: "Protobuf", Colon: ": ",
	Write: subject.Words{
		Data:    "Failed to serialize Protobuf data from topic %s:",
		Retry:   "Failed to serialize Protobuf data from topic %s :",
		Network: "Network connection error while serializing Protobuf data for topic %s: %s",
	},
	Read: subject.Words{
		Data:    "Failed to deserialize data for topic %s to Protobuf:",
		Retry:   "Failed to deserialize data for topic %s to Protobuf: ",
		Network: "Network connection error while deserializing data for topic %s: %s",
	},
}

// link makes descriptors of a schema and those that it needs.
func link(text string, needed []subject.Dependency) (*protofile.File, error) {
	imports := make([]protofile.Import, len(needed))
	for i, d := range needed {
		imports[i] = protofile.Import{Name: d.Name, Text: d.Schema.Text}
	}
	return protofile.Compile(text, imports)
}
