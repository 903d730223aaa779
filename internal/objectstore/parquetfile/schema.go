package parquetfile

import (
	"reflect"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// parquet returns the node in the library's terms.
func (n *node) parquet() parquet.Node {
	if n.optional {
		return parquet.Optional(n.required())
	}
	return n.required()
}

func (n *node) required() parquet.Node {
	if n.alone {
		return n.children[0].required()
	}
	switch n.kind {
	case structKind, unionKind:
		return n.group()
	case listKind:
		return n.list(n.children[0].parquet())
	case mapKind:
		return n.pairs()
	default:
		return n.leaf()
	}
}

func (n *node) group() *group {
	g := &group{}
	for _, child := range n.children {
		g.add(child.name, child.parquet())
	}
	return g
}

// list makes a list of an element, which the list repeats itself when it has two
// levels.
func (n *node) list(element parquet.Node) parquet.Node {
	g := &group{typ: listType}
	if n.levels == 2 {
		g.add(elementNames[0], parquet.Repeated(element))
		return g
	}
	level := &group{}
	level.add(elementNames[1], element)
	g.add("list", parquet.Repeated(level))
	return g
}

// pairs makes a map. Entries are a list of structs in Avro.
func (n *node) pairs() parquet.Node {
	pair := n.group()
	if n.entries {
		return n.list(pair)
	}
	pair.typ = keyValueType
	g := &group{typ: mapType}
	g.add("key_value", parquet.Repeated(pair))
	return g
}

func (n *node) leaf() parquet.Node {
	switch n.logical {
	case text:
		// Dictionaries pay for text; numbers compress as well without.
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case enum:
		return parquet.Encoded(parquet.Enum(), &parquet.RLEDictionary)
	case decimal:
		return parquet.Decimal(n.scale, n.precision, n.physical())
	case date:
		return parquet.Date()
	case clock:
		return parquet.Time(parquet.Millisecond)
	case timestamp:
		return parquet.Timestamp(parquet.Millisecond)
	}
	return parquet.Leaf(annotated{Type: n.physical()})
}

func (n *node) physical() parquet.Type {
	switch n.kind {
	case int32Kind:
		return parquet.Int32Type
	case int64Kind:
		return parquet.Int64Type
	case floatKind:
		return parquet.FloatType
	case doubleKind:
		return parquet.DoubleType
	case booleanKind:
		return parquet.BooleanType
	case fixedKind:
		return parquet.FixedLenByteArrayType(n.size)
	default:
		return parquet.ByteArrayType
	}
}

// group is a group whose fields keep their order.
type group struct {
	parquet.Group
	fields []parquet.Field
	typ    parquet.Type // nil: no annotation
}

func (g *group) add(name string, n parquet.Node) { g.fields = append(g.fields, field{n, name}) }

// Fields returns the fields in their order.
func (g *group) Fields() []parquet.Field { return g.fields }

// Type returns the annotation.
func (g *group) Type() parquet.Type {
	if g.typ == nil {
		return g.Group.Type()
	}
	return g.typ
}

type field struct {
	parquet.Node
	name string
}

// Name returns the name of the field.
func (f field) Name() string { return f.name }

// Value returns the field of a row that is a map.
func (f field) Value(row reflect.Value) reflect.Value { return row.MapIndex(reflect.ValueOf(f.name)) }

// annotated is a type with annotations in place of its own.
type annotated struct {
	parquet.Type
	logical   *format.LogicalType
	converted *deprecated.ConvertedType
}

// LogicalType returns the annotation.
func (a annotated) LogicalType() *format.LogicalType { return a.logical }

// ConvertedType returns the annotation as older readers know it.
func (a annotated) ConvertedType() *deprecated.ConvertedType { return a.converted }

// Types of groups.
var (
	listType     = parquet.List(parquet.String()).Type()
	mapType      = parquet.Map(parquet.String(), parquet.String()).Type()
	keyValueType = annotated{Type: parquet.Group{}.Type(), converted: new(deprecated.MapKeyValue)}
)
