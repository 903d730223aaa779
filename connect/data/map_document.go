package data

import (
	"github.com/millrace/millrace/internal/jsontext"
)

// document is checked JSON text and where its values stand. It is immutable.
type document struct {
	raw    []byte
	nodes  []node
	shapes []*shape // layouts of its objects
}

// node is a value within a document. The parts of an object, and of a list that
// has objects in it, stand together in the document's nodes.
type node struct {
	off, end uint32 // the value's text
	first    uint32 // Object and List: index of the first part
	meta     uint32 // kind, flags, and a number
}

// The number in a node's meta is the index of an Object's shape, or one more than
// the number of a List's parts, 0 when they are to be found in the text.
const (
	kindBits  = 4
	kindMask  = 1<<kindBits - 1
	flagBits  = 4
	flagMask  = 1<<flagBits - 1
	numShift  = kindBits + flagBits
	maxParsed = 1 << (32 - numShift) // larger documents are decoded at once
)

func newNode(off, end int, k jsontext.Kind, f jsontext.Flags) node {
	return node{off: uint32(off), end: uint32(end), meta: uint32(k) | uint32(f)<<kindBits}
}

func (n *node) kind() jsontext.Kind   { return jsontext.Kind(n.meta & kindMask) }
func (n *node) flags() jsontext.Flags { return jsontext.Flags(n.meta >> kindBits & flagMask) }
func (n *node) number() int           { return int(n.meta >> numShift) }
func (n *node) rewrite() bool         { return n.flags()&jsontext.Rewrite != 0 }

func (d *document) text(n *node) []byte { return d.raw[n.off:n.end] }

// value decodes a node.
func (d *document) value(n *node) any {
	switch n.kind() {
	case jsontext.Object:
		return d.object(n)
	case jsontext.List:
		return d.list(n)
	}
	return scalar(d.text(n), n.kind(), n.flags())
}

// scalar decodes a checked value without parts.
func scalar(text []byte, k jsontext.Kind, f jsontext.Flags) any {
	switch k {
	case jsontext.Text:
		return jsontext.StringAt(text, f)
	case jsontext.Whole:
		return jsontext.Long(text)
	case jsontext.Fraction:
		return jsontext.Double(text)
	case jsontext.True:
		return true
	case jsontext.False:
		return false
	}
	return nil
}

func (d *document) object(n *node) *Map {
	return &Map{shape: d.shapes[n.number()], doc: d, first: n.first}
}

func (d *document) list(n *node) []any {
	list := []any{}
	for p := range d.parts(n) {
		list = append(list, d.value(&p))
	}
	return list
}

// parts walks the elements of a list.
func (d *document) parts(n *node) func(func(node) bool) {
	return func(yield func(node) bool) {
		if !d.keeps(n) {
			d.scanParts(int(n.off), yield)
			return
		}
		for _, p := range d.kept(n) {
			if !yield(p) {
				return
			}
		}
	}
}

// keeps tells whether the elements of a list are among the nodes: kept returns them.
func (d *document) keeps(n *node) bool { return n.number() > 0 }

func (d *document) kept(n *node) []node { return d.nodes[n.first : int(n.first)+n.number()-1] }

// scanParts walks the elements of a list without objects by its text.
func (d *document) scanParts(i int, yield func(node) bool) {
	i = jsontext.Space(d.raw, i+1)
	for more := d.raw[i] != ']'; more; {
		p := d.scan(i)
		if !yield(p) {
			return
		}
		i, more, _ = jsontext.Next(d.raw, int(p.end), ']')
	}
}

// scan returns the node of a checked value that is no object and has none in it.
func (d *document) scan(i int) node {
	k, f, end := jsontext.KindAt(d.raw, i), jsontext.Flags(0), i
	switch k {
	case jsontext.Text:
		end, f, _ = jsontext.ScanString(d.raw, i)
	case jsontext.Whole:
		end, k, f, _ = jsontext.ScanNumber(d.raw, i)
	case jsontext.List:
		end, _ = jsontext.Skip(d.raw, i, 0)
		f = jsontext.Rewrite
	default:
		end, _ = jsontext.ScanLiteral(d.raw, i)
	}
	return newNode(i, end, k, f)
}
