package regex

import "math"

type kind int

const (
	kindSet       kind = iota // one code point of a set
	kindSequence              // subs one after the other; none matches nothing
	kindChoice                // the first of subs that lets the rest match
	kindRepeat                // subs[0], min to max times
	kindGroup                 // subs[0], captured as group
	kindAtomic                // subs[0], its first match only
	kindLook                  // subs[0] follows or precedes
	kindBack                  // what group captured
	kindBegin                 // start of the text
	kindEnd                   // end of the text
	kindLastEnd               // end of the text, or of its last line
	kindLineBegin             // start of a line
	kindLineEnd               // end of a line
	kindBoundary              // edge of a word
	kindCluster               // an extended grapheme cluster
	kindBreak                 // a line break, of which \r\n is one
)

type mode int

const (
	greedy mode = iota
	lazy
	possessive
)

// unbounded is Java's largest repetition, which means no limit.
const unbounded = math.MaxInt32

// node is a parsed part of a pattern.
type node struct {
	kind     kind
	subs     []*node
	set      set // kindSet; kindBoundary: the word characters
	min, max int // kindRepeat
	mode     mode
	group    int  // kindGroup, kindBack
	negative bool // kindLook, kindBoundary
	behind   bool // kindLook
	fold     bool // kindBack: without case
	unix     bool // line kinds: only \n ends a line
	wide     bool // kindBoundary: set is not that of ASCII
}

func setNode(s set) *node { return &node{kind: kindSet, set: s} }

func sequence(subs ...*node) *node {
	if len(subs) == 1 {
		return subs[0]
	}
	return &node{kind: kindSequence, subs: subs}
}

// isGroup reports whether n was written in parentheses, other than those of an
// assertion or an atomic group.
func (n *node) isGroup() bool { return n.kind == kindGroup || n.kind == kindSequence }

// atomic reports whether n keeps what it took, looking through plain groups.
func (n *node) atomic() bool {
	switch n.kind {
	case kindSequence:
		return len(n.subs) == 1 && n.subs[0].atomic()
	case kindRepeat:
		return n.mode == possessive || n.subs[0].atomic()
	}
	return n.kind == kindAtomic
}

// any reports whether n or a node below it satisfies f.
func (n *node) any(f func(*node) bool) bool {
	if f(n) {
		return true
	}
	for _, sub := range n.subs {
		if sub.any(f) {
			return true
		}
	}
	return false
}

// nullable reports whether n can match the empty text.
func (n *node) nullable() bool {
	switch n.kind {
	case kindSet, kindCluster, kindBreak:
		return false
	case kindChoice:
		for _, sub := range n.subs {
			if sub.nullable() {
				return true
			}
		}
		return false
	case kindSequence, kindGroup, kindAtomic:
		for _, sub := range n.subs {
			if !sub.nullable() {
				return false
			}
		}
		return true
	case kindRepeat:
		return n.min == 0 || n.subs[0].nullable()
	}
	return true
}

// extent is what the JDK finds out about a pattern before it runs it: the
// longest text that matches, in its 32-bit arithmetic, and whether the pattern
// offers no choice.
type extent struct {
	length        int32
	valid         bool
	deterministic bool
}

// study adds the extent of n to e. Look-behind is allowed where the result is
// valid; overflow decides about unbounded repetitions, as in the JDK.
func (n *node) study(e *extent) {
	switch n.kind {
	case kindSet, kindCluster:
		e.length++
	case kindBreak:
		e.length += 2
	case kindBack:
		e.valid = false
	case kindSequence, kindGroup, kindAtomic:
		for _, sub := range n.subs {
			sub.study(e)
		}
	case kindChoice:
		n.studyChoice(e)
	case kindRepeat:
		n.studyRepeat(e)
	}
}

func (n *node) studyChoice(e *extent) {
	longest := int32(0)
	for _, sub := range n.subs {
		inner := extent{valid: true, deterministic: true}
		sub.study(&inner)
		longest = max(longest, inner.length)
		e.valid = e.valid && inner.valid
	}
	e.length += longest
	e.deterministic = false
}

func (n *node) studyRepeat(e *extent) {
	inner := extent{valid: true, deterministic: true}
	n.subs[0].study(&inner)
	if n.subs[0].kind == kindSet && n.mode == greedy && n.max == unbounded {
		// As the JDK: for these the sum is not checked.
		e.length += unbounded
		e.deterministic = false
		return
	}
	if n.min == 0 && n.max == 1 {
		e.length += inner.length
		e.valid = e.valid && inner.valid
		e.deterministic = e.deterministic && n.mode == possessive
		return
	}
	before := e.length
	e.length = inner.length*int32(n.max) + before
	loop := n.subs[0].isGroup() && n.mode != possessive && !inner.deterministic
	if !inner.valid || e.length < before || loop {
		e.valid = false
	}
	if n.min != n.max || !inner.deterministic {
		e.deterministic = false
	}
}
