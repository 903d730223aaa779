package aivens3sink

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/parquetfile"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
	"github.com/millrace/millrace/internal/schemaregistry/avrofile"
)

// Names of the record that fields stand in.
const (
	envelopeName     = "connector_records"
	avroNamespace    = "io.aiven.avro.output.schema"
	parquetNamespace = "io.aiven.parquet.output.schema"
)

// mostShapes is how many shapes are remembered.
const mostShapes = 100

// envelopes are the outputs avro and parquet, whose objects have a schema: that of
// the first record. A record of another shape begins another object.
type envelopes struct {
	fields   []string
	envelope bool
	avro     avrodata.Settings
	codec    *avrofile.Codec     // of Avro's blocks
	parquet  *parquetfile.Format // nil: Avro

	shapes []*shape // the one used last at the end
}

// shape is what the records of an object have in common.
type shape struct {
	key, value, header *data.Schema // header is nil without headers, or when they are not written
	members            []string     // keys of a map that stands without envelope
	more               bool         // headers or members may differ from record to record

	columns []fieldWriter // Avro: in the order of the schema
	text    string        // Avro: the schema
	schema  *data.Schema  // Parquet
	alone   bool          // Parquet: the value of the only field is the record
}

func newEnvelopes(v *config.Values, fields []string, envelope, parquet bool) (*envelopes, error) {
	e := &envelopes{fields: fields, envelope: envelope, avro: avrodata.Settings{
		Enhanced: v.Bool(enhancedAvro), ScrubNames: v.Bool(scrubNames), MetaData: v.Bool(connectMeta),
		DiscardDocDefault: v.Bool(discardDefaults), OptionalMapKeys: v.Bool(optionalMapKeys),
		FlattenSingletons: true, GeneralSums: v.Bool(generalSums), IgnoreDefaults: v.Bool(ignoreDefaults),
	}}
	var err error
	if !parquet {
		e.codec, err = avrofile.CodecOf(v.String(avroCodec))
		return e, err
	}
	e.parquet, err = parquetfile.New(parquetfile.Options{Codec: compressionOf(v), Avro: e.avro})
	return e, err
}

// shape finds the shape of a record among those that are known.
func (e *envelopes) shape(r *connect.Record) (*shape, error) {
	if r.KeySchema == nil || r.ValueSchema == nil {
		return nil, data.Errorf("Record must have schemas for key and value")
	}
	if n := len(e.shapes); n > 0 && e.shapes[n-1].plain(r) {
		return e.shapes[n-1], nil
	}
	want := shape{key: r.KeySchema, value: r.ValueSchema}
	if err := e.extend(&want, r); err != nil {
		return nil, err
	}
	for i := len(e.shapes) - 1; i >= 0; i-- {
		if e.shapes[i].same(&want) {
			found := e.shapes[i]
			e.shapes = append(append(e.shapes[:i], e.shapes[i+1:]...), found)
			return found, nil
		}
	}
	if err := e.compile(&want, r); err != nil {
		return nil, err
	}
	if len(e.shapes) >= mostShapes {
		e.shapes = append(e.shapes[:0], e.shapes[1:]...)
	}
	e.shapes = append(e.shapes, &want)
	return &want, nil
}

// extend adds what the shape owes to this record besides schemas of key and value.
func (e *envelopes) extend(s *shape, r *connect.Record) (err error) {
	for _, name := range e.fields {
		if name == "headers" {
			s.more = true
			s.header, err = headerSchema(r.Headers)
		}
	}
	if e.envelope || err != nil {
		return err
	}
	s.more = true
	if m, ok := e.only(r).(*data.Map); ok && m.StringKeys() {
		for name := range m.All() {
			s.members = append(s.members, name.(string))
		}
	}
	return nil
}

// only returns the value of the only field.
func (e *envelopes) only(r *connect.Record) any {
	switch e.fields[0] {
	case "key":
		return r.Key
	case "value":
		return r.Value
	}
	return nil
}

// plain tells whether a record is certainly of a shape for which schemas are all
// that counts.
func (s *shape) plain(r *connect.Record) bool {
	return s.key == r.KeySchema && s.value == r.ValueSchema && s.header == nil && s.members == nil && !s.more
}

func (s *shape) same(o *shape) bool {
	return sameSchema(s.key, o.key) && sameSchema(s.value, o.value) && sameSchema(s.header, o.header) &&
		len(s.members) == len(o.members) && strings.Join(s.members, "\x00") == strings.Join(o.members, "\x00")
}

func sameSchema(a, b *data.Schema) bool { return a == b || a != nil && b != nil && a.Equal(b) }

// headerSchema returns the schema of the values of all headers, nil for none.
func headerSchema(headers connect.Headers) (*data.Schema, error) {
	var first *data.Schema
	for _, h := range headers {
		switch {
		case h.Schema == nil:
			return nil, data.Errorf("Header %s without schema", h)
		case first == nil:
			first = h.Schema
		case first.Type() != h.Schema.Type():
			return nil, data.Errorf("Header schema %s for '%s' is not the same as the already defined map type: %s. "+
				"To force the same type, consider using StringConverter or similar.", h.Schema, h.Key, first)
		}
	}
	return first, nil
}

// schemaOf returns the schema of a field, nil for headers where there are none.
func (s *shape) schemaOf(field string) (*data.Schema, error) {
	switch field {
	case "key":
		return s.key, nil
	case "value":
		return s.value, nil
	case "headers":
		if s.header == nil {
			return nil, nil
		}
		return data.NewMapOf(data.StringSchema, s.header).Build()
	}
	return data.Int64Schema, nil
}

// valueOf returns the value of a field.
func valueOf(r *connect.Record, field string) (any, error) {
	switch field {
	case "key":
		return r.Key, nil
	case "value":
		return r.Value, nil
	case "offset":
		return offsetOf(r), nil
	case "timestamp":
		if r.Timestamp == connect.NoTimestamp {
			return nil, data.Errorf("The record has no timestamp")
		}
		return r.Timestamp, nil
	}
	m := data.NewHashMap(len(r.Headers))
	for _, h := range r.Headers {
		m.Put(h.Key, h.Value)
	}
	return m, nil
}

// compile makes the schema of objects of a shape.
func (e *envelopes) compile(s *shape, r *connect.Record) error {
	var fields []fieldWriter
	for _, name := range e.fields {
		schema, err := s.schemaOf(name)
		if err != nil {
			return err
		}
		fields = append(fields, fieldWriter{name: name, schema: schema})
	}
	if !e.envelope && fields[0].schema != nil {
		to, err := e.avro.FromConnect(fields[0].schema)
		if err != nil {
			return err
		}
		switch to.Type {
		case avro.Record:
			s.alone = true
		case avro.Map:
			fields = memberFields(s, fields[0])
		}
	}
	if e.parquet != nil {
		return e.compileParquet(s, fields)
	}
	return e.compileAvro(s, fields)
}

// memberFields makes a field of each key of a map.
func memberFields(s *shape, f fieldWriter) []fieldWriter {
	fields := make([]fieldWriter, len(s.members))
	for i, name := range s.members {
		fields[i] = fieldWriter{name: name, member: f.name, schema: f.schema.Value()}
	}
	return fields
}

// fieldWriter is a field of the envelope.
type fieldWriter struct {
	name   string
	member string       // the field of the record that it is a member of, or ""
	schema *data.Schema // nil: always null
	writer *avrodata.Writer
}

// value returns what stands in the field.
func (f *fieldWriter) value(r *connect.Record) (any, error) {
	if f.member == "" {
		return valueOf(r, f.name)
	}
	whole, err := valueOf(r, f.member)
	if err != nil {
		return nil, err
	}
	m, ok := whole.(*data.Map)
	if !ok {
		return nil, data.Errorf("Without envelope a %s that is a map cannot be null", f.member)
	}
	v, _ := m.Get(f.name)
	return v, nil
}

func (e *envelopes) content(s *shape) content {
	if e.parquet != nil {
		return &parquetContent{fields: s, encoder: objectstore.NewBlockEncoder(e.parquet)}
	}
	return &avroContent{shape: s, codec: e.codec}
}
