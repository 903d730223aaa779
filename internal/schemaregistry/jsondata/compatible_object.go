package jsondata

import "github.com/millrace/millrace/internal/jsontext"

// closed tells whether an object allows no properties but those that it lists.
func (n *node) closed() bool {
	more := n.raw.Get("additionalProperties")
	return more != nil && more.Kind == jsontext.False
}

// rest is the schema of properties that are not listed, nil for any.
func (n *node) rest() *node {
	if more := n.keyword("additionalProperties"); more != nil && more.kind != anyKind {
		return more
	}
	return nil
}

func (n *node) property(name string) *node {
	all := n.raw.Get("properties")
	if all == nil {
		return nil
	}
	if p := all.Get(name); p != nil {
		return n.at.node(p)
	}
	return nil
}

func (c *comparison) objects(from, as *node, at *place) error {
	if err := limits(from, as, at, []string{"minProperties"}, []string{"maxProperties"}, "propertyNames"); err != nil {
		return err
	}
	for _, p := range from.properties() {
		if err := c.kept(p, as, &place{p.name, at}); err != nil {
			return err
		}
	}
	for _, p := range as.properties() {
		if err := c.added(from, as, p, &place{p.name, at}); err != nil {
			return err
		}
	}
	switch {
	case from.closed():
		return nil
	case as.closed():
		return differs(at, "other properties are not allowed any more")
	}
	return c.optional(from.rest(), as.rest(), &place{"{}", at})
}

// kept compares a property that there was.
func (c *comparison) kept(p property, as *node, at *place) error {
	now := as.property(p.name)
	switch {
	case now != nil:
		return c.nodes(p.node, now, at)
	case as.closed():
		return differs(at, "the property is not allowed any more")
	}
	return c.optional(p.node, as.rest(), at)
}

// added compares a property that there is now.
func (c *comparison) added(from, as *node, p property, at *place) error {
	if as.required(p.name) && !from.required(p.name) && p.prop("default") == nil {
		return differs(at, "the property is required now")
	}
	if from.property(p.name) != nil || p.kind == anyKind || from.closed() {
		return nil
	}
	if rest := from.rest(); rest != nil {
		return c.nodes(rest, p.node, at)
	}
	return differs(at, "the property may have had any value before")
}
