package data

import (
	"bytes"
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/jsontext"
)

// openObject is an object while it is read.
type openObject struct {
	start, base, names int // text, first member on the stack, first name
	guess              *shape
	quoted             [][]byte // names of the guess
	members            int
	size               int // of the object's text if it has no white space
	flags              jsontext.Flags
}

func (r *JSONReader) object(i, depth int) (n node, err error) {
	if err = jsontext.Enter(i, depth); err != nil {
		return n, err
	}
	o := openObject{start: i, base: len(r.stack), names: len(r.names), size: 1}
	nth := r.seen
	r.seen++
	if nth < len(r.guess) {
		o.guess = r.guess[nth]
		o.quoted = o.guess.layout().quoted
	}
	i = jsontext.Space(r.src, i+1)
	more := true
	if i < len(r.src) && r.src[i] == '}' {
		i, more, o.size = i+1, false, 2
	}
	for more {
		if i, err = r.member(&o, i, depth); err != nil {
			return n, err
		}
		if jsontext.Tight(r.src, i, ',') {
			i++
		} else if i, more, err = jsontext.Next(r.src, i, '}'); err != nil {
			return n, err
		}
	}
	return r.close(&o, nth, i), nil
}

// member reads a name and its value and returns the end of the value.
func (r *JSONReader) member(o *openObject, i, depth int) (end int, err error) {
	k := o.members
	if k < len(o.quoted) && bytes.HasPrefix(r.src[i:], o.quoted[k]) {
		o.size += len(o.quoted[k])
		i += len(o.quoted[k])
	} else if i, err = r.name(o, i); err != nil {
		return i, err
	}
	if jsontext.Tight(r.src, i, ':') {
		i++
	} else if i, err = jsontext.Colon(r.src, i); err != nil {
		return i, err
	}
	part, err := r.value(i, depth)
	if err != nil {
		return i, err
	}
	r.push(part)
	o.members++
	o.flags |= part.flags() & jsontext.Rewrite
	o.size += int(part.end-part.off) + 2
	return int(part.end), nil
}

// push writes its parts one by one: a node is made of four, and loading it whole while they
// are still on the way to memory costs more than all else in a member.
func (r *JSONReader) push(n node) {
	r.stack = append(r.stack, node{})
	top := &r.stack[len(r.stack)-1]
	top.off, top.end, top.first, top.meta = n.off, n.end, n.first, n.meta
}

// name reads a name that is not the expected one.
func (r *JSONReader) name(o *openObject, i int) (end int, err error) {
	end, f, err := jsontext.ScanName(r.src, i)
	if err != nil {
		return i, err
	}
	r.diverge(o)
	name := jsontext.StringAt(r.src[i:end], f)
	r.names = append(r.names, nameText{name, f})
	o.size += end - i
	o.flags |= f & jsontext.Rewrite
	return end, nil
}

// diverge gives up the guess but for the names that it was right about.
func (r *JSONReader) diverge(o *openObject) {
	if o.guess != nil {
		for _, name := range o.guess.names[:o.members] {
			r.names = append(r.names, nameText{name: name})
		}
	}
	o.guess, o.quoted = nil, nil
}

// close returns the node of an object that ends at end.
func (r *JSONReader) close(o *openObject, nth, end int) node {
	s := o.guess
	if s == nil || o.members != len(s.names) {
		r.diverge(o)
		s = r.shapeOf(o)
	}
	f := o.flags
	if o.size != end-o.start || s.layout().order != nil {
		f = jsontext.Rewrite
	}
	n := newNode(o.start, end, jsontext.Object, f)
	n.first = uint32(len(r.nodes))
	n.meta |= uint32(len(r.used)) << numShift
	r.nodes = append(r.nodes, r.stack[o.base:]...)
	r.stack, r.names = r.stack[:o.base], r.names[:o.names]
	r.used = append(r.used, s)
	r.objects++
	r.remember(nth, s)
	return n
}

// remember makes s the guess for the nth object of the next document.
func (r *JSONReader) remember(nth int, s *shape) {
	switch {
	case s.family == nil:
	case nth < len(r.guess):
		r.guess[nth] = s
	case nth == len(r.guess) && nth < maxGuess:
		r.guess = append(r.guess, s)
	}
}

// shapeOf finds the shape of an object's names. Of members with the same name the
// last counts, in the place of the first.
func (r *JSONReader) shapeOf(o *openObject) *shape {
	names := r.names[o.names:]
	sum := r.shapes.sum(names)
	if s := r.shapes.find(sum, names); s != nil {
		return s
	}
	if kept := r.dedupe(names, o.base); kept != nil {
		o.flags = jsontext.Rewrite
		names = kept
		sum = r.shapes.sum(names)
		if s := r.shapes.find(sum, names); s != nil {
			return s
		}
	}
	return r.shapes.add(sum, names)
}

// dedupe drops the earlier members of the same name from the stack and returns the
// names that are left; nil when all differ.
func (r *JSONReader) dedupe(names []nameText, base int) []nameText {
	if distinct(names) {
		return nil
	}
	at := make(map[string]int, len(names))
	members := r.stack[base:]
	var kept []nameText
	for i, n := range names {
		if k, twice := at[n.name]; twice {
			members[k] = members[i]
			continue
		}
		at[n.name] = len(kept)
		members[len(kept)] = members[i]
		kept = append(kept, n)
	}
	r.stack = r.stack[:base+len(kept)]
	return kept
}

func distinct(names []nameText) bool {
	if len(names) > 2*fewKeys {
		seen := make(map[string]struct{}, len(names))
		for i := range names {
			seen[names[i].name] = struct{}{}
		}
		return len(seen) == len(names)
	}
	for i := range names {
		for k := range i {
			if names[i].name == names[k].name {
				return false
			}
		}
	}
	return true
}

// shapeCache finds shapes by their names. Only sequences of names that come again
// are kept, so that objects with ever new names do not push out the others.
type shapeCache struct {
	known  map[uint64]*shape
	family *family
	recent *[256]uint64 // sums seen lately
	size   int          // names kept
}

const (
	maxShapes = 1024
	maxNames  = 1 << 15
	maxOwn    = 1024 // names of a shape that is worth keeping
)

// sum returns a hash of the names in order.
func (c *shapeCache) sum(names []nameText) uint64 {
	h := uint64(len(names))
	for i := range names {
		h = h*0x9e3779b97f4a7c15 ^ hashText(names[i].name)
	}
	return h | 1
}

func (c *shapeCache) find(sum uint64, names []nameText) *shape {
	s := c.known[sum]
	if s == nil || len(s.names) != len(names) {
		return nil
	}
	for i := range names {
		if s.names[i] != names[i].name {
			return nil
		}
	}
	return s
}

// add returns the shape of new names, which are distinct.
func (c *shapeCache) add(sum uint64, names []nameText) *shape {
	if c.recent == nil {
		c.recent = new([256]uint64)
	}
	slot := &c.recent[sum>>1%uint64(len(c.recent))]
	own := *slot == sum && len(names) <= maxOwn
	*slot = sum
	list := make([]string, len(names))
	for i := range names {
		list[i] = names[i].name
		if own {
			list[i] = strings.Clone(list[i])
		}
	}
	if !own {
		return newShape(list, defaultTable, nil)
	}
	if c.family == nil || len(c.known) >= maxShapes || c.size+len(names) > maxNames {
		c.known, c.family, c.size = map[uint64]*shape{}, newFamily(), 0
	}
	s := newShape(slices.Clip(list), defaultTable, c.family)
	c.known[sum] = s
	c.size += len(names)
	return s
}
