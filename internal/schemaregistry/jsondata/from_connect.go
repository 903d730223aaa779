package jsondata

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
)

// FromConnect returns the text of the JSON Schema for a Connect schema, with keywords
// in the order in which the Java converter registers them: registries tell schemas
// apart by their text.
func (s *Settings) FromConnect(schema *data.Schema) (string, error) {
	w := writing{Settings: s, ids: map[string]bool{}}
	dst, err := w.schema(nil, schema, outermost)
	return string(dst), err
}

// writing makes the text of one JSON Schema.
type writing struct {
	*Settings
	ids map[string]bool // of schemas around, or before
}

// spot is what a schema's place asks for.
type spot struct {
	index    int  // connect.index; below 0 for none
	required bool // no union with null, whatever the schema says
}

var outermost = spot{index: -1}

func (w *writing) schema(dst []byte, s *data.Schema, at spot) ([]byte, error) {
	if s == nil {
		return dst, data.Errorf("a JSON schema cannot be made for values that have no schema")
	}
	id, hasID := s.Parameter(idParam)
	if hasID {
		w.ids[id] = true
	}
	switch {
	case isUnion(s):
		return w.union(dst, s, at, id)
	case s.Optional() && !at.required:
		o := opened(dst)
		o.text("id", id)
		o.props(indexProps(at))
		o.name("oneOf")
		o.dst = append(o.dst, `[{"type":"null"},`...)
		var err error
		inner := spot{index: -1, required: true}
		if o.dst, err = w.described(o.dst, s, inner, ""); err != nil {
			return dst, err
		}
		return o.closed("]}"), nil
	}
	return w.described(dst, s, at, id)
}

// union writes a struct that stands for one of its fields.
func (w *writing) union(dst []byte, s *data.Schema, at spot, id string) ([]byte, error) {
	o := opened(dst)
	o.text("id", id)
	o.props(indexProps(at))
	o.name("oneOf")
	o.dst = append(o.dst, '[')
	if s.Optional() && !at.required {
		o.dst = append(o.dst, `{"type":"null"}`...)
	}
	var err error
	for i, f := range s.Fields() {
		if i > 0 || s.Optional() && !at.required {
			o.dst = append(o.dst, ',')
		}
		if o.dst, err = w.schema(o.dst, f.Schema, spot{f.Index, true}); err != nil {
			return dst, err
		}
	}
	return o.closed("]}"), nil
}

func indexProps(at spot) []prop {
	if at.index < 0 {
		return nil
	}
	return []prop{{connectIndex, strconv.Itoa(at.index)}}
}

// described writes a schema that does not allow null.
func (w *writing) described(dst []byte, s *data.Schema, at spot, id string) ([]byte, error) {
	o := opened(dst)
	o.typed(w.typeOf(s), symbolsOf(w.enumParameter(), s))
	if s.Type() == data.StructType && w.ClosedObjects {
		o.raw("additionalProperties", "false")
	}
	if s.HasName() {
		o.quoted("title", s.Name())
	}
	if doc, ok := s.Doc(); ok {
		o.quoted("description", doc)
	}
	if def := s.Default(); def != nil {
		text, err := w.defaultText(s, def)
		if err != nil {
			return dst, err
		}
		o.raw("default", text)
	}
	o.text("id", id)
	o.props(w.ownProps(s, at))
	if err := w.inner(o, s); err != nil {
		return dst, err
	}
	return o.closed("}"), nil
}

// typeOf is the type in JSON Schema; "" for an enum.
func (w *writing) typeOf(s *data.Schema) string {
	switch s.Type() {
	case data.Int8, data.Int16, data.Int32, data.Int64:
		return "integer"
	case data.Float32, data.Float64:
		return "number"
	case data.Boolean:
		return "boolean"
	case data.String:
		if isEnum(s) {
			return ""
		}
	case data.Bytes:
		if s.Name() == data.DecimalName && w.NumericDecimals {
			return "number"
		}
	case data.StructType:
		return "object"
	case data.Array:
		return "array"
	case data.MapType:
		if plainKeys(s) {
			return "object"
		}
		return "array"
	}
	return "string"
}

func isEnum(s *data.Schema) bool {
	_, general := s.Parameter(sumEnum)
	_, own := s.Parameter(enumParam)
	return s.Type() == data.String && (general || own)
}

func isUnion(s *data.Schema) bool {
	_, general := s.Parameter(sumUnion)
	return s.Type() == data.StructType && (general || s.Name() == oneOfName)
}

// plainKeys tells whether a map is a JSON object.
func plainKeys(s *data.Schema) bool {
	return s.Key() != nil && s.Key().Type() == data.String && !s.Key().Optional()
}

func symbolsOf(name string, s *data.Schema) []string {
	var all []string
	for _, p := range s.Parameters() {
		if symbol, ok := strings.CutPrefix(p.Key, name+"."); ok {
			all = append(all, symbol)
		}
	}
	return all
}

// ownProps returns the properties that keep what JSON Schema has no words for.
func (w *writing) ownProps(s *data.Schema, at spot) []prop {
	var all []prop
	switch t := s.Type(); t {
	case data.Int8, data.Int16, data.Int32, data.Int64, data.Float32, data.Float64, data.Bytes:
		all = append(all, prop{connectType, `"` + t.Name() + `"`})
	case data.MapType:
		all = append(all, prop{connectType, `"` + mapType + `"`})
	}
	if v, ok := s.Version(); ok {
		all = append(all, prop{connectVersion, strconv.Itoa(int(v))})
	}
	if params := paramsText(s); params != "" {
		all = append(all, prop{connectParameters, params})
	}
	return append(all, indexProps(at)...)
}

// inner writes the schemas of parts.
func (w *writing) inner(o *object, s *data.Schema) (err error) {
	switch s.Type() {
	case data.Array:
		o.name("items")
		o.dst, err = w.part(o.dst, s.Value(), outermost)
	case data.MapType:
		if plainKeys(s) {
			o.name("additionalProperties")
			o.dst, err = w.schema(o.dst, s.Value(), outermost)
			return err
		}
		o.name("items")
		e := opened(o.dst)
		e.typed("object", nil)
		err = w.properties(e, []data.Field{{Name: keyField, Schema: s.Key()}, {Name: valueField, Index: 1, Schema: s.Value()}})
		o.dst = e.closed("}")
	case data.StructType:
		err = w.properties(o, s.Fields())
	}
	return err
}

func (w *writing) properties(o *object, fields []data.Field) (err error) {
	if len(fields) == 0 {
		return nil
	}
	texts := make(map[string]string, len(fields))
	names := make([]string, len(fields))
	for i, f := range fields {
		text, err := w.part(nil, f.Schema, spot{index: f.Index})
		if err != nil {
			return err
		}
		names[i], texts[f.Name] = f.Name, string(text)
	}
	o.name("properties")
	p := opened(o.dst)
	for _, name := range hashed(names) {
		p.raw(name, texts[name])
	}
	o.dst = p.closed("}")
	return nil
}

// part writes an element or a property, which may be known already.
func (w *writing) part(dst []byte, s *data.Schema, at spot) ([]byte, error) {
	if s != nil {
		if id, ok := s.Parameter(idParam); ok && w.ids[id] {
			o := opened(dst)
			o.quoted("$ref", id)
			return o.closed("}"), nil
		}
	}
	return w.schema(dst, s, at)
}
