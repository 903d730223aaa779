package parquetfile

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// kind says how values of a node are stored.
type kind uint8

const (
	int32Kind kind = iota
	int64Kind
	floatKind
	doubleKind
	booleanKind
	bytesKind
	fixedKind
	structKind
	listKind  // children[0] is the element
	mapKind   // children are key and value
	unionKind // children are the members, of which one is set
)

// logical says what a leaf means.
type logical uint8

const (
	plain logical = iota
	text
	enum
	decimal
	number // a decimal that Avro does not take for one
	date
	clock
	timestamp
)

// node is a schema as columns. Trees are immutable.
type node struct {
	name     string
	schema   *data.Schema
	kind     kind
	logical  logical
	optional bool
	repeated int  // for lists and maps: repetition level of what is in them
	entries  bool // a map that is written as a list of key and value
	levels   int  // of a list: 2 or 3
	alone    bool // an optional union of one member, which is that member

	size             int // bytes of a fixedKind
	scale, precision int // of a decimal

	children    []*node
	first, last int // its columns are first … last-1
}

// Names that the Avro converter gives a meaning.
const (
	defaultRecord  = "io.confluent.connect.avro.ConnectDefault"
	avroUnion      = "io.confluent.connect.avro.Union"
	connectUnion   = "org.apache.kafka.connect.data.Union"
	avroEnum       = "io.confluent.connect.avro.Enum"
	fixedSize      = "connect.fixed.size"
	precisionName  = "connect.decimal.precision"
	mostPrecision  = 64
	maxColumns     = 1 << 14
	maxLevels      = 120
	notARecord     = "Avro schema must be a record."
	tooManyColumns = "Parquet files with more than 16384 columns, or 120 levels, are not supported"
)

// compiler makes nodes.
type compiler struct {
	rules   avrodata.Settings
	levels  int // of lists: 2, the repeated element in a group, or 3
	columns int
}

// root returns the tree of a file's schema.
func (c *compiler) root(s *data.Schema) (*node, error) {
	// An optional struct is a union in Avro.
	if s.Type() != data.StructType || s.Optional() || isUnion(s) {
		return nil, data.Fail(data.BadArgument, notARecord)
	}
	if c.levels = 2; optionalItems(s) {
		c.levels = 3
	}
	n, err := c.node("", s, 0, 0)
	if err != nil {
		return nil, err
	}
	if n.name = s.Name(); !s.HasName() {
		n.name = defaultRecord
	}
	return n, n.checkGroups("message", "\n")
}

// node returns the tree of a schema within so many levels, of which some repeat.
func (c *compiler) node(name string, s *data.Schema, levels, repeated int) (*node, error) {
	n := &node{name: name, schema: s, optional: s.Optional(), first: c.columns}
	if levels > maxLevels {
		return nil, data.Errorf(tooManyColumns)
	}
	var err error
	switch s.Type() {
	case data.StructType:
		err = c.fields(n, levels+1, repeated)
	case data.Array, data.MapType:
		err = c.many(n, levels+2, repeated+1)
	default:
		if err = c.leaf(n); err == nil {
			c.columns++
		}
	}
	if n.last = c.columns; err == nil && n.last > maxColumns {
		err = data.Errorf(tooManyColumns)
	}
	return n, err
}

func (c *compiler) fields(n *node, levels, repeated int) error {
	n.kind = structKind
	union := isUnion(n.schema)
	if union {
		n.kind, n.alone = unionKind, n.optional && len(n.schema.Fields()) == 1
	}
	for i, f := range n.schema.Fields() {
		name := f.Name
		if union {
			name = "member" + strconv.Itoa(i)
		}
		child, err := c.node(name, f.Schema, levels, repeated)
		if err != nil {
			return err
		}
		child.optional = (child.optional || union) && !n.alone
		n.children = append(n.children, child)
	}
	return nil
}

// many makes a list, or a map. A map whose keys Avro cannot have is a list of
// entries, in which each is a struct of a key and a value.
func (c *compiler) many(n *node, levels, repeated int) error {
	s := n.schema
	n.kind, n.repeated, n.levels = listKind, repeated, c.levels
	inside := []struct {
		name   string
		schema *data.Schema
	}{{elementNames[c.levels-2], s.Value()}}
	if s.Type() == data.MapType {
		n.kind, n.entries = mapKind, !c.named(s)
		inside = append(inside, inside[0])
		inside[0].name, inside[0].schema, inside[1].name = "key", s.Key(), "value"
	}
	for _, x := range inside {
		if x.schema == nil {
			return data.Fail(data.NullValue, "schema %s does not say what its %s is", s, x.name)
		}
		child, err := c.node(x.name, x.schema, levels, repeated)
		if err != nil {
			return err
		}
		n.children = append(n.children, child)
	}
	if n.kind == mapKind && !n.entries {
		n.children[0].optional = false
	}
	return nil
}

// named tells whether a map has keys that are names, as maps of Avro and Parquet
// have them.
func (c *compiler) named(s *data.Schema) bool {
	k := s.Key()
	return k != nil && k.Type() == data.String && (!k.Optional() || c.rules.OptionalMapKeys)
}

func (c *compiler) leaf(n *node) error {
	s := n.schema
	switch s.Type() {
	case data.Int8, data.Int16, data.Int32:
		n.kind = int32Kind
		switch {
		case s.Type() != data.Int32:
		case s.Name() == data.DateName:
			n.logical = date
		case s.Name() == data.TimeName:
			n.logical = clock
		}
	case data.Int64:
		if n.kind = int64Kind; s.Name() == data.TimestampName {
			n.logical = timestamp
		}
	case data.Float32:
		n.kind = floatKind
	case data.Float64:
		n.kind = doubleKind
	case data.Boolean:
		n.kind = booleanKind
	case data.String:
		n.kind, n.logical = bytesKind, text
		if c.rules.Enhanced && isEnum(s) {
			n.logical = enum
		}
	default:
		return n.bytes()
	}
	return nil
}

// bytes makes a leaf of bytes, which may be a decimal, and all of one size.
func (n *node) bytes() error {
	n.kind = bytesKind
	if size, ok := n.schema.Parameter(fixedSize); ok && n.schema.HasName() {
		var err error
		if n.size, err = strconv.Atoi(size); err != nil || n.size <= 0 {
			return data.Fail(data.BadNumber, "For input string: %q", size)
		}
		n.kind = fixedKind
	}
	if n.schema.Name() != data.DecimalName {
		return nil
	}
	scale, err := data.Scale(n.schema)
	if err != nil {
		return err
	}
	n.scale, n.precision = int(scale), mostPrecision
	if p, ok := n.schema.Parameter(precisionName); ok {
		if n.precision, err = strconv.Atoi(p); err != nil {
			return data.Fail(data.BadNumber, "For input string: %q", p)
		}
	}
	// What is not a decimal to Avro stays bytes, without annotation.
	if n.logical = decimal; n.scale < 0 || n.precision <= 0 || n.scale > n.precision {
		n.logical = number
	}
	return nil
}

// elementNames are what the elements of lists of two and of three levels are called.
var elementNames = [...]string{"array", "element"}

// optionalItems tells whether there is an array of optional items in the schema,
// which needs lists of three levels. Keys of maps do not count.
func optionalItems(s *data.Schema) bool {
	switch s.Type() {
	case data.StructType:
		for _, f := range s.Fields() {
			if optionalItems(f.Schema) {
				return true
			}
		}
	case data.MapType:
		return s.Value() != nil && optionalItems(s.Value())
	case data.Array:
		return s.Value() != nil && (s.Value().Optional() || optionalItems(s.Value()))
	}
	return false
}

func isUnion(s *data.Schema) bool {
	_, sum := s.Parameter(connectUnion)
	return sum || s.Name() == avroUnion
}

func isEnum(s *data.Schema) bool {
	_, ok := s.Parameter(avroEnum)
	return ok
}

// emptyGroup is the error of a schema with a struct without fields.
type emptyGroup struct{ text string }

// Error returns the text of the Java writer.
func (e *emptyGroup) Error() string {
	return "Cannot write a schema with an empty group: " + e.text
}

// JavaClass returns the class that users of Connect know the error by.
func (e *emptyGroup) JavaClass() string { return "org.apache.parquet.schema.InvalidSchemaException" }

// Unwritable says that it is an error of the record.
func (e *emptyGroup) Unwritable() bool { return true }

// checkGroups looks for groups without columns. How the node is repeated, and what
// stands behind it, is for the text.
func (n *node) checkGroups(repetition, end string) error {
	if n.kind < structKind {
		return nil
	}
	if len(n.children) == 0 {
		what := repetition + " group "
		if repetition == "message" {
			what = repetition + " "
		}
		return &emptyGroup{what + n.name + " {\n}" + end}
	}
	for _, child := range n.children {
		repetition := "required"
		switch {
		case child.optional:
			repetition = "optional"
		case n.kind == listKind && n.levels == 2:
			repetition = "repeated"
		}
		if err := child.checkGroups(repetition, ""); err != nil {
			return err
		}
	}
	return nil
}
