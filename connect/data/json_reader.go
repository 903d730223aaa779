package data

import (
	"slices"

	"github.com/millrace/millrace/internal/jsontext"
)

// JSONReader makes values without schema of JSON text, as JsonConverter does:
// int64, float64, bool, string, []any and *Map in the order of a HashMap. Objects
// are checked at once but decoded only where somebody looks.
//
// A JSONReader remembers the layouts of objects. It is not safe for concurrent
// use; the values that it made are.
type JSONReader struct {
	shapes shapeCache
	guess  []*shape    // layout of the nth object in the previous document
	kept   [4][]*shape // the shapes of the previous documents
	oldest int

	src     []byte
	seen    int        // objects so far
	stack   []node     // members and elements of what is open
	names   []nameText // member names of open objects without guess
	nodes   []node     // parts of what is closed
	used    []*shape
	objects int // objects closed

	roots slab[root]
	parts slab[node]
}

// nameText is a member's name.
type nameText struct {
	name string
	flag jsontext.Flags
}

// maxScratch is how much memory, in elements, a reader keeps for the next
// document; maxGuess for how many objects it guesses the layout.
const (
	maxScratch = 1 << 14
	maxGuess   = 64
)

// Read returns the value of a document in UTF-8, nil for one without value. The
// text must not change as long as the value lives, which refers to it. What follows
// the value is ignored. An error is a *jsontext.SyntaxError.
func (r *JSONReader) Read(src []byte) (any, error) {
	at := jsontext.First(src)
	if at == len(src) {
		return nil, nil
	}
	v, end, err := r.ReadAt(src, at, 0)
	if err != nil {
		return nil, err
	}
	return v, jsontext.CheckRoot(src, end, jsontext.KindAt(src, at))
}

// ReadAt returns the value that begins at position at of src, which has depth
// objects and lists around it, and where it ends.
func (r *JSONReader) ReadAt(src []byte, at, depth int) (v any, end int, err error) {
	r.src, r.seen, r.objects = src, 0, 0
	r.stack, r.names, r.nodes, r.used = r.stack[:0], r.names[:0], r.nodes[:0], r.used[:0]
	if len(src) >= maxParsed {
		return r.readLarge(at, depth)
	}
	n, err := r.value(at, depth)
	if err != nil {
		return nil, at, err
	}
	v = r.finish(n)
	r.trim()
	return v, int(n.end), nil
}

// readLarge decodes a document whose positions do not fit a node.
func (r *JSONReader) readLarge(at, depth int) (v any, end int, err error) {
	if end, err = jsontext.Skip(r.src, at, depth); err != nil {
		return nil, at, err
	}
	return fromTree(jsontext.Parse(r.src, at)), end, nil
}

func fromTree(n *jsontext.Node) any {
	switch n.Kind {
	case jsontext.Object:
		m := NewHashMap(len(n.Members))
		for _, p := range n.Members {
			m.Put(p.Name, fromTree(p.Node))
		}
		return m
	case jsontext.List:
		list := make([]any, len(n.Members))
		for i, p := range n.Members {
			list[i] = fromTree(p.Node)
		}
		return list
	case jsontext.Text:
		return n.Str
	}
	return scalar(n.Text, n.Kind, 0)
}

// root is a map together with its document, which mostly has no other user.
type root struct {
	Map
	document
}

// finish makes the value of the document's outermost node.
func (r *JSONReader) finish(n node) any {
	k := n.kind()
	if k != jsontext.Object && k != jsontext.List {
		return scalar(r.src[n.off:n.end], k, n.flags())
	}
	x := &r.roots.take(1, 0, mapsAtOnce)[0]
	x.document = document{raw: r.src, nodes: r.parts.take(len(r.nodes), 0, nodesAtOnce), shapes: r.keep(r.used)}
	copy(x.nodes, r.nodes)
	if k == jsontext.List {
		return x.list(&n)
	}
	x.shape, x.doc, x.first = x.shapes[n.number()], &x.document, n.first
	return &x.Map
}

// keep returns a copy of shapes that does not change any more.
func (r *JSONReader) keep(shapes []*shape) []*shape {
	for _, kept := range r.kept {
		if slices.Equal(kept, shapes) {
			return kept
		}
	}
	kept := slices.Clone(shapes)
	r.kept[r.oldest] = kept
	r.oldest = (r.oldest + 1) % len(r.kept)
	return kept
}

// trim gives back what an unusual document needed.
func (r *JSONReader) trim() {
	if cap(r.stack)+cap(r.nodes) > maxScratch {
		r.stack, r.nodes = nil, nil
	}
	if cap(r.names)+cap(r.used) > maxScratch {
		r.names, r.used, r.kept = nil, nil, [len(r.kept)][]*shape{}
	}
	r.src = nil
}

// value checks the value at i and returns its node.
func (r *JSONReader) value(i, depth int) (n node, err error) {
	k, f, end := jsontext.KindAt(r.src, i), jsontext.Flags(0), i
	switch k {
	case jsontext.Text:
		end, f, err = jsontext.ScanString(r.src, i)
	case jsontext.Whole:
		end, k, f, err = jsontext.ScanNumber(r.src, i)
	case jsontext.Object:
		return r.object(i, depth+1)
	case jsontext.List:
		return r.list(i, depth+1)
	case jsontext.Missing:
		_, err = jsontext.Skip(r.src, i, depth)
	default:
		end, err = jsontext.ScanLiteral(r.src, i)
	}
	return newNode(i, end, k, f), err
}

func (r *JSONReader) list(i, depth int) (n node, err error) {
	if err = jsontext.Enter(i, depth); err != nil {
		return n, err
	}
	start, base, objects := i, len(r.stack), r.objects
	var f jsontext.Flags
	size := 2
	i = jsontext.Space(r.src, i+1)
	more := true
	if i < len(r.src) && r.src[i] == ']' {
		i, more = i+1, false
	}
	for more {
		part, err := r.value(i, depth)
		if err != nil {
			return n, err
		}
		r.push(part)
		f |= part.flags() & jsontext.Rewrite
		size += int(part.end-part.off) + 1
		if i, more, err = jsontext.Next(r.src, int(part.end), ']'); err != nil {
			return n, err
		}
	}
	parts := r.stack[base:]
	if size-min(len(parts), 1) != i-start {
		f = jsontext.Rewrite // there is white space
	}
	n = newNode(start, i, jsontext.List, f)
	if r.objects > objects {
		n.first, n.meta = uint32(len(r.nodes)), n.meta|uint32(len(parts)+1)<<numShift
		r.nodes = append(r.nodes, parts...)
	}
	r.stack = r.stack[:base]
	return n, nil
}
