package avrodata

import (
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// NoVersion is the version of a schema that the registry gives none.
const NoVersion = -1

// NewReader returns a reader of values of an Avro schema, with the Connect schema
// that they have. The version is that of the schema in a registry; it counts unless
// the schema names another one itself.
func (s *Settings) NewReader(from *avro.Schema, version int) (*Reader, error) {
	if from.Equal(newAnything()) {
		return &Reader{top: &readNode{op: readAnything}}, nil
	}
	b := reading{Settings: s, within: map[*avro.Schema]bool{}}
	top, err := b.node(from, context{version: version})
	if err != nil {
		return nil, err
	}
	return &Reader{top: top}, nil
}

// reading makes the plan to read one Avro schema.
type reading struct {
	*Settings
	within map[*avro.Schema]bool // records around
	unions int
}

// context is what a schema's place adds to it.
type context struct {
	optional bool
	def      *jsontext.Node // of the field
	doc      *string        // of the field
	version  int            // NoVersion for all but the outermost
}

func inner(optional bool) context { return context{optional: optional, version: NoVersion} }

// started is a Connect schema being built.
type started struct {
	*data.Builder
	name    string
	version int
}

func (b *reading) node(s *avro.Schema, c context) (*readNode, error) {
	if s.Type == avro.Union {
		if n, err := b.plainUnion(s, c); n != nil || err != nil {
			return n, err
		}
	}
	if b.within[s] {
		return nil, data.Errorf("The Avro schema %s contains itself: recursive schemas are not supported", s.FullName())
	}
	if s.Type == avro.Record {
		b.within[s] = true
		defer delete(b.within, s)
	}
	n := &readNode{avro: s}
	schema, err := b.begin(n, s)
	if err != nil {
		return nil, err
	}
	if err := b.annotate(schema, n, s, c); err != nil {
		return nil, err
	}
	n.schema, err = schema.Build()
	return n, err
}

// plainUnion reads a union that is no more than optional, or that has one member.
// It returns nil for others.
func (b *reading) plainUnion(s *avro.Schema, c context) (*readNode, error) {
	member, optional := -1, false
	switch null := s.NullBranch(); {
	case len(s.Branches) == 1 && b.FlattenSingletons:
		member = 0
	case len(s.Branches) == 2 && null >= 0:
		member, optional = 1-null, true
	default:
		return nil, nil
	}
	in := inner(optional)
	in.doc = c.doc
	n, err := b.node(s.Branches[member], in)
	if err != nil {
		return nil, err
	}
	u := &readNode{op: readUnion, avro: s, schema: n.schema, branches: make([]readBranch, len(s.Branches))}
	u.branches[member] = readBranch{node: n, slot: -1}
	return u, nil
}

// begin starts the Connect schema of a type.
func (b *reading) begin(n *readNode, s *avro.Schema) (*started, error) {
	logical := textProp(s, logicalType)
	switch s.Type {
	case avro.Boolean:
		return begun(n, readBoolean, data.Boolean), nil
	case avro.Double:
		return begun(n, readDouble, data.Float64), nil
	case avro.Float:
		return begun(n, readFloat, data.Float32), nil
	case avro.String:
		return begun(n, readString, data.String), nil
	case avro.Int:
		return beginInt(n, s, logical)
	case avro.Long:
		if strings.EqualFold(logical, "timestamp-millis") {
			n.op = readTimestamp
			return &started{data.NewTimestampSchema(), data.TimestampName, 1}, nil
		}
		return begun(n, readLong, data.Int64), nil
	case avro.Bytes, avro.Fixed:
		return beginBytes(n, s, logical)
	case avro.Enum:
		return b.beginEnum(n, s), nil
	case avro.Array, avro.Map:
		return b.beginContainer(n, s)
	case avro.Record:
		return b.beginRecord(n, s)
	case avro.Union:
		return b.beginUnion(n, s)
	}
	return nil, data.Errorf("Standalone null schemas are not supported by this converter")
}

func begun(n *readNode, op readOp, t data.Type) *started {
	n.op = op
	return &started{data.NewBuilder(t), "", NoVersion}
}

func textProp(s *avro.Schema, name string) string {
	n := prop(s, name)
	if n == nil || n.Kind != jsontext.Text {
		return ""
	}
	return n.Str
}

func prop(s *avro.Schema, name string) *jsontext.Node {
	raw, ok := s.Props.Get(name)
	if !ok {
		return nil
	}
	return jsontext.Parse([]byte(raw), 0)
}
