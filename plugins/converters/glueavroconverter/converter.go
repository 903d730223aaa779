package glueavroconverter

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/glue"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
)

// Converter converts keys or values. Calls wait for the registry when they meet a
// schema for the first time, and after a while again. It must not be used by several
// goroutines at a time.
type Converter struct {
	data       avrodata.Settings
	registry   *glue.Registry
	compress   bool
	unreadable bool // values are to be read into Java classes
	writers    *subject.Cache[writeKey, *writePlan]
	readers    *subject.Cache[glue.ID, *avrodata.Reader]
	codec      glue.Codec
	scratch    []byte
}

// New returns a converter for keys or for values. It reads the environment but does
// not call the registry yet.
func New(props map[string]string, _ convert.Role) (*Converter, error) {
	v, err := Config.Parse(props)
	if err != nil {
		return nil, err
	}
	return open(v, glue.FromConfig(v))
}

func open(v *config.Values, calls glue.Settings) (*Converter, error) {
	r, err := glue.Open(calls)
	if err != nil {
		return nil, err
	}
	c := &Converter{
		data: settingsOf(v), registry: r,
		compress: strings.EqualFold(v.String(compression), zlib), unreadable: v.String(recordType) != generic,
	}
	c.writers = subject.NewCache(calls.CacheSize, c.newWritePlan, alike)
	c.readers = subject.NewCache(calls.CacheSize, c.newReader, nil)
	return c, nil
}

// Close ends calls to the registry.
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

// The words of the Java converter.
const (
	writing = "Converting Kafka Connect data to byte[] failed due to serialization error: "
	reading = "Converting byte[] to Kafka Connect data failed due to serialization error: "
)

// failed is an error of the registry, or of a value; doing says in which direction.
func failed(doing string, err error) error {
	if glue.Transient(err) {
		return connect.Retriable(&connect.Error{Msg: doing, Err: err})
	}
	return data.Errorf("%s", doing).Because(err)
}
