package protodata

import (
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/millrace/millrace/connect/data"
)

// readOp is how a value is read: as a kind of Protobuf's, or as one of these.
type readOp uint8

const (
	readEnum   = readOp(protoreflect.EnumKind)
	readString = readOp(protoreflect.StringKind)
	readBytes  = readOp(protoreflect.BytesKind)
)

const (
	readStruct readOp = iota + 32
	readWrapper
	readDecimal
	readDate
	readTime
	readTimestamp
	readList
	readMap
)

// readNode is the plan for the values of one field.
type readNode struct {
	op     readOp
	schema *data.Schema
	plan   *plan     // of structs and entries of maps
	inner  *readNode // elements; what is in a wrapper
	narrow data.Type // of integers: Int8 and Int16 are kept in a wider kind
	strict bool      // texts must be UTF-8

	symbols map[int32]any // of an enum, by number
	enum    string        // its name
	asInt   bool          // the enum is read as a number
	closed  bool          // numbers that are not the enum's do not count
}

// readField is one field of a message.
type readField struct {
	name     string
	number   protowire.Number
	wire     protowire.Type
	packable bool // elements may also stand together
	node     *readNode
	slot     int
	member   int          // of the union in the slot; -1: the slot is no union
	union    *data.Schema // of the struct for the union

	firstSibling, siblings int // slots of the members of a flattened union
}

func newReadField(f protoreflect.FieldDescriptor, n *readNode, slot, member int) readField {
	wire := wireOf(f.Kind())
	return readField{
		name: string(f.Name()), number: f.Number(), wire: wire, node: n, slot: slot, member: member,
		packable: f.Cardinality() == protoreflect.Repeated && wire != protowire.BytesType,
	}
}

func wireOf(k protoreflect.Kind) protowire.Type {
	switch k {
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return protowire.BytesType
	case protoreflect.FloatKind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return protowire.Fixed32Type
	case protoreflect.DoubleKind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return protowire.Fixed64Type
	}
	return protowire.VarintType
}

// varint returns the value of a number on the wire, nil if there is none.
func (n *readNode) varint(v uint64) any {
	switch protoreflect.Kind(n.op) {
	case protoreflect.Int64Kind, protoreflect.Uint64Kind:
		return int64(v)
	case protoreflect.Uint32Kind:
		return int64(uint32(v))
	case protoreflect.Sint64Kind:
		return protowire.DecodeZigZag(v)
	case protoreflect.Sint32Kind:
		return n.int32(int32(protowire.DecodeZigZag(v & math.MaxUint32)))
	case protoreflect.BoolKind:
		return v != 0
	case protoreflect.EnumKind:
		return n.symbol(int32(v))
	}
	return n.int32(int32(v))
}

func (n *readNode) int32(v int32) any {
	switch n.narrow {
	case data.Int8:
		return int8(v)
	case data.Int16:
		return int16(v)
	}
	return v
}

// symbol returns a value of an enum. A number that is none of the enum's has a name
// of its own.
func (n *readNode) symbol(v int32) any {
	name, ok := n.symbols[v]
	switch {
	case !ok && n.closed:
		return nil
	case n.asInt:
		return v
	case !ok:
		return "UNKNOWN_ENUM_VALUE_" + n.enum + "_" + strconv.Itoa(int(v))
	}
	return name
}

func (n *readNode) fixed32(v uint32) any {
	switch protoreflect.Kind(n.op) {
	case protoreflect.FloatKind:
		return math.Float32frombits(v)
	case protoreflect.Fixed32Kind:
		return int64(v)
	}
	return n.int32(int32(v))
}

func (n *readNode) fixed64(v uint64) any {
	if n.op == readOp(protoreflect.DoubleKind) {
		return math.Float64frombits(v)
	}
	return int64(v)
}

// zero returns the value of a field that is not there.
func (n *readNode) zero() any {
	switch wireOf(protoreflect.Kind(n.op)) {
	case protowire.Fixed32Type:
		return n.fixed32(0)
	case protowire.Fixed64Type:
		return n.fixed64(0)
	case protowire.VarintType:
		return n.varint(0)
	}
	if n.op == readBytes {
		return []byte{}
	}
	return ""
}

// unset returns the value of a field that is not there: its default, which only
// proto2 lets a schema choose.
func (n *readNode) unset(f protoreflect.FieldDescriptor) any {
	switch v := f.Default().Interface().(type) {
	case protoreflect.EnumNumber:
		return n.symbol(int32(v))
	case bool, string, float32, float64:
		return v
	case []byte:
		return append([]byte{}, v...)
	case int32:
		return n.int32(v)
	case uint32:
		return int64(v)
	case int64:
		return v
	case uint64:
		return int64(v)
	}
	return n.zero()
}
