package parquetfile

import (
	"sync"
	"sync/atomic"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// Options say what files are written.
type Options struct {
	Codec    string // a value of parquet.codec
	Envelope Envelope
	Avro     avrodata.Settings // how a schema becomes that of the file
}

// Envelope is the struct that values of any schema are put into, because a Parquet
// file has records only.
type Envelope struct{ Name, Field string }

// The envelopes of Kafka's parts of a record. Values are written as they are.
var (
	Values = Envelope{}
	Keys   = Envelope{"RecordKey", "key"}
)

// Format writes Parquet files. It is an objectstore.Format.
type Format struct {
	options Options
	codec   codec
	batch   int // batchSize and groupSpool, smaller in tests
	group   int
	writers atomic.Int32 // that have columns

	mu    sync.Mutex
	plans map[*data.Schema]*plan
}

// maxPlans is how many schemas are remembered.
const maxPlans = 100

// New returns a format; an error says that there is no such codec.
func New(o Options) (*Format, error) {
	c, err := codecNamed(o.Codec)
	if err != nil {
		return nil, err
	}
	return &Format{options: o, codec: c, batch: batchSize, group: groupSpool, plans: map[*data.Schema]*plan{}}, nil
}

// Extension returns .parquet with that of the codec before it.
func (f *Format) Extension() string { return f.codec.suffix + ".parquet" }

// WrapsHeaders returns true: a file has records only.
func (f *Format) WrapsHeaders() bool { return true }

// New returns an encoder for one file. The schema of the file is that of its first
// record.
func (f *Format) New() objectstore.Encoder { return &encoder{format: f} }

// plan returns how to write values of a schema, which is remembered.
func (f *Format) plan(s *data.Schema) (*plan, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p, ok := f.plans[s]; ok {
		return p, nil
	}
	p, err := f.compile(s)
	if err != nil {
		return nil, err
	}
	if len(f.plans) >= maxPlans {
		clear(f.plans)
	}
	f.plans[s] = p
	return p, nil
}

// compile makes a plan. The order of the errors is that of the Java writer.
func (f *Format) compile(s *data.Schema) (*plan, error) {
	if e := f.options.Envelope; e != Values {
		if s == nil {
			return nil, data.Fail(data.BadSchema, "fieldSchema for field %s cannot be null.", e.Field)
		}
		var err error
		if s, err = data.NewStructBuilder().Name(e.Name).Field(e.Field, s).Build(); err != nil {
			return nil, err
		}
	}
	if s == nil {
		return nil, data.Fail(data.NullValue, "ParquetFormat writes records with a schema, and this one has none")
	}
	avro, err := f.options.Avro.FromConnect(s)
	if err != nil {
		return nil, err
	}
	text, err := avro.Text()
	if err != nil {
		return nil, err
	}
	root, err := (&compiler{rules: f.options.Avro}).root(s)
	if err != nil {
		return nil, err
	}
	if f.codec.absent != "" {
		return nil, &codecError{f.codec.absent}
	}
	return newPlan(root, f.codec.compressor(), text), nil
}
