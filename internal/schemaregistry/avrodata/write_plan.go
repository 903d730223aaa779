package avrodata

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// Writer appends values of one Connect schema in Avro's binary encoding. It keeps
// nothing between values and is safe for concurrent use.
type Writer struct {
	top            *writeNode
	ignoreDefaults bool
}

// NewWriter returns a writer of values of a Connect schema, nil for values without
// schema, as values of an Avro schema: that of FromConnect, or another one of which
// the fields are found by name. Fields that Connect does not have take their
// defaults.
func (s *Settings) NewWriter(from *data.Schema, to *avro.Schema) (*Writer, error) {
	p := planner{s}
	top, err := p.node(from, to)
	if err != nil {
		return nil, err
	}
	return &Writer{top, s.IgnoreDefaults}, nil
}

type writeOp uint8

const (
	writeInt8 writeOp = iota
	writeInt16
	writeInt32
	writeInt64
	writeFloat32
	writeFloat64
	writeBoolean
	writeString
	writeBytes
	writeFixed
	writeEnum
	writeLogical // then inner
	writeArray
	writeMap
	writeEntries // array of records of key and value
	writeStruct
	writeUnion // struct of which one field is set
	writeAnything
)

// writeNode is the plan for one schema.
type writeNode struct {
	op     writeOp
	schema *data.Schema // nil for anything
	null   []byte       // what null is written as; nil: it cannot be
	branch []byte       // what stands before a value in a union
	inner  *writeNode   // elements, values; what a logical type is written as
	key    *writeNode
	fields []writeField
	symbol map[string]int64
	size   int
}

// writeField is one field of the Avro record.
type writeField struct {
	slot  int // of the struct, -1: not there
	node  *writeNode
	fixed []byte // encoded default of a field that is not there
}

type planner struct{ *Settings }

// node plans how values of one schema become values of the other.
func (p *planner) node(from *data.Schema, to *avro.Schema) (*writeNode, error) {
	if from == nil {
		return &writeNode{op: writeAnything, branch: nil}, nil
	}
	n := &writeNode{schema: from}
	base := to
	if to.Type == avro.Union {
		if i := to.NullBranch(); i >= 0 {
			n.null = avro.AppendLong(nil, int64(i))
		}
		if isUnion(from) {
			return n, p.union(n, from, to)
		}
		i := p.branch(from, to)
		if i < 0 {
			return nil, mismatch(from, to)
		}
		n.branch, base = avro.AppendLong(nil, int64(i)), to.Branches[i]
	}
	return n, p.value(n, from, base)
}

func mismatch(from *data.Schema, to *avro.Schema) error {
	text, _ := to.Text()
	return data.Errorf("Values of %s cannot be written as Avro %s", from, text)
}

// branch finds the member of a union for a schema.
func (p *planner) branch(from *data.Schema, to *avro.Schema) int {
	found := -1
	for i, b := range to.Branches {
		if b.Type != p.typeOf(from) {
			continue
		}
		if b.Type.Named() && b.FullName() == p.fullName(from) {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

func (p *planner) fullName(s *data.Schema) string {
	if p.asEnum(s) {
		name, _ := s.Parameter(p.enumParameter())
		return name
	}
	return p.scrubFull(s.Name())
}

// typeOf is the Avro type that a schema becomes, optionality aside.
func (p *planner) typeOf(s *data.Schema) avro.Type {
	switch s.Type() {
	case data.StructType:
		return avro.Record
	case data.Array:
		return avro.Array
	case data.MapType:
		if s.Key() != nil && p.stringKeys(s.Key()) {
			return avro.Map
		}
		return avro.Array
	case data.Bytes:
		if isFixed(s) {
			return avro.Fixed
		}
	case data.String:
		if p.asEnum(s) {
			return avro.Enum
		}
	}
	t, _ := simple(s.Type())
	return t
}

// value plans values that are not null.
func (p *planner) value(n *writeNode, from *data.Schema, to *avro.Schema) error {
	if to.Type != p.typeOf(from) {
		return mismatch(from, to)
	}
	switch to.Type {
	case avro.Record:
		return p.structure(n, from, to)
	case avro.Array, avro.Map:
		return p.container(n, from, to)
	}
	if isLogical(from) {
		n.op, n.inner = writeLogical, &writeNode{schema: from}
		n = n.inner
	}
	n.op = writeOp(from.Type()) // up to bytes in the same order
	switch to.Type {
	case avro.Enum:
		n.op, n.symbol = writeEnum, make(map[string]int64, len(to.Symbols))
		for i, s := range to.Symbols {
			n.symbol[s] = int64(i)
		}
	case avro.Fixed:
		n.op, n.size = writeFixed, to.Size
	}
	return nil
}

func isLogical(s *data.Schema) bool {
	if !s.HasName() {
		return false
	}
	switch s.Name() {
	case data.DecimalName, data.DateName, data.TimeName, data.TimestampName:
		return true
	}
	return false
}

func (p *planner) container(n *writeNode, from *data.Schema, to *avro.Schema) (err error) {
	n.op = writeArray
	switch {
	case to.Type == avro.Map:
		n.op = writeMap
	case from.Type() == data.MapType:
		n.op = writeEntries
		key, value := to.Items.Field("key"), to.Items.Field("value")
		if key != 0 || value != 1 || len(to.Items.Fields) != 2 {
			return mismatch(from, to)
		}
		if n.key, err = p.node(from.Key(), to.Items.Fields[0].Schema); err != nil {
			return err
		}
		n.inner, err = p.node(from.Value(), to.Items.Fields[1].Schema)
		return err
	}
	n.inner, err = p.node(from.Value(), to.Items)
	return err
}

func (p *planner) structure(n *writeNode, from *data.Schema, to *avro.Schema) error {
	n.op = writeStruct
	slots := make(map[string]int, len(from.Fields()))
	for i, f := range from.Fields() {
		slots[p.scrub(f.Name)] = i
	}
	for i := range to.Fields {
		f := &to.Fields[i]
		slot, ok := slots[f.Name]
		if !ok {
			raw, err := encodeDefault(f)
			if err != nil {
				return err
			}
			n.fields = append(n.fields, writeField{slot: -1, fixed: raw})
			continue
		}
		node, err := p.node(from.Fields()[slot].Schema, f.Schema)
		if err != nil {
			return err
		}
		n.fields = append(n.fields, writeField{slot: slot, node: node})
	}
	return nil
}

// union plans a struct that stands for a union.
func (p *planner) union(n *writeNode, from *data.Schema, to *avro.Schema) error {
	n.op = writeUnion
	for i, f := range from.Fields() {
		member, err := p.node(f.Schema, to)
		if err != nil {
			return err
		}
		n.fields = append(n.fields, writeField{slot: i, node: member})
	}
	return nil
}

func encodeDefault(f *avro.Field) ([]byte, error) {
	if f.Default == "" {
		return nil, data.Errorf("Field %s has no default value, and the Connect schema does not have the field", f.Name)
	}
	n := jsontext.Parse([]byte(f.Default), 0)
	raw, ok := appendDefault([]byte{}, f.Schema, n)
	if !ok {
		return nil, data.Errorf("The default value of field %s does not fit its schema", f.Name)
	}
	return raw, nil
}
