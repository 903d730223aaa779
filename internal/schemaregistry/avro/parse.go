package avro

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// MaxText is the longest schema text that Parse takes, in bytes.
const MaxText = 16 << 20

// Parse reads a schema. References are schemas that it may refer to by name.
func Parse(raw []byte, references ...*Schema) (*Schema, error) {
	if len(raw) > MaxText {
		return nil, errorf("The schema has %d bytes; at most %d are read", len(raw), MaxText)
	}
	raw, err := jsontext.UTF8(raw)
	if err != nil {
		return nil, errorf("The schema is not JSON: %v", err)
	}
	kind, at, err := jsontext.Check(raw)
	if err != nil {
		return nil, errorf("The schema is not JSON: %v", err)
	}
	if kind == jsontext.Missing {
		return nil, errorf("Cannot parse <null> or empty schema")
	}
	p := parser{names: map[string]*Schema{}}
	for _, s := range references {
		p.learn(s, map[*Schema]bool{})
	}
	return p.schema(jsontext.Parse(raw, at), "")
}

// parser knows the named schemas so far.
type parser struct{ names map[string]*Schema }

// learn takes over the named schemas within a schema.
func (p *parser) learn(s *Schema, seen map[*Schema]bool) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	if s.Type.Named() {
		p.names[s.FullName()] = s
	}
	p.learn(s.Items, seen)
	for i := range s.Fields {
		p.learn(s.Fields[i].Schema, seen)
	}
	for _, b := range s.Branches {
		p.learn(b, seen)
	}
}

func (p *parser) schema(n *jsontext.Node, space string) (*Schema, error) {
	switch n.Kind {
	case jsontext.Text:
		return p.byName(n.Str, space)
	case jsontext.List:
		return p.union(n, space)
	case jsontext.Object:
		return p.object(n, space)
	}
	return nil, errorf("Schema not yet supported: %s", n.Text)
}

func (p *parser) byName(name, space string) (*Schema, error) {
	if t, ok := primitive(name); ok {
		return New(t), nil
	}
	if s := p.find(name, space); s != nil {
		return s, nil
	}
	return nil, errorf("Undefined name: %q", name)
}

func (p *parser) find(name, space string) *Schema {
	if space != "" && !strings.Contains(name, ".") {
		if s := p.names[space+"."+name]; s != nil {
			return s
		}
	}
	return p.names[strings.TrimPrefix(name, ".")]
}

func (p *parser) union(n *jsontext.Node, space string) (*Schema, error) {
	u := New(Union)
	seen := map[string]bool{}
	for _, m := range n.Members {
		b, err := p.schema(m.Node, space)
		if err != nil {
			return nil, err
		}
		if b.Type == Union {
			return nil, errorf("Nested union: %s", n.Text)
		}
		if seen[b.FullName()] {
			return nil, errorf("Duplicate in union:%s", b.FullName())
		}
		seen[b.FullName()] = true
		u.Branches = append(u.Branches, b)
	}
	return u, nil
}

func (p *parser) object(n *jsontext.Node, space string) (*Schema, error) {
	t := n.Get("type")
	if t == nil {
		return nil, errorf("No type: %s", n.Text)
	}
	if t.Kind != jsontext.Text {
		return p.schema(t, space)
	}
	var s *Schema
	var err error
	reserved := []string{"doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases"}
	switch kind, ok := primitive(t.Str); {
	case ok:
		s = New(kind)
	case t.Str == "array":
		s, err = p.container(n, Array, "items", space)
	case t.Str == "map":
		s, err = p.container(n, Map, "values", space)
	case t.Str == "record" || t.Str == "error":
		s, err = p.named(n, Record, space)
	case t.Str == "enum":
		reserved = append(reserved, "default")
		s, err = p.named(n, Enum, space)
	case t.Str == "fixed":
		s, err = p.named(n, Fixed, space)
	default:
		return p.byName(t.Str, space)
	}
	if err == nil {
		s.Props = props(n, reserved)
	}
	return s, err
}

func (p *parser) container(n *jsontext.Node, t Type, part, space string) (*Schema, error) {
	items := n.Get(part)
	if items == nil {
		return nil, errorf("No %s type: %s", part, n.Text)
	}
	s, err := p.schema(items, space)
	return &Schema{Type: t, Items: s}, err
}

// named reads a record, enum or fixed. It is known to its own fields.
func (p *parser) named(n *jsontext.Node, t Type, space string) (*Schema, error) {
	name := textOf(n.Get("name"))
	if name == nil {
		return nil, errorf("No name in schema: %s", n.Text)
	}
	if own := textOf(n.Get("namespace")); own != nil {
		space = *own
	}
	s, err := NewNamed(t, *name, space)
	if err != nil {
		return nil, err
	}
	full := s.FullName()
	if p.names[full] != nil {
		return nil, errorf("Can't redefine: %s", full)
	}
	p.names[full] = s
	s.Doc, s.Aliases = textOf(n.Get("doc")), textsOf(n.Get("aliases"))
	switch t {
	case Record:
		err = p.fields(s, n)
	case Enum:
		err = enum(s, n)
	default:
		err = fixed(s, n)
	}
	return s, err
}

func (p *parser) fields(s *Schema, n *jsontext.Node) error {
	list := n.Get("fields")
	if list == nil || list.Kind != jsontext.List {
		return errorf("Record has no fields: %s", n.Text)
	}
	seen := map[string]bool{}
	for _, m := range list.Members {
		f, err := p.field(m.Node, s.Namespace)
		if err != nil {
			return err
		}
		if seen[f.Name] {
			return errorf("Duplicate field %s in record %s", f.Name, s.FullName())
		}
		seen[f.Name] = true
		s.Fields = append(s.Fields, f)
	}
	return nil
}

func (p *parser) field(n *jsontext.Node, space string) (Field, error) {
	name, kind := textOf(n.Get("name")), n.Get("type")
	if name == nil {
		return Field{}, errorf("No field name: %s", n.Text)
	}
	if kind == nil {
		return Field{}, errorf("No field type: %s", n.Text)
	}
	if err := CheckName(*name); err != nil {
		return Field{}, err
	}
	s, err := p.schema(kind, space)
	if err != nil {
		return Field{}, err
	}
	f := Field{
		Name: *name, Schema: s, Doc: textOf(n.Get("doc")), Aliases: textsOf(n.Get("aliases")),
		Props: props(n, []string{"default", "doc", "name", "order", "type", "aliases"}),
	}
	if d := n.Get("default"); d != nil {
		f.Default = string(AppendCompact(nil, d))
	}
	if o := textOf(n.Get("order")); o != nil && *o != "ascending" {
		f.Order = *o
	}
	return f, nil
}

func enum(s *Schema, n *jsontext.Node) error {
	list := n.Get("symbols")
	if list == nil || list.Kind != jsontext.List {
		return errorf("Enum has no symbols: %s", n.Text)
	}
	s.Symbols, s.EnumDefault = textsOf(list), textOf(n.Get("default"))
	return CheckSymbols(s)
}

// CheckSymbols checks the symbols of an enum and its default.
func CheckSymbols(s *Schema) error {
	seen := make(map[string]bool, len(s.Symbols))
	for _, symbol := range s.Symbols {
		if err := CheckName(symbol); err != nil {
			return err
		}
		if seen[symbol] {
			return errorf("Duplicate enum symbol: %s", symbol)
		}
		seen[symbol] = true
	}
	if s.EnumDefault != nil && !seen[*s.EnumDefault] {
		return errorf("The Enum Default: %s is not in the enum symbol set: [%s]", *s.EnumDefault, strings.Join(s.Symbols, ", "))
	}
	return nil
}

func fixed(s *Schema, n *jsontext.Node) error {
	size := n.Get("size")
	if size == nil || size.Kind != jsontext.Whole {
		return errorf("Invalid or no size: %s", n.Text)
	}
	v, err := text.ParseInt(string(size.Text))
	if err != nil || v < 0 {
		return errorf("Invalid fixed size: %s", size.Text)
	}
	s.Size = int(v)
	return nil
}

// props are the members that are not reserved.
func props(n *jsontext.Node, reserved []string) Props {
	var found Props
	for _, m := range n.Members {
		if !slices.Contains(reserved, m.Name) {
			found = append(found, Prop{m.Name, string(AppendCompact(nil, m.Node))})
		}
	}
	return found
}

func textOf(n *jsontext.Node) *string {
	if n == nil || n.Kind != jsontext.Text {
		return nil
	}
	s := strings.Clone(n.Str)
	return &s
}

func textsOf(n *jsontext.Node) []string {
	if n == nil || n.Kind != jsontext.List {
		return nil
	}
	var list []string
	for _, m := range n.Members {
		if s := textOf(m.Node); s != nil {
			list = append(list, *s)
		}
	}
	return list
}

// AppendCompact appends a value as Jackson writes it after reading it.
func AppendCompact(dst []byte, n *jsontext.Node) []byte {
	switch n.Kind {
	case jsontext.Text:
		return jsontext.AppendQuoted(dst, n.Str)
	case jsontext.Fraction:
		return jsontext.AppendDouble(dst, jsontext.Double(n.Text))
	case jsontext.List:
		dst = append(dst, '[')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendCompact(dst, m.Node)
		}
		return append(dst, ']')
	case jsontext.Object:
		dst = append(dst, '{')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(jsontext.AppendQuoted(dst, m.Name), ':')
			dst = AppendCompact(dst, m.Node)
		}
		return append(dst, '}')
	}
	return append(dst, n.Text...)
}
