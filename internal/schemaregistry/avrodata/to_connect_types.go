package avrodata

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

func beginInt(n *readNode, s *avro.Schema, logical string) (*started, error) {
	switch kind := textProp(s, connectType); {
	case strings.EqualFold(logical, "date"):
		n.op = readDate
		return &started{data.NewDateSchema(), data.DateName, 1}, nil
	case strings.EqualFold(logical, "time-millis"):
		n.op = readTime
		return &started{data.NewTimeSchema(), data.TimeName, 1}, nil
	case logical != "" || kind == "":
		return begun(n, readInt, data.Int32), nil
	case kind == data.Int8.Name():
		return begun(n, readInt8, data.Int8), nil
	case kind == data.Int16.Name():
		return begun(n, readInt16, data.Int16), nil
	}
	return nil, data.Errorf("Connect type annotation for Avro int field is null")
}

func beginBytes(n *readNode, s *avro.Schema, logical string) (*started, error) {
	n.size = -1
	if s.Type == avro.Fixed {
		n.size = s.Size
	}
	var b *started
	if strings.EqualFold(logical, "decimal") {
		var err error
		if b, err = beginDecimal(n, s); err != nil {
			return nil, err
		}
	} else {
		b = begun(n, readBytes, data.Bytes)
	}
	if s.Type == avro.Fixed {
		b.Parameter(fixedSize, strconv.Itoa(s.Size))
	}
	return b, nil
}

func beginDecimal(n *readNode, s *avro.Schema) (*started, error) {
	n.op = readDecimal
	if scale := prop(s, scaleParam); scale != nil && scale.Kind == jsontext.Whole {
		n.scale = int32(jsontext.Long(scale.Text))
	}
	b := &started{data.NewDecimalSchema(n.scale), data.DecimalName, 1}
	if p := prop(s, precisionProp); p != nil {
		if p.Kind != jsontext.Whole && p.Kind != jsontext.Fraction {
			return nil, data.Errorf("precision property must be a JSON Integer. https://avro.apache.org/docs/1.9.1/spec.html#Decimal")
		}
		if digits := int32(jsontext.Double(p.Text)); digits != usualPrecision {
			b.Parameter(decimalPrecision, strconv.Itoa(int(digits)))
		}
	}
	return b, nil
}

func (b *reading) beginEnum(n *readNode, s *avro.Schema) *started {
	out := begun(n, readEnum, data.String)
	if b.MetaData && s.Doc != nil {
		key := enumDoc + s.Name
		if b.DiscardDocDefault {
			key = connectEnumDoc
		}
		out.Parameter(key, *s.Doc)
	}
	if b.MetaData && !b.DiscardDocDefault && s.EnumDefault != nil {
		out.Parameter(enumDefault+s.Name, *s.EnumDefault)
	}
	param := b.enumParameter()
	out.Parameter(param, s.FullName())
	for i, symbol := range s.Symbols {
		n.symbols = append(n.symbols, symbol)
		value := symbol
		if b.GeneralSums {
			value = strconv.Itoa(i)
		}
		out.Parameter(param+"."+symbol, value)
	}
	return out
}

func (b *reading) beginContainer(n *readNode, s *avro.Schema) (*started, error) {
	n.op = readArray
	if s.Type == avro.Array && isEntry(s.Items) {
		return b.beginEntries(n, s.Items)
	}
	var err error
	if n.inner, err = b.node(s.Items, inner(false)); err != nil {
		return nil, err
	}
	if s.Type == avro.Map {
		n.op = readMap
		return &started{data.NewMapOf(data.StringSchema, n.inner.schema), "", NoVersion}, nil
	}
	return &started{data.NewArray(n.inner.schema), "", NoVersion}, nil
}

func (b *reading) beginEntries(n *readNode, entry *avro.Schema) (*started, error) {
	n.op = readEntries
	key, value := entry.Field("key"), entry.Field("value")
	if len(entry.Fields) != 2 || key < 0 || value < 0 {
		return nil, data.Errorf("Found map encoded as array of key-value pairs, but array elements do not match the expected format.")
	}
	n.valueFirst = value < key
	var err error
	if n.key, err = b.node(entry.Fields[key].Schema, inner(false)); err != nil {
		return nil, err
	}
	if n.inner, err = b.node(entry.Fields[value].Schema, inner(false)); err != nil {
		return nil, err
	}
	return &started{data.NewMapOf(n.key.schema, n.inner.schema), "", NoVersion}, nil
}

func (b *reading) beginRecord(n *readNode, s *avro.Schema) (*started, error) {
	out := begun(n, readRecord, data.StructType)
	docs := b.MetaData && !b.DiscardDocDefault
	if docs && s.Doc != nil {
		out.Parameter(recordDoc, *s.Doc)
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if docs && f.Doc != nil {
			out.Parameter(fieldDoc+f.Name, *f.Doc)
		}
		c := context{doc: f.Doc, version: NoVersion}
		if f.Default != "" {
			c.def = jsontext.Parse([]byte(f.Default), 0)
		}
		field, err := b.node(f.Schema, c)
		if err != nil {
			return nil, err
		}
		n.fields = append(n.fields, field)
		out.Field(f.Name, field.schema)
	}
	return out, nil
}

func (b *reading) beginUnion(n *readNode, s *avro.Schema) (*started, error) {
	out := begun(n, readUnion, data.StructType)
	out.name = unionName
	if b.GeneralSums {
		out.name = sumUnionPrefix + strconv.Itoa(b.unions)
		b.unions++
		out.Parameter(sumUnion, out.name)
	}
	out.Name(out.name)
	names := map[string]bool{}
	for i, member := range s.Branches {
		if member.Type == avro.Null {
			out.Optional()
			n.branches = append(n.branches, readBranch{})
			continue
		}
		name := b.memberName(member, i)
		if names[name] {
			return nil, data.Errorf("Multiple union schemas map to the Connect union field name")
		}
		field, err := b.node(member, inner(true))
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, readBranch{node: field, slot: len(names)})
		names[name] = true
		out.Field(name, field.schema)
	}
	return out, nil
}
