package protodata

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/schemaregistry/protofile"
)

// node makes schema and plan for the values of a field.
func (c *compiler) node(f protoreflect.FieldDescriptor) (*readNode, error) {
	if err := c.admit(); err != nil {
		return nil, err
	}
	n, b, err := c.single(f)
	if err != nil {
		return nil, err
	}
	if f.Cardinality() == protoreflect.Repeated && n.op != readMap {
		if n.schema, err = b.Optional().Build(); err != nil {
			return nil, err
		}
		b = data.NewArray(n.schema).Optional()
		n = &readNode{op: readList, inner: n}
	}
	if c.OptionalNulls {
		if f.HasOptionalKeyword() {
			b.Optional()
		}
	} else if !c.WrapNulls {
		b.Optional()
	}
	n.schema, err = b.Parameter(tagParam, strconv.Itoa(int(f.Number()))).Build()
	return n, err
}

// single plans what is in a field, repeated or not, and starts its schema.
func (c *compiler) single(f protoreflect.FieldDescriptor) (*readNode, *data.Builder, error) {
	switch f.Kind() {
	case protoreflect.GroupKind:
		return nil, nil, data.Errorf("Unknown Connect schema type: GROUP")
	case protoreflect.EnumKind:
		return c.value(f), c.enum(f.Enum()), nil
	case protoreflect.MessageKind:
		return c.message(f)
	}
	n := c.value(f)
	t := connectTypeOf(f.Kind())
	if t == data.Int32 {
		t = narrowed(f)
	}
	n.narrow = t
	b := data.NewBuilder(t)
	if k := f.Kind(); t == data.Int32 && k != protoreflect.Int32Kind || t == data.Int64 && k != protoreflect.Int64Kind {
		b.Parameter(typeParam, k.String())
	}
	return n, b, nil
}

// narrowed returns the type of an integer that Protobuf has no word for.
func narrowed(f protoreflect.FieldDescriptor) data.Type {
	switch protofile.Params(f)[connectType] {
	case connectInt8:
		return data.Int8
	case connectInt16:
		return data.Int16
	}
	return data.Int32
}

func connectTypeOf(k protoreflect.Kind) data.Type {
	switch k {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return data.Int32
	case protoreflect.FloatKind:
		return data.Float32
	case protoreflect.DoubleKind:
		return data.Float64
	case protoreflect.BoolKind:
		return data.Boolean
	case protoreflect.StringKind:
		return data.String
	case protoreflect.BytesKind:
		return data.Bytes
	}
	return data.Int64
}

func (c *compiler) enum(e protoreflect.EnumDescriptor) *data.Builder {
	t, param := data.String, enumParam
	if c.IntEnums {
		t = data.Int32
	}
	if c.GeneralSums {
		param = sumEnum
	}
	b := data.NewBuilder(t).Name(c.nameOf(e)).Parameter(param, string(e.Name()))
	for i := range e.Values().Len() {
		v := e.Values().Get(i)
		b.Parameter(param+"."+string(v.Name()), strconv.Itoa(int(v.Number())))
	}
	return b.Optional()
}

// message plans a field that is a message: a map, a logical type, a wrapper or a
// struct.
func (c *compiler) message(f protoreflect.FieldDescriptor) (n *readNode, b *data.Builder, err error) {
	m := f.Message()
	if b = logicalSchema(f); b != nil {
		return &readNode{op: logicalOp(m)}, b.Optional(), nil
	}
	switch {
	case (c.WrapNulls || c.UnwrapPrimitives) && isWrapper(m):
		b = data.NewBuilder(unwrapped(m))
		n = &readNode{op: readWrapper, inner: c.value(m.Fields().ByNumber(1))}
	case isEntry(f):
		n, b, err = c.entries(m)
	default:
		n = &readNode{op: readStruct}
		if n.plan, err = c.plan(m); err == nil {
			b = data.Copy(n.plan.schema)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return n, b.Optional(), nil
}

// unwrapped returns the type of what is in a wrapper.
func unwrapped(m protoreflect.MessageDescriptor) data.Type {
	return connectTypeOf(m.Fields().ByNumber(1).Kind())
}

// logicalSchema starts the schema of a logical type, nil for other messages.
func logicalSchema(f protoreflect.FieldDescriptor) *data.Builder {
	switch f.Message().FullName() {
	case decimalType:
		params := protofile.Params(f)
		scale, _ := text.ParseInt(params[scaleParam])
		b := data.NewDecimalSchema(scale)
		if precision, err := text.ParseInt(params[precisionParam]); err == nil {
			b.Parameter(decimalPrecision, strconv.Itoa(int(precision)))
		}
		return b
	case dateType:
		return data.NewDateSchema()
	case timeType:
		return data.NewTimeSchema()
	case timestampType:
		return data.NewTimestampSchema()
	}
	return nil
}

func logicalOp(m protoreflect.MessageDescriptor) readOp {
	switch m.FullName() {
	case decimalType:
		return readDecimal
	case dateType:
		return readDate
	case timeType:
		return readTime
	}
	return readTimestamp
}

// isEntry tells whether a field is a map. The Java class goes by the form of the
// message, because the schemas that it makes itself do not say so.
func isEntry(f protoreflect.FieldDescriptor) bool {
	if f.Cardinality() != protoreflect.Repeated {
		return false
	}
	m := f.Message()
	if !strings.HasSuffix(string(m.Name()), entrySuffix) || m.Fields().Len() != 2 {
		return false
	}
	key, value := m.Fields().Get(0), m.Fields().Get(1)
	return key.Name() == keyField && value.Name() == valueField &&
		key.Cardinality() != protoreflect.Repeated && value.Cardinality() != protoreflect.Repeated
}

// entries plans a map.
func (c *compiler) entries(m protoreflect.MessageDescriptor) (*readNode, *data.Builder, error) {
	if p, ok := c.done[m.FullName()]; ok && p == nil {
		return nil, nil, data.Errorf("The Protobuf message %s contains itself: recursive schemas are not supported", m.FullName())
	}
	c.done[m.FullName()] = nil
	defer delete(c.done, m.FullName())
	p := &plan{message: m}
	for i := range 2 {
		f := m.Fields().Get(i)
		n, err := c.node(f)
		if err != nil {
			return nil, nil, within(string(f.Name()), err)
		}
		p.add(f, n, false)
	}
	p.index()
	b := data.NewMapOf(p.fields[0].node.schema, p.fields[1].node.schema).Name(mapName(c.nameOf(m)))
	return &readNode{op: readMap, plan: p}, b, nil
}

// value plans a primitive or enum.
func (c *compiler) value(f protoreflect.FieldDescriptor) *readNode {
	n := &readNode{op: readOp(f.Kind()), narrow: connectTypeOf(f.Kind())}
	proto2 := f.ParentFile().Syntax() == protoreflect.Proto2
	if f.Kind() != protoreflect.EnumKind {
		n.strict = !proto2
		return n
	}
	n.closed, n.asInt, n.enum = proto2, c.IntEnums, string(f.Enum().Name())
	n.symbols = map[int32]any{}
	for i := f.Enum().Values().Len() - 1; i >= 0; i-- { // of two names the first counts
		v := f.Enum().Values().Get(i)
		n.symbols[int32(v.Number())] = string(v.Name())
	}
	return n
}
