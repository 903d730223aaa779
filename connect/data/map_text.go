package data

import (
	"strconv"

	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// String returns {k=v, k=v}.
func (m *Map) String() string { return string(m.appendText(nil)) }

func (m *Map) appendText(dst []byte) []byte {
	switch {
	case m.shape == nil:
		return m.appendEntriesText(dst)
	case m.slots == nil:
		return m.doc.appendObjectText(dst, m.shape, m.first)
	}
	l := m.shape.layout()
	dst = append(dst, '{')
	for k, name := range m.shape.equated() {
		dst = append(dst, name...)
		if n, ok := m.slots[l.place(k)].(*node); ok {
			dst = m.doc.appendText(dst, n)
		} else {
			dst = AppendText(dst, m.slots[l.place(k)])
		}
	}
	return append(dst, '}')
}

func (m *Map) appendEntriesText(dst []byte) []byte {
	order := m.order()
	dst = append(dst, '{')
	for k := range m.entries {
		i := k
		if order != nil {
			i = int(order[k])
		}
		if k > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(AppendText(dst, m.entries[i].key), '=')
		if n, ok := m.entries[i].value.(*node); ok {
			dst = m.doc.appendText(dst, n)
		} else {
			dst = AppendText(dst, m.entries[i].value)
		}
	}
	return append(dst, '}')
}

// appendObjectText appends the map whose members begin at node first.
func (d *document) appendObjectText(dst []byte, s *shape, first uint32) []byte {
	l := s.layout()
	nodes := d.nodes[first:][:len(s.names)]
	dst = append(dst, '{')
	for k, name := range s.equated() {
		dst = d.appendText(append(dst, name...), &nodes[l.place(k)])
	}
	return append(dst, '}')
}

// appendText appends a node's value as AppendText does, without making the value.
func (d *document) appendText(dst []byte, n *node) []byte {
	switch k := n.kind(); {
	case k == jsontext.Object:
		return d.appendObjectText(dst, d.shapes[n.number()], n.first)
	case k == jsontext.List:
		return d.appendListText(dst, n)
	case k == jsontext.Text:
		if n.flags()&jsontext.Escaped == 0 {
			return append(dst, d.raw[n.off+1:n.end-1]...)
		}
		return jsontext.AppendUnquoted(dst, d.text(n))
	case !n.rewrite():
		return append(dst, d.text(n)...)
	case k == jsontext.Whole:
		return strconv.AppendInt(dst, jsontext.Long(d.text(n)), 10)
	}
	return text.AppendDouble(dst, jsontext.Double(d.text(n)))
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
