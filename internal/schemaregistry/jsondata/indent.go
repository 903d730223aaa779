package jsondata

import "github.com/millrace/millrace/internal/jsontext"

// Indent appends a JSON text, which must be one, as Jackson prints it for people:
// members of objects each on a line, lists on one.
func Indent(dst, text []byte) []byte {
	return indent(dst, jsontext.Parse(text, jsontext.First(text)), 0)
}

func indent(dst []byte, n *jsontext.Node, depth int) []byte {
	switch n.Kind {
	case jsontext.Object:
		dst = append(dst, '{')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = jsontext.AppendQuoted(newline(dst, depth+1), m.Name)
			dst = indent(append(dst, " : "...), m.Node, depth+1)
		}
		if len(n.Members) == 0 {
			return append(dst, " }"...)
		}
		return append(newline(dst, depth), '}')
	case jsontext.List:
		dst = append(dst, '[')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = indent(append(dst, ' '), m.Node, depth)
		}
		return append(dst, " ]"...)
	}
	return append(dst, n.Text...)
}

func newline(dst []byte, depth int) []byte {
	dst = append(dst, '\n')
	for range depth {
		dst = append(dst, "  "...)
	}
	return dst
}
