package data

import (
	"strconv"

	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// String returns {k=v, k=v}.
func (m *Map) String() string { return string(m.appendText(nil)) }

func (m *Map) appendText(dst []byte) []byte {
	order := m.order()
	dst = append(dst, '{')
	for k := range m.Len() {
		i := k
		if order != nil {
			i = int(order[k])
		}
		if k > 0 {
			dst = append(dst, ", "...)
		}
		if m.shape != nil {
			dst = append(dst, m.shape.names[i]...)
		} else {
			dst = AppendText(dst, m.entries[i].key)
		}
		dst = append(dst, '=')
		v := m.stored(i)
		if n, ok := v.(*node); ok {
			dst = m.doc.appendText(dst, n)
		} else {
			dst = AppendText(dst, v)
		}
	}
	return append(dst, '}')
}

// appendText appends a node's value as AppendText does, without making the value.
func (d *document) appendText(dst []byte, n *node) []byte {
	switch n.kind() {
	case jsontext.Text:
		if n.flags()&jsontext.Escaped == 0 {
			return append(dst, d.raw[n.off+1:n.end-1]...)
		}
		return jsontext.AppendUnquoted(dst, d.text(n))
	case jsontext.Whole:
		if !n.rewrite() {
			return append(dst, d.text(n)...)
		}
		return strconv.AppendInt(dst, jsontext.Long(d.text(n)), 10)
	case jsontext.Fraction:
		if !n.rewrite() {
			return append(dst, d.text(n)...)
		}
		return text.AppendDouble(dst, jsontext.Double(d.text(n)))
	case jsontext.Object:
		return d.object(n).appendText(dst)
	case jsontext.List:
		return d.appendListText(dst, n)
	}
	return append(dst, d.text(n)...)
}

func (d *document) appendListText(dst []byte, n *node) []byte {
	dst = append(dst, '[')
	open := len(dst)
	for p := range d.parts(n) {
		if len(dst) > open {
			dst = append(dst, ", "...)
		}
		dst = d.appendText(dst, &p)
	}
	return append(dst, ']')
}
