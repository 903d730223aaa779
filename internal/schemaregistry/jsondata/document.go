package jsondata

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/jsontext"
)

// maxText bounds the text of one schema, in bytes.
const maxText = 16 << 20

// base is the address of a schema that has none.
const base = "mem://input/schema.json"

// Schema is a parsed JSON Schema with those that it refers to.
type Schema struct {
	main *document
	text string
	refs []Reference
}

// Reference is a schema that others refer to by a name: an address, or the part of
// one that is told apart.
type Reference struct{ Name, Text string }

// document is one text of a schema.
type document struct {
	set    *documents
	root   *jsontext.Node
	base   *url.URL
	modern bool // of a draft after 7
	nodes  map[*jsontext.Node]*node
}

// documents are a schema and those that it refers to.
type documents struct {
	byURL map[string]*document
	err   error // the first one met while reading
}

func (d *document) fail(format string, args ...any) {
	if d.set.err == nil {
		d.set.err = fmt.Errorf(format, args...)
	}
}

// Parse reads a schema. References are the schemas that it may refer to, and those
// that they refer to.
func (s *Settings) Parse(text string, references []Reference) (*Schema, error) {
	set := &documents{byURL: map[string]*document{}}
	fallback, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	main, err := set.parse(text, fallback, s.IgnoreModern)
	if err != nil {
		return nil, err
	}
	for _, r := range references {
		at, err := main.base.Parse(r.Name)
		if err != nil {
			return nil, fmt.Errorf("the name of a referenced schema is no address: %w", err)
		}
		d, err := set.parse(r.Text, at, s.IgnoreModern)
		if err != nil {
			return nil, fmt.Errorf("referenced schema %s: %w", r.Name, err)
		}
		set.byURL[withoutFragment(at)] = d
	}
	return &Schema{main: main, text: text, refs: references}, nil
}

func (set *documents) parse(text string, at *url.URL, old bool) (*document, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("the schema has %d bytes; at most %d are read", len(text), maxText)
	}
	src := []byte(text)
	kind, start, err := jsontext.Check(src)
	if err != nil {
		return nil, fmt.Errorf("the schema is not JSON: %w", err)
	}
	if kind != jsontext.Object && kind != jsontext.True && kind != jsontext.False {
		return nil, fmt.Errorf("the schema is not a JSON object")
	}
	d := &document{set: set, root: jsontext.Parse(src, start), base: at, nodes: map[*jsontext.Node]*node{}}
	draft := d.root.Get("$schema")
	d.modern = !old && draft != nil && (strings.Contains(draft.Str, "draft/2019-09") || strings.Contains(draft.Str, "draft/2020-12"))
	id := d.root.Get("$id")
	if id == nil {
		id = d.root.Get("id")
	}
	if id != nil && id.Kind == jsontext.Text {
		if u, err := at.Parse(id.Str); err == nil {
			d.base = u
		}
	}
	set.byURL[withoutFragment(d.base)] = d
	return d, nil
}

func withoutFragment(u *url.URL) string {
	plain := *u
	plain.Fragment, plain.RawFragment = "", ""
	return plain.String()
}

// Title returns the schema's title, by which it is known as a record; "" when it has
// none.
func (s *Schema) Title() string {
	if t := s.main.root.Get("title"); t != nil && t.Kind == jsontext.Text {
		return t.Str
	}
	return ""
}

// node returns what the schema at a place says.
func (d *document) node(raw *jsontext.Node) *node {
	if n := d.nodes[raw]; n != nil {
		return n
	}
	n := d.load(raw)
	d.nodes[raw] = n
	return n
}

// referred returns the schema that a reference means.
func (n *node) referred() (*node, error) {
	raw := n.raw.Get("$ref")
	if raw.Kind != jsontext.Text {
		return nil, fmt.Errorf("a $ref is not a string")
	}
	target, err := n.at.base.Parse(raw.Str)
	if err != nil {
		return nil, fmt.Errorf("$ref %q is no address: %w", raw.Str, err)
	}
	d := n.at
	if withoutFragment(target) != withoutFragment(n.at.base) {
		if d = n.at.set.byURL[withoutFragment(target)]; d == nil {
			return nil, fmt.Errorf("$ref %q: there is no such schema among the references", raw.Str)
		}
	}
	found := d.find(target.Fragment)
	if found == nil {
		return nil, fmt.Errorf("$ref %q: there is nothing at this place", raw.Str)
	}
	return d.node(found), nil
}

// find returns what a fragment points to: a path, or the name of an anchor.
func (d *document) find(fragment string) *jsontext.Node {
	switch {
	case fragment == "":
		return d.root
	case fragment[0] != '/':
		return anchored(d.root, fragment)
	}
	n := d.root
	for _, step := range strings.Split(fragment[1:], "/") {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		if n.Kind != jsontext.List {
			n = n.Get(step)
		} else if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Members) {
			n = n.Members[i].Node
		} else {
			n = nil
		}
		if n == nil {
			return nil
		}
	}
	return n
}

func anchored(n *jsontext.Node, name string) *jsontext.Node {
	for _, key := range []string{"$anchor", "$id", "id"} {
		if a := n.Get(key); a != nil && a.Kind == jsontext.Text && (a.Str == "#"+name || key == "$anchor" && a.Str == name) {
			return n
		}
	}
	for _, m := range n.Members {
		if found := anchored(m.Node, name); found != nil {
			return found
		}
	}
	return nil
}
