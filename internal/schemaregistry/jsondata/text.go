package jsondata

import (
	"bytes"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/hashorder"
	javatext "github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// object is a JSON object being written.
type object struct {
	dst  []byte
	more bool
}

func opened(dst []byte) *object { return &object{dst: append(dst, '{')} }

func (o *object) closed(end string) []byte { return append(o.dst, end...) }

func (o *object) name(name string) {
	if o.more {
		o.dst = append(o.dst, ',')
	}
	o.more = true
	o.dst = append(jsontext.AppendQuoted(o.dst, name), ':')
}

func (o *object) raw(name, value string) {
	o.name(name)
	o.dst = append(o.dst, value...)
}

func (o *object) quoted(name, value string) {
	o.name(name)
	o.dst = jsontext.AppendQuoted(o.dst, value)
}

// text is quoted for what may be missing.
func (o *object) text(name, value string) {
	if value != "" {
		o.quoted(name, value)
	}
}

// typed writes the type, or the symbols of an enum.
func (o *object) typed(name string, symbols []string) {
	if name != "" {
		o.quoted("type", name)
		return
	}
	o.name("enum")
	o.dst = append(o.dst, '[')
	for i, symbol := range hashedSymbols(symbols) {
		if i > 0 {
			o.dst = append(o.dst, ',')
		}
		if symbol == nullSymbol {
			o.dst = append(o.dst, "null"...)
		} else {
			o.dst = jsontext.AppendQuoted(o.dst, symbol)
		}
	}
	o.dst = append(o.dst, ']')
}

// prop is a property beside the keywords.
type prop struct{ name, value string }

// props writes properties in the order of the hash map that Java copies them to.
func (o *object) props(all []prop) {
	byName := make(map[string]string, len(all))
	names := make([]string, len(all))
	for i, p := range all {
		names[i], byName[p.name] = p.name, p.value
	}
	names = hashed(names)
	for _, name := range arranged(names, hashorder.Strings(names, hashorder.CapacityForCopy(len(names)))) {
		o.raw(name, byName[name])
	}
}

// hashed returns names in the order that they have in a new HashMap().
func hashed(names []string) []string { return arranged(names, hashorder.Default(names)) }

// hashedSymbols is hashed for a set that may have null in it.
func hashedSymbols(symbols []string) []string {
	hashes := make([]uint32, len(symbols))
	for i, s := range symbols {
		if s != nullSymbol {
			hashes[i] = hashorder.HashString(s)
		}
	}
	return arranged(symbols, hashorder.Order(hashes, hashorder.Grown(hashes, hashorder.Capacity(0))))
}

// paramsText is connect.parameters, "" when there is nothing to keep.
func paramsText(s *data.Schema) string {
	byName := map[string]string{}
	var names []string
	for _, p := range s.Parameters() {
		if !strings.HasPrefix(p.Key, namespace) {
			names = append(names, p.Key)
			byName[p.Key] = p.Value
		}
	}
	if len(names) == 0 {
		return ""
	}
	names = hashed(names)
	o := opened(nil)
	for _, name := range arranged(names, hashorder.Strings(names, hashorder.CapacityFor(len(names), len(names)))) {
		o.quoted(name, byName[name])
	}
	return string(o.closed("}"))
}

// defaultText writes a default as org.json does.
func (w *writing) defaultText(s *data.Schema, def any) (string, error) {
	raw, _, err := w.NewWriter(s).Append(nil, def)
	if err != nil {
		return "", data.Errorf("Invalid default value").Because(err)
	}
	return string(appendNormal(nil, jsontext.Parse(raw, 0))), nil
}

func appendNormal(dst []byte, n *jsontext.Node) []byte {
	switch n.Kind {
	case jsontext.Fraction:
		return appendShort(dst, n.Text)
	case jsontext.List:
		dst = append(dst, '[')
		for i, m := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendNormal(dst, m.Node)
		}
		return append(dst, ']')
	case jsontext.Object:
		names := make([]string, len(n.Members))
		for i, m := range n.Members {
			names[i] = m.Name
		}
		o := opened(dst)
		for _, name := range hashed(names) {
			o.name(name)
			o.dst = appendNormal(o.dst, n.Get(name))
		}
		return o.closed("}")
	}
	return append(dst, n.Text...)
}

// appendShort writes a number without zeros at the end of its fraction, as org.json
// does when there is no exponent; Jackson then writes exponents as BigDecimal.
func appendShort(dst, number []byte) []byte {
	if bytes.ContainsAny(number, "eE") {
		if unscaled, scale, err := javatext.ParseDecimal(string(number)); err == nil {
			return javatext.AppendDecimal(dst, unscaled, scale)
		}
		return append(dst, number...)
	}
	return append(dst, bytes.TrimSuffix(bytes.TrimRight(number, "0"), []byte("."))...)
}
