// Package avroformat writes the records of an object as an Avro object container
// file. The schema of the file is that of its first record.
//
// Floor 2. Connect: io.confluent.connect.s3.format.avro.AvroFormat.
package avroformat

import (
	"sync"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/avrofile"
)

// Settings are the choices of the format.
type Settings struct {
	Codec string // null, deflate, snappy or bzip2
	Data  avrodata.Settings
	Cache int // schemas that are remembered; less than 1 means 1
}

// Format is an objectstore.Format. The objects of a sink share its plans.
type Format struct {
	codec *avrofile.Codec
	data  avrodata.Settings
	limit int

	mu     sync.Mutex
	plans  map[*data.Schema]*plan
	scraps sync.Pool // of *[]byte
}

// plan is how values of a schema are written.
type plan struct {
	schema string
	writer *avrodata.Writer
}

// New returns a format.
func New(s Settings) (*Format, error) {
	c, err := avrofile.CodecOf(s.Codec)
	if err != nil {
		return nil, err
	}
	return &Format{codec: c, data: s.Data, limit: max(s.Cache, 1), plans: map[*data.Schema]*plan{}}, nil
}

// Extension returns .avro.
func (f *Format) Extension() string { return ".avro" }

// New returns an encoder of one object.
func (f *Format) New() objectstore.Encoder { return &encoder{format: f} }

func (f *Format) plan(schema *data.Schema) (*plan, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.plans[schema]; p != nil {
		return p, nil
	}
	to, err := f.data.FromConnect(schema)
	if err != nil {
		return nil, err
	}
	text, err := to.Text()
	if err != nil {
		return nil, err
	}
	w, err := f.data.NewWriter(schema, to)
	if err != nil {
		return nil, err
	}
	if len(f.plans) >= f.limit {
		clear(f.plans)
	}
	p := &plan{text, w}
	f.plans[schema] = p
	return p, nil
}

// scratch returns memory for a compressed block.
func (f *Format) scratch() []byte {
	if b, ok := f.scraps.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return nil
}

// put takes memory back, unless a large record made it large.
func (f *Format) put(b []byte) {
	if n := cap(b); n > 0 && n <= 4*avrofile.BlockSize {
		f.scraps.Put(&b)
	}
}
