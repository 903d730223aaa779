package jsondata

import (
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// finish adds what all schemas may have, and builds.
func (r *reading) finish(b started, n *node, c context) (*data.Schema, error) {
	if title, ok := n.text("title"); ok && !b.named {
		b.Name(title)
	}
	if v := n.prop(connectVersion); v != nil && v.Kind == jsontext.Whole {
		b.Version(int32(jsontext.Long(v.Text)))
	} else if c.version != NoVersion {
		b.Version(int32(c.version))
	}
	if doc, ok := n.text("description"); ok {
		b.Doc(doc)
	}
	if params := n.prop(connectParameters); params != nil {
		for _, p := range params.Members {
			b.Parameter(p.Name, textOf(p.Node))
		}
	}
	if def := n.prop("default"); def != nil && def.Kind != jsontext.Null {
		if err := r.addDefault(b, def); err != nil {
			return nil, c.fail("%s: %s", "Invalid default value", err.Error())
		}
	}
	if c.optional {
		b.SetOptional(true)
	}
	s, err := b.Build()
	if err != nil {
		return nil, &data.Error{Kind: data.BadSchema, Msg: err.Error() + c.at.String(), Err: err}
	}
	return s, nil
}

func textOf(n *jsontext.Node) string {
	if n.Kind == jsontext.Text {
		return n.Str
	}
	return string(n.Text)
}

// addDefault reads a default as a value of the schema as it is so far.
func (r *reading) addDefault(b started, def *jsontext.Node) error {
	copied := *b.Builder
	soFar, err := copied.Build()
	if err != nil {
		return err
	}
	v, err := r.NewReader(soFar).Read(def.Text)
	if err != nil {
		return err
	}
	if _, is := v.(*data.Struct); is {
		// As Java: the schema of the default cannot be the one that it belongs to.
		return data.Errorf("Struct schemas do not match.")
	}
	if v != nil {
		b.Default(v)
	}
	return nil
}

// allOf reads a schema that says several things: the object that all of them
// describe together, or that one of them which Connect has a type for.
func (r *reading) allOf(n *node, c context) (*data.Schema, error) {
	m := merged{at: map[string]int{}, seen: map[*node]bool{}}
	if err := m.collect(n); err != nil {
		return nil, c.fail("%s", err.Error())
	}
	if len(m.all) == 0 {
		part := chosen(n.children())
		if part == nil {
			return nil, c.fail("Unsupported criterion allOf")
		}
		return r.schema(part, c)
	}
	b := started{data.NewStructBuilder(), false}
	if err := r.fields(b, m.all, func(name string) bool { return m.required[m.at[name]] }, c); err != nil {
		return nil, err
	}
	if c.optional {
		b.SetOptional(true)
	}
	return b.Build()
}

// chosen returns the part of an allOf without properties that counts.
func chosen(parts []*node) *node {
	last := map[kind]*node{}
	for _, p := range parts {
		k := p.kind
		if k == integerKind {
			k = numberKind
		}
		last[k] = p
	}
	text, number := last[stringKind], last[numberKind]
	switch {
	case last[combinedKind] != nil:
		return last[combinedKind]
	case last[constKind] != nil && text != nil:
		return text
	case last[constKind] != nil:
		return number
	case last[enumKind] != nil && text != nil:
		return last[enumKind]
	case last[enumKind] != nil:
		return number
	case text != nil && number != nil:
		return number // that has a format
	case text != nil:
		return text
	}
	return last[referenceKind]
}

// merged are the properties of the objects of an allOf.
type merged struct {
	all      []property
	required []bool
	at       map[string]int
	seen     map[*node]bool
}

func (m *merged) collect(n *node) error {
	if m.seen[n] {
		return nil
	}
	m.seen[n] = true
	switch {
	case n.kind == referenceKind:
		target, err := n.referred()
		if err != nil {
			return err
		}
		return m.collect(target)
	case n.kind == combinedKind && n.criterion == allOf:
		for _, part := range n.children() {
			if err := m.collect(part); err != nil {
				return err
			}
		}
	case n.kind == objectKind:
		for _, p := range n.properties() {
			m.add(p, n.required(p.name))
		}
	}
	return nil
}

// add lets a later property of a name count, in the place of the first.
func (m *merged) add(p property, required bool) {
	i, again := m.at[p.name]
	if !again {
		i = len(m.all)
		m.at[p.name] = i
		m.all, m.required = append(m.all, property{}), append(m.required, false)
	}
	m.all[i], m.required[i] = p, required
}
