package jsondata

import (
	"strings"

	"github.com/millrace/millrace/internal/java/hashorder"
	"github.com/millrace/millrace/internal/jsontext"
)

// kind is what a schema says about values. A schema that says several things is a
// combined one, of what each says.
type kind uint8

const (
	anyKind kind = iota // says nothing
	neverKind
	nullKind
	booleanKind
	numberKind
	integerKind
	stringKind
	enumKind
	constKind
	arrayKind
	objectKind
	combinedKind
	referenceKind
	notKind
	conditionalKind
)

// String returns the kind as messages have it, with the class that users of the Java
// converter know it by.
func (k kind) String() string {
	name := [...]string{
		"Empty", "False", "Null", "Boolean", "Number", "Number", "String", "Enum",
		"Const", "Array", "Object", "Combined", "Reference", "Not", "Conditional",
	}[k]
	return "org.everit.json.schema." + name + "Schema"
}

// criterion is how the parts of a combined schema go together.
type criterion string

const (
	allOf criterion = "allOf"
	anyOf criterion = "anyOf"
	oneOf criterion = "oneOf"
)

// node is a JSON Schema, or one thing that it says. Its parts are read when they are
// asked for, so that references may go in circles.
type node struct {
	kind      kind
	raw       *jsontext.Node // where the keywords are
	at        *document
	common    bool // title, default and other properties belong to it
	criterion criterion
	parts     []part
}

// part is a member of a combined schema: a schema of its own, or something that the
// same schema says.
type part struct {
	raw *jsontext.Node
	own *node
}

func (p part) in(d *document) *node {
	if p.own != nil {
		return p.own
	}
	return d.node(p.raw)
}

// children returns the members of a combined schema.
func (n *node) children() []*node {
	all := make([]*node, len(n.parts))
	for i, p := range n.parts {
		all[i] = p.in(n.at)
	}
	return all
}

// prop returns a property of the schema that is no keyword of JSON Schema, or common
// to all kinds.
func (n *node) prop(name string) *jsontext.Node {
	if !n.common {
		return nil
	}
	return n.raw.Get(name)
}

func (n *node) text(name string) (string, bool) {
	p := n.prop(name)
	if p == nil || p.Kind != jsontext.Text {
		return "", false
	}
	return p.Str, true
}

// keyword returns the schema that a keyword has.
func (n *node) keyword(name string) *node {
	if raw := n.raw.Get(name); raw != nil && (raw.Kind == jsontext.Object || raw.Kind == jsontext.True || raw.Kind == jsontext.False) {
		return n.at.node(raw)
	}
	return nil
}

// property is a property of an object.
type property struct {
	name string
	*node
}

// properties returns the properties of an object in the order in which Java's hash
// map has them: without connect.index that is the order of the fields.
func (n *node) properties() []property {
	raw := n.raw.Get("properties")
	if raw == nil {
		return nil
	}
	names := make([]string, len(raw.Members))
	for i, m := range raw.Members {
		names[i] = m.Name
	}
	all := make([]property, len(names))
	for i, name := range loaded(names) {
		all[i] = property{name, n.at.node(raw.Get(name))}
	}
	return all
}

// loaded returns names in the order that they have after they went through the hash
// maps of the Java loader.
func loaded(names []string) []string {
	names = arranged(names, hashorder.Default(names))
	names = arranged(names, hashorder.Strings(names, hashorder.CapacityFor(len(names), len(names))))
	return arranged(names, hashorder.Default(names))
}

func arranged[T any](list []T, order []int) []T {
	out := make([]T, len(list))
	for i, k := range order {
		out[i] = list[k]
	}
	return out
}

// required tells whether an object must have a property.
func (n *node) required(name string) bool {
	raw := n.raw.Get("required")
	if raw == nil {
		return false
	}
	for _, m := range raw.Members {
		if m.Str == name && m.Kind == jsontext.Text {
			return true
		}
	}
	return false
}

// symbols returns the values of an enum or constant as text.
func (n *node) symbols() []string {
	list := []jsontext.Member{{Node: n.raw.Get("const")}}
	if n.kind == enumKind {
		list = n.raw.Get("enum").Members
	}
	all := make([]string, len(list))
	for i, m := range list {
		switch m.Kind {
		case jsontext.Text:
			all[i] = m.Str
		case jsontext.Null:
			all[i] = nullSymbol
		default:
			all[i] = string(m.Text)
		}
	}
	return all
}

// place describes where a schema stands, for messages.
type place struct {
	name  string
	outer *place
}

func (p *place) String() string {
	var names []string
	for ; p != nil; p = p.outer {
		names = append([]string{p.name}, names...)
	}
	if len(names) == 0 {
		return ""
	}
	return " at " + strings.ReplaceAll(strings.Join(names, "."), ".[", "[")
}
