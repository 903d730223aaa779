package avro

import (
	"strconv"

	"github.com/millrace/millrace/internal/jsontext"
)

// Text returns the schema as the Java library's toString writes it: compact, each
// named schema in full at its first place. Two different schemas of one name are an
// *Error.
func (s *Schema) Text() (string, error) { return (&printer{}).text(s) }

// printer writes one schema.
type printer struct {
	dst   []byte
	space string             // namespace around what is being written
	names map[string]*Schema // written so far
	bare  bool               // leave out documentation
	err   error
}

func (p *printer) text(s *Schema) (string, error) {
	p.names = map[string]*Schema{}
	p.schema(s)
	return string(p.dst), p.err
}

func (p *printer) schema(s *Schema) {
	switch {
	case p.err != nil:
	case s.Type == Union:
		p.dst = append(p.dst, '[')
		for i, b := range s.Branches {
			p.comma(i)
			p.schema(b)
		}
		p.dst = append(p.dst, ']')
	case s.Type.Named():
		p.named(s)
	case s.Items != nil:
		p.container(s)
	case len(s.Props) == 0:
		p.quoted(s.Type.String())
	default:
		p.begin(s.Type)
		p.props(s.Props)
		p.dst = append(p.dst, '}')
	}
}

func (p *printer) begin(t Type) {
	p.dst = append(p.dst, `{"type":"`...)
	p.dst = append(append(p.dst, t.String()...), '"')
}

func (p *printer) comma(i int) {
	if i > 0 {
		p.dst = append(p.dst, ',')
	}
}

func (p *printer) quoted(s string) { p.dst = jsontext.AppendQuoted(p.dst, s) }

func (p *printer) member(name string) {
	p.dst = append(p.dst, ',')
	p.quoted(name)
	p.dst = append(p.dst, ':')
}

func (p *printer) container(s *Schema) {
	p.begin(s.Type)
	if s.Type == Array {
		p.member("items")
	} else {
		p.member("values")
	}
	p.schema(s.Items)
	p.props(s.Props)
	p.dst = append(p.dst, '}')
}

// named writes a named schema, or its name when it stands earlier in the text.
func (p *printer) named(s *Schema) {
	full := s.FullName()
	if before, ok := p.names[full]; ok {
		if before != s && !before.Equal(s) {
			p.err = errorf("Can't redefine: %s", full)
			return
		}
		p.reference(s, full)
		return
	}
	p.names[full] = s
	around := p.space
	p.begin(s.Type)
	p.name(s)
	p.space = s.Namespace
	p.doc(s.Doc)
	p.body(s)
	p.props(s.Props)
	p.aliases(s.Aliases)
	p.dst = append(p.dst, '}')
	p.space = around
}

func (p *printer) reference(s *Schema, full string) {
	if _, clash := primitive(s.Name); s.Namespace == p.space && !clash {
		full = s.Name
	}
	p.quoted(full)
}

func (p *printer) name(s *Schema) {
	p.member("name")
	p.quoted(s.Name)
	if s.Namespace != p.space {
		p.member("namespace")
		p.quoted(s.Namespace)
	}
}

func (p *printer) doc(doc *string) {
	if doc != nil && !p.bare {
		p.member("doc")
		p.quoted(*doc)
	}
}

func (p *printer) body(s *Schema) {
	switch s.Type {
	case Record:
		p.member("fields")
		p.dst = append(p.dst, '[')
		for i := range s.Fields {
			p.comma(i)
			p.field(&s.Fields[i])
		}
		p.dst = append(p.dst, ']')
	case Enum:
		p.member("symbols")
		p.texts(s.Symbols)
		if s.EnumDefault != nil {
			p.member("default")
			p.quoted(*s.EnumDefault)
		}
	case Fixed:
		p.member("size")
		p.dst = strconv.AppendInt(p.dst, int64(s.Size), 10)
	}
}

func (p *printer) field(f *Field) {
	p.dst = append(p.dst, `{"name":`...)
	p.quoted(f.Name)
	p.member("type")
	p.schema(f.Schema)
	p.doc(f.Doc)
	if f.Default != "" {
		p.member("default")
		p.dst = append(p.dst, f.Default...)
	}
	if f.Order != "" {
		p.member("order")
		p.quoted(f.Order)
	}
	p.aliases(f.Aliases)
	p.props(f.Props)
	p.dst = append(p.dst, '}')
}

func (p *printer) aliases(aliases []string) {
	if len(aliases) > 0 && !p.bare {
		p.member("aliases")
		p.texts(aliases)
	}
}

func (p *printer) texts(list []string) {
	p.dst = append(p.dst, '[')
	for i, s := range list {
		p.comma(i)
		p.quoted(s)
	}
	p.dst = append(p.dst, ']')
}

func (p *printer) props(props Props) {
	for _, x := range props {
		p.member(x.Name)
		p.dst = append(p.dst, x.JSON...)
	}
}
