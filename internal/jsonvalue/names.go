package jsonvalue

import (
	"bytes"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// Names are the names of a struct's fields as those of an object's members.
type Names struct {
	list  []name
	index map[string]int32
}

type name struct {
	quoted []byte
	next   []byte // the same with its colon, as it follows another member
}

// NewNames returns the names of fields.
func NewNames(fields []data.Field) Names {
	n := Names{make([]name, len(fields)), make(map[string]int32, len(fields))}
	for i, f := range fields {
		text := append(jsontext.AppendQuoted([]byte{','}, f.Name), ':')
		n.list[i] = name{quoted: text[1 : len(text)-1], next: text}
		n.index[f.Name] = int32(i)
	}
	return n
}

// Index returns the number of the field of that name.
func (n *Names) Index(field string) (k int, ok bool) {
	i, ok := n.index[field]
	return int(i), ok
}

// Read reads the member name at i and returns the number of its field, which is most
// likely the expected one, and where the value is. The number is -1 for a name that no
// field has.
func (n *Names) Read(src []byte, i, expected int) (k, at int, err error) {
	if expected < len(n.list) {
		if q := n.list[expected].quoted; bytes.HasPrefix(src[i:], q) {
			if at = i + len(q); jsontext.Tight(src, at, ':') {
				return expected, at + 1, nil
			}
			at, err = jsontext.Colon(src, at)
			return expected, at, err
		}
	}
	end, f, err := jsontext.ScanName(src, i)
	if err != nil {
		return -1, i, err
	}
	k = -1
	if known, ok := n.index[jsontext.StringAt(src[i:end], f)]; ok {
		k = int(known)
	}
	at, err = jsontext.Colon(src, end)
	return k, at, err
}

// Append appends a comma, the name of field k and a colon.
func (n *Names) Append(dst []byte, k int) []byte { return append(dst, n.list[k].next...) }

// Close makes an object of the members from start on, each of which Names.Append began.
func Close(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, "{}"...)
	}
	dst[start] = '{'
	return append(dst, '}')
}
