package protofile

import (
	"strconv"
	"strings"
)

// Text returns the schema in the form that the Java classes print. It fails if a name
// is none.
func (s *Source) Text() (string, error) {
	if err := s.check(); err != nil {
		return "", err
	}
	var p printer
	p.line("syntax = \"proto3\";")
	if s.Package != "" {
		p.line("package " + s.Package + ";")
	}
	if len(s.Imports) > 0 {
		p.line("")
	}
	for _, i := range s.Imports {
		p.line(`import "` + i + `";`)
	}
	p.line("")
	p.message(s.Message)
	return p.text.String(), nil
}

// printer writes lines, each as far indented as it is deep.
type printer struct {
	text  strings.Builder
	depth int
}

func (p *printer) line(s string) {
	if s != "" {
		p.text.WriteString(strings.Repeat("  ", p.depth))
		p.text.WriteString(s)
	}
	p.text.WriteByte('\n')
}

// blank separates the parts of a message; the line is indented as any other.
func (p *printer) blank(first *bool) {
	if !*first {
		p.text.WriteString(strings.Repeat("  ", p.depth-1))
		p.text.WriteByte('\n')
	}
	*first = false
}

func (p *printer) message(m *Message) {
	if len(m.Fields)+len(m.Oneofs)+len(m.Nested)+len(m.Enums) == 0 {
		p.line("message " + m.Name + " {}")
		return
	}
	p.line("message " + m.Name + " {")
	p.depth++
	first := true
	if len(m.Fields) > 0 {
		p.blank(&first)
	}
	for i := range m.Fields {
		p.field(&m.Fields[i])
	}
	if len(m.Oneofs) > 0 {
		p.blank(&first)
	}
	for i := range m.Oneofs {
		p.line("oneof " + m.Oneofs[i].Name + " {")
		p.depth++
		for j := range m.Oneofs[i].Fields {
			p.field(&m.Oneofs[i].Fields[j])
		}
		p.depth--
		p.line("}")
	}
	if len(m.Nested)+len(m.Enums) > 0 {
		p.blank(&first)
	}
	for _, n := range m.Nested {
		p.message(n)
	}
	for i := range m.Enums {
		p.enum(&m.Enums[i])
	}
	p.depth--
	p.line("}")
}

func (p *printer) enum(e *Enum) {
	if len(e.Values) == 0 {
		p.line("enum " + e.Name + " {}")
		return
	}
	p.line("enum " + e.Name + " {")
	p.depth++
	for _, v := range e.Values {
		p.line(v.Name + " = " + strconv.Itoa(int(v.Number)) + ";")
	}
	p.depth--
	p.line("}")
}

func (p *printer) field(f *Field) {
	text := f.Type + " " + f.Name + " = " + strconv.Itoa(int(f.Number))
	if f.Label != "" {
		text = f.Label + " " + text
	}
	if len(f.Params) == 0 {
		p.line(text + ";")
		return
	}
	p.line(text + " [(confluent.field_meta) = {")
	p.depth++
	p.line("params: [")
	p.depth++
	for i := range f.Params {
		p.param(&f.Params[i], i == len(f.Params)-1)
	}
	p.depth--
	p.line("]")
	p.depth--
	p.line("}];")
}

func (p *printer) param(a *Param, last bool) {
	key, value := "key: "+quote(a.Key), "value: "+quote(a.Value)
	if a.Key == "precision" || a.Key == "scale" {
		key, value = value, key // as schemas had it before there were others
	}
	p.line("{")
	p.depth++
	p.line(key + ",")
	p.line(value)
	p.depth--
	if last {
		p.line("}")
	} else {
		p.line("},")
	}
}

func quote(s string) string {
	escapes := strings.NewReplacer("\a", `\a`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`,
		"\t", `\t`, "\v", `\v`, `\`, `\\`, `'`, `\'`, `"`, `\"`)
	return `"` + escapes.Replace(s) + `"`
}
