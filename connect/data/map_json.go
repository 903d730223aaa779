package data

import (
	"encoding/base64"
	"math/big"
	"strconv"
	"time"

	"github.com/millrace/millrace/internal/jsontext"
)

// AppendJSON appends a value as Jackson's ObjectMapper writes the Java object that
// it stands for: maps in their own order, bytes in base64, Instants as
// milliseconds, not-a-number and infinities in quotes. Structs have no such form:
// an error.
func AppendJSON(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return jsontext.AppendQuoted(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case int64:
		return strconv.AppendInt(dst, v, 10), nil
	case int32:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case float64:
		return jsontext.AppendDouble(dst, v), nil
	case *Map:
		if !v.StringKeys() {
			return v.appendOddJSON(dst)
		}
		return v.AppendJSON(dst, AppendJSON)
	case []any:
		return appendListJSON(dst, v)
	}
	return appendOtherJSON(dst, v)
}

func appendOtherJSON(dst []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case int8:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case int16:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case float32:
		return jsontext.AppendFloat(dst, v), nil
	case []byte:
		return AppendBase64(dst, v), nil
	case Decimal:
		return append(dst, v.String()...), nil
	case *big.Int:
		return v.Append(dst, 10), nil
	case Instant:
		return strconv.AppendInt(dst, int64(v), 10), nil
	}
	return dst, Fail(Unserializable, "No serializer found for class %s and no properties discovered to create BeanSerializer (to avoid exception, disable SerializationFeature.FAIL_ON_EMPTY_BEANS)", ClassName(v))
}

// AppendBase64 appends bytes as a JSON string in base64.
func AppendBase64(dst, raw []byte) []byte {
	dst = append(dst, '"')
	return append(base64.StdEncoding.AppendEncode(dst, raw), '"')
}

func appendListJSON(dst []byte, list []any) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, e := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = AppendJSON(dst, e); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// appendOddJSON appends a map of which some keys are not strings.
func (m *Map) appendOddJSON(dst []byte) (_ []byte, err error) {
	dst = append(dst, '{')
	first := true
	for k, v := range m.All() {
		if k == nil {
			return dst, Fail(Unserializable, "Null key for a Map not allowed in JSON (use a converting NullKeySerializer?)")
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(jsontext.AppendQuoted(dst, keyText(k)), ':')
		if dst, err = AppendJSON(dst, v); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func keyText(k any) string {
	switch k := k.(type) {
	case []byte:
		return base64.StdEncoding.EncodeToString(k)
	case Instant:
		return time.UnixMilli(int64(k)).UTC().Format("2006-01-02T15:04:05.000+00:00")
	}
	return Text(k)
}

// AppendJSON appends a map whose keys are strings as a JSON object, in the map's
// order. Members that are still JSON text are copied as Jackson would write them;
// value appends the others.
func (m *Map) AppendJSON(dst []byte, value func(dst []byte, v any) ([]byte, error)) (_ []byte, err error) {
	if m.shape != nil && m.slots == nil {
		return m.doc.appendMembers(dst, m.shape, m.first), nil
	}
	var led [][]byte
	if m.shape != nil {
		led = m.shape.led()
	}
	order := m.order()
	dst = append(dst, '{')
	for k := range m.Len() {
		i := k
		if order != nil {
			i = int(order[k])
		}
		if led != nil {
			dst = append(dst, led[k]...)
		} else {
			dst = m.appendName(dst, k, i)
		}
		v := m.stored(i)
		if n, ok := v.(*node); ok {
			dst = m.doc.appendJSON(dst, n)
		} else if dst, err = value(dst, v); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

// appendName appends what stands before the value of entry i, which comes as number k.
func (m *Map) appendName(dst []byte, k, i int) []byte {
	if k > 0 {
		dst = append(dst, ',')
	}
	return append(jsontext.AppendQuoted(dst, m.name(i)), ':')
}

// appendMembers appends an object whose members begin at node first.
func (d *document) appendMembers(dst []byte, s *shape, first uint32) []byte {
	l := s.layout()
	nodes := d.nodes[first:][:len(s.names)]
	dst = append(dst, '{')
	for k, name := range s.led() {
		dst = append(dst, name...)
		if n := &nodes[l.place(k)]; n.rewrite() {
			dst = d.rewritten(dst, n)
		} else {
			dst = append(dst, d.raw[n.off:n.end]...)
		}
	}
	return append(dst, '}')
}

// appendJSON appends a node as Jackson would write it.
func (d *document) appendJSON(dst []byte, n *node) []byte {
	if !n.rewrite() {
		return append(dst, d.text(n)...)
	}
	return d.rewritten(dst, n)
}

func (d *document) rewritten(dst []byte, n *node) []byte {
	switch n.kind() {
	case jsontext.Text:
		return jsontext.AppendRequoted(dst, d.text(n))
	case jsontext.Whole:
		return strconv.AppendInt(dst, jsontext.Long(d.text(n)), 10)
	case jsontext.Fraction:
		return jsontext.AppendDouble(dst, jsontext.Double(d.text(n)))
	case jsontext.Object:
		return d.appendMembers(dst, d.shapes[n.number()], n.first)
	case jsontext.List:
		return d.appendList(dst, n)
	}
	return append(dst, d.text(n)...)
}

func (d *document) appendList(dst []byte, n *node) []byte {
	dst = append(dst, '[')
	if d.keeps(n) {
		parts := d.kept(n)
		for i := range parts {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = d.appendJSON(dst, &parts[i])
		}
		return append(dst, ']')
	}
	open := len(dst)
	for p := range d.parts(n) {
		if len(dst) > open {
			dst = append(dst, ',')
		}
		dst = d.appendJSON(dst, &p)
	}
	return append(dst, ']')
}
