package jsondata

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/millrace/millrace/internal/jsontext"
)

// Readable returns an error unless every value that one schema allows is a value of
// the other, as far as a comparison of the two can tell.
func Readable(from, as *Schema) error {
	c := comparison{seen: map[[2]*node]bool{}}
	return c.nodes(from.main.node(from.main.root), as.main.node(as.main.root), nil)
}

// comparison compares two schemas.
type comparison struct {
	seen  map[[2]*node]bool // pairs that are compared, or have been
	steps int
}

func differs(at *place, format string, args ...any) error {
	where := at.String()
	if where == "" {
		where = " at the top"
	}
	return fmt.Errorf("%s%s", fmt.Sprintf(format, args...), where)
}

func (c *comparison) nodes(from, as *node, at *place) error {
	pair := [2]*node{from, as}
	if c.seen[pair] {
		return nil
	}
	c.seen[pair] = true
	if c.steps++; c.steps > maxNodes {
		return differs(at, "the schemas have too many parts to compare")
	}
	err := c.alternatives(from, as, at)
	if err != nil {
		c.seen[pair] = false
	}
	return err
}

// alternatives takes references, unions and intersections apart.
func (c *comparison) alternatives(from, as *node, at *place) error {
	switch {
	case from.kind == referenceKind:
		return c.referred(from, at, func(n *node) error { return c.nodes(n, as, at) })
	case as.kind == referenceKind:
		return c.referred(as, at, func(n *node) error { return c.nodes(from, n, at) })
	case as.kind == anyKind || from.kind == neverKind:
		return nil
	case from.union():
		return every(from.children(), func(n *node) error { return c.nodes(n, as, at) })
	case as.kind == combinedKind && as.criterion == allOf:
		return every(as.children(), func(n *node) error { return c.nodes(from, n, at) })
	case as.kind == combinedKind:
		return some(as.children(), func(n *node) error { return c.nodes(from, n, at) })
	case from.kind == combinedKind:
		return some(from.children(), func(n *node) error { return c.nodes(n, as, at) })
	}
	return c.plain(from, as, at)
}

func (n *node) union() bool { return n.kind == combinedKind && n.criterion != allOf }

func (c *comparison) referred(n *node, at *place, then func(*node) error) error {
	target, err := n.referred()
	if err != nil {
		return differs(at, "%s", err.Error())
	}
	return then(target)
}

func every(all []*node, fits func(*node) error) error {
	for _, n := range all {
		if err := fits(n); err != nil {
			return err
		}
	}
	return nil
}

func some(all []*node, fits func(*node) error) (err error) {
	for _, n := range all {
		if err = fits(n); err == nil {
			return nil
		}
	}
	return err
}

// plain compares schemas that say one thing each.
func (c *comparison) plain(from, as *node, at *place) error {
	if as.kind == enumKind || as.kind == constKind || from.kind == enumKind || from.kind == constKind {
		return symbols(from, as, at)
	}
	if from.kind != as.kind && !(from.kind == integerKind && as.kind == numberKind) {
		return differs(at, "the type changed")
	}
	switch as.kind {
	case numberKind, integerKind:
		return limits(from, as, at, []string{"minimum", "exclusiveMinimum"}, []string{"maximum", "exclusiveMaximum"}, "multipleOf")
	case stringKind:
		return limits(from, as, at, []string{"minLength"}, []string{"maxLength"}, "pattern")
	case arrayKind:
		if err := limits(from, as, at, []string{"minItems"}, []string{"maxItems"}, "uniqueItems"); err != nil {
			return err
		}
		return c.optional(from.keyword("items"), as.keyword("items"), &place{"[]", at})
	case objectKind:
		return c.objects(from, as, at)
	case notKind, conditionalKind:
		if !bytes.Equal(from.raw.Text, as.raw.Text) {
			return differs(at, "a condition changed")
		}
	}
	return nil
}

// symbols compares schemas of which at least one lists its values.
func symbols(from, as *node, at *place) error {
	if as.kind != enumKind && as.kind != constKind {
		for _, v := range from.values() {
			if k := as.kind; k == stringKind && v.Kind != jsontext.Text || k != stringKind && v.Kind == jsontext.Text {
				return differs(at, "the type changed")
			}
		}
		return nil
	}
	if from.kind != enumKind && from.kind != constKind {
		return differs(at, "only some values are left")
	}
	left := as.symbols()
	for _, s := range from.symbols() {
		if !slices.Contains(left, s) {
			return differs(at, "the value %q is gone", s)
		}
	}
	return nil
}

func (n *node) values() []jsontext.Member {
	if n.kind == constKind {
		return []jsontext.Member{{Node: n.raw.Get("const")}}
	}
	return n.raw.Get("enum").Members
}

// limits compares bounds from below, bounds from above, and a keyword that must be
// gone or the same.
func limits(from, as *node, at *place, below, above []string, same string) error {
	for _, name := range below {
		if now, was := bound(as, name), bound(from, name); now != nil && (was == nil || *was < *now) {
			return differs(at, "%s became stricter", name)
		}
	}
	for _, name := range above {
		if now, was := bound(as, name), bound(from, name); now != nil && (was == nil || *was > *now) {
			return differs(at, "%s became stricter", name)
		}
	}
	if now, was := as.raw.Get(same), from.raw.Get(same); now != nil && now.Kind != jsontext.False && (was == nil || !bytes.Equal(was.Text, now.Text)) {
		return differs(at, "%s changed", same)
	}
	return nil
}

func bound(n *node, name string) *float64 {
	b := n.raw.Get(name)
	if b == nil || b.Kind != jsontext.Whole && b.Kind != jsontext.Fraction {
		return nil
	}
	f := jsontext.Double(b.Text)
	return &f
}

// optional compares schemas of parts; a schema that is not there allows anything.
func (c *comparison) optional(from, as *node, at *place) error {
	switch {
	case as == nil || as.kind == anyKind:
		return nil
	case from == nil:
		return differs(at, "there is a schema now")
	}
	return c.nodes(from, as, at)
}
