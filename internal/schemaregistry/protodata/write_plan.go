package protodata

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/millrace/millrace/connect/data"
)

// Writer appends values of one Connect schema in Protobuf's wire format. It keeps
// nothing between values and is safe for concurrent use.
type Writer struct {
	top            *writeMessage
	wrapped        *writeNode // of values that stand in no struct
	ignoreDefaults bool
}

// NewWriter returns a writer of values of a Connect schema as values of a message:
// that of FromConnect, or another one of which the fields are found by name, or else
// by number. What the message has no field for is left out.
func (s *Settings) NewWriter(from *data.Schema, to protoreflect.MessageDescriptor) (*Writer, error) {
	p := planner{s}
	w := &Writer{ignoreDefaults: s.IgnoreDefaults}
	if from.Type() == data.StructType {
		top, err := p.message(from, to)
		if err != nil {
			return nil, outward(err)
		}
		w.top = top
		return w, nil
	}
	inner := to.Fields().ByNumber(1)
	if wrapperOf(from) == "" || !isWrapper(to) || inner == nil {
		return nil, mismatch(from, string(to.FullName()))
	}
	var err error
	w.wrapped, err = p.single(from, inner)
	return w, err
}

func mismatch(from *data.Schema, to string) error {
	return data.Errorf("Values of %s cannot be written as Protobuf %s", from, to)
}

type writeOp uint8

const (
	writeInt writeOp = iota // as a varint
	writeUint32
	writeZigZag
	writeFixed32
	writeFixed64
	writeFloat
	writeDouble
	writeBool
	writeString
	writeBytes
	writeSymbol // enum, from its name
	writeNumber // enum, from its number
	writeLogical
	writeWrapper // then inner
	writeStruct
	writeArray // of inner
	writePacked
	writeMap // entries of key and inner
)

// writeNode is the plan for the values of one field.
type writeNode struct {
	op      writeOp
	schema  *data.Schema
	tag     []byte // number and type on the wire
	always  bool   // also when it is what a reader takes for a field that is not there
	unset   uint64 // that is this
	inner   *writeNode
	key     *writeNode
	message *writeMessage
	logical string
	numbers map[string]uint64
	known   map[int32]bool
}

// writeMessage is the plan for one message.
type writeMessage struct {
	schema *data.Schema
	fields []writeField // by their numbers, as they are written
}

// writeField is one field of a message.
type writeField struct {
	name   string
	slot   int // of the struct
	member int // of the union in the slot; -1: the slot is no union
	number protoreflect.FieldNumber
	node   *writeNode
}

type planner struct{ *Settings }

// message plans how structs become messages.
func (p *planner) message(from *data.Schema, to protoreflect.MessageDescriptor) (*writeMessage, error) {
	m := &writeMessage{schema: from}
	for slot, f := range from.Fields() {
		if !isUnion(f.Schema) {
			if err := p.field(m, f, to, slot, -1); err != nil {
				return nil, err
			}
			continue
		}
		for member, inner := range f.Schema.Fields() {
			if err := p.field(m, inner, to, slot, member); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(m.fields, func(a, b writeField) int { return cmp.Compare(a.number, b.number) })
	return m, nil
}

func (p *planner) field(m *writeMessage, f data.Field, to protoreflect.MessageDescriptor, slot, member int) error {
	name := p.scrub(f.Name)
	d := to.Fields().ByName(protoreflect.Name(name))
	if d == nil {
		number, err := tag(f.Schema)
		if err != nil {
			return err
		}
		d = to.Fields().ByNumber(protoreflect.FieldNumber(number))
		if number == 0 || d == nil || p.has(m.schema, string(d.Name())) {
			return nil
		}
	}
	node, err := p.node(f.Schema, d)
	if err != nil {
		return within(name, err)
	}
	m.fields = append(m.fields, writeField{name, slot, member, d.Number(), node})
	return nil
}

// has tells whether a struct has a field, unions aside.
func (p *planner) has(s *data.Schema, name string) bool {
	return slices.ContainsFunc(s.Fields(), func(f data.Field) bool { return p.scrub(f.Name) == name })
}

// node plans the values of a field.
func (p *planner) node(from *data.Schema, to protoreflect.FieldDescriptor) (*writeNode, error) {
	many := from.Type() == data.Array || from.Type() == data.MapType
	if many != (to.Cardinality() == protoreflect.Repeated) {
		return nil, mismatch(from, describe(to))
	}
	switch from.Type() {
	case data.MapType:
		return p.entries(from, to)
	case data.Array:
		inner, err := p.single(from.Value(), to)
		if err != nil {
			return nil, err
		}
		inner.always = true // no element may be missing
		n := &writeNode{op: writeArray, schema: from, inner: inner}
		if to.IsPacked() {
			n.op, n.tag = writePacked, protowire.AppendTag(nil, to.Number(), protowire.BytesType)
		}
		return n, nil
	}
	return p.single(from, to)
}

func describe(f protoreflect.FieldDescriptor) string {
	kind := f.Kind().String()
	switch {
	case f.Message() != nil:
		kind = string(f.Message().FullName())
	case f.Enum() != nil:
		kind = string(f.Enum().FullName())
	}
	if f.Cardinality() == protoreflect.Repeated {
		return repeated + " " + kind
	}
	return kind
}

// single plans values that are neither arrays nor maps.
func (p *planner) single(from *data.Schema, to protoreflect.FieldDescriptor) (*writeNode, error) {
	n := &writeNode{schema: from, always: to.HasPresence()}
	wire := protowire.BytesType
	err := mismatch(from, describe(to))
	switch to.Kind() {
	case protoreflect.MessageKind:
		if to.Message() != nil {
			err = p.messageOf(n, from, to.Message())
		}
	case protoreflect.EnumKind:
		wire = protowire.VarintType
		err = p.enum(n, from, to.Enum())
	default:
		var ok bool
		if n.op, wire, ok = scalarOp(from, to.Kind()); ok {
			err = nil
		}
	}
	n.tag = protowire.AppendTag(nil, to.Number(), wire)
	return n, err
}

// scalarOp returns how values of a primitive are written.
func scalarOp(from *data.Schema, to protoreflect.Kind) (writeOp, protowire.Type, bool) {
	if logicalType(from) != "" {
		return 0, 0, false
	}
	t := from.Type()
	isInt := t <= data.Int64
	switch to {
	case protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.Uint64Kind:
		return writeInt, protowire.VarintType, isInt
	case protoreflect.Uint32Kind:
		return writeUint32, protowire.VarintType, isInt
	case protoreflect.Sint32Kind, protoreflect.Sint64Kind:
		return writeZigZag, protowire.VarintType, isInt
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return writeFixed32, protowire.Fixed32Type, isInt
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return writeFixed64, protowire.Fixed64Type, isInt
	case protoreflect.FloatKind:
		return writeFloat, protowire.Fixed32Type, t == data.Float32
	case protoreflect.DoubleKind:
		return writeDouble, protowire.Fixed64Type, t == data.Float64 || t == data.Float32
	case protoreflect.BoolKind:
		return writeBool, protowire.VarintType, t == data.Boolean
	case protoreflect.StringKind:
		return writeString, protowire.BytesType, t == data.String
	case protoreflect.BytesKind:
		return writeBytes, protowire.BytesType, t == data.Bytes
	}
	return 0, 0, false
}

// messageOf plans values that are messages: structs, logical types and wrappers.
func (p *planner) messageOf(n *writeNode, from *data.Schema, to protoreflect.MessageDescriptor) (err error) {
	name := string(to.FullName())
	n.always = true
	switch logical := logicalType(from); {
	case logical != "":
		if logical != name {
			return mismatch(from, name)
		}
		n.op, n.logical = writeLogical, logical
	case from.Type() == data.StructType && !isUnion(from):
		n.op = writeStruct
		n.message, err = p.message(from, to)
	case isWrapper(to) && wrapperOf(from) != "":
		n.op = writeWrapper
		n.inner, err = p.single(from, to.Fields().ByNumber(1))
	default:
		return mismatch(from, name)
	}
	return err
}

func isWrapper(m protoreflect.MessageDescriptor) bool {
	switch m.FullName() {
	case doubleWrapper, floatWrapper, int64Wrapper, uint64Wrapper, int32Wrapper, uint32Wrapper,
		boolWrapper, stringWrapper, bytesWrapper:
		return m.Fields().ByNumber(1) != nil
	}
	return false
}

func (p *planner) enum(n *writeNode, from *data.Schema, to protoreflect.EnumDescriptor) error {
	if to.Values().Len() > 0 {
		n.unset = uint64(int64(to.Values().Get(0).Number()))
	}
	switch from.Type() {
	case data.Int32:
		n.op, n.known = writeNumber, map[int32]bool{}
		for i := range to.Values().Len() {
			n.known[int32(to.Values().Get(i).Number())] = true
		}
		return nil
	case data.String:
		return p.symbols(n, from, to)
	}
	return mismatch(from, string(to.FullName()))
}

// symbols finds the numbers of an enum's symbols: those that the Connect schema has,
// and for one that has none those of the enum.
func (p *planner) symbols(n *writeNode, from *data.Schema, to protoreflect.EnumDescriptor) error {
	n.op, n.numbers = writeSymbol, map[string]uint64{}
	for i := range to.Values().Len() {
		v := to.Values().Get(i)
		n.numbers[string(v.Name())] = uint64(int64(v.Number()))
	}
	param, _ := p.enumOf(from)
	own, err := symbols(from, param)
	for _, s := range own {
		if to.Values().ByNumber(protoreflect.EnumNumber(s.number)) != nil {
			n.numbers[s.name] = uint64(int64(s.number))
		}
	}
	return err
}

// entries plans a map, which is a repeated message of key and value.
func (p *planner) entries(from *data.Schema, to protoreflect.FieldDescriptor) (*writeNode, error) {
	if to.Message() == nil || from.Key() == nil || from.Value() == nil {
		return nil, mismatch(from, describe(to))
	}
	key, value := to.Message().Fields().ByName(keyField), to.Message().Fields().ByName(valueField)
	if key == nil || value == nil || key.Number() != 1 || value.Number() != 2 {
		return nil, mismatch(from, describe(to))
	}
	n := &writeNode{op: writeMap, schema: from, tag: protowire.AppendTag(nil, to.Number(), protowire.BytesType)}
	var err error
	if n.key, err = p.node(from.Key(), key); err != nil {
		return nil, within(keyField, err)
	}
	if n.inner, err = p.node(from.Value(), value); err != nil {
		return nil, within(valueField, err)
	}
	return n, nil
}
