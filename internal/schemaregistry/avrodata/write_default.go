package avrodata

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// appendDefault appends a default value in binary form. It reports false for one
// that does not fit.
func appendDefault(dst []byte, s *avro.Schema, n *jsontext.Node) ([]byte, bool) {
	if !fitsNode(s, n) {
		return dst, false
	}
	switch s.Type {
	case avro.Null:
		return dst, true
	case avro.Boolean:
		if n.Kind == jsontext.True {
			return append(dst, 1), true
		}
		return append(dst, 0), true
	case avro.Int, avro.Long:
		return avro.AppendLong(dst, jsontext.Long(n.Text)), true
	case avro.Float:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(doubleOf(n)))), true
	case avro.Double:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(doubleOf(n))), true
	case avro.String:
		return avro.AppendString(dst, n.Str), true
	case avro.Bytes:
		return avro.AppendBytes(dst, bytesOf(n.Str)), true
	case avro.Fixed:
		raw := bytesOf(n.Str)
		return append(dst, raw...), len(raw) == s.Size
	case avro.Enum:
		i := slices.Index(s.Symbols, n.Str)
		return avro.AppendLong(dst, int64(i)), i >= 0
	}
	return appendDefaultParts(dst, s, n)
}

func doubleOf(n *jsontext.Node) float64 {
	switch n.Str {
	case "NaN":
		return math.NaN()
	case "Infinity":
		return math.Inf(1)
	case "-Infinity":
		return math.Inf(-1)
	}
	return jsontext.Double(n.Text)
}

// bytesOf is the reverse of latin1; other characters become question marks.
func bytesOf(s string) []byte {
	raw := make([]byte, 0, len(s))
	for _, c := range s {
		if c > 0xFF {
			c = '?'
		}
		raw = append(raw, byte(c))
	}
	return raw
}

func appendDefaultParts(dst []byte, s *avro.Schema, n *jsontext.Node) (_ []byte, ok bool) {
	switch s.Type {
	case avro.Union:
		for i, b := range s.Branches {
			if fitsNode(b, n) {
				return appendDefault(avro.AppendLong(dst, int64(i)), b, n)
			}
		}
		return dst, false
	case avro.Record:
		for i := range s.Fields {
			f := &s.Fields[i]
			v := n.Get(f.Name)
			if v == nil {
				v = jsontext.Parse([]byte(f.Default), 0)
			}
			if dst, ok = appendDefault(dst, f.Schema, v); !ok {
				return dst, false
			}
		}
		return dst, true
	}
	if len(n.Members) > 0 {
		dst = avro.AppendLong(dst, int64(len(n.Members)))
	}
	for _, m := range n.Members {
		if s.Type == avro.Map {
			dst = avro.AppendString(dst, m.Name)
		}
		if dst, ok = appendDefault(dst, s.Items, m.Node); !ok {
			return dst, false
		}
	}
	return append(dst, 0), true
}
