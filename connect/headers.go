package connect

import (
	"strings"

	"github.com/millrace/millrace/connect/data"
)

// Header is a named value beside a record's key and value.
type Header struct {
	Key    string
	Schema *data.Schema
	Value  any
}

// String returns the header in Connect's words.
func (h Header) String() string {
	return "ConnectHeader(key=" + h.Key + ", value=" + data.Text(h.Value) + ", schema=" + h.Schema.String() + ")"
}

// Headers are a record's headers in order; names may repeat. A copy of a Record
// shares them until one of the two is changed through a method.
type Headers []Header

// Add appends a header after checking that the value suits the schema, which may
// be nil.
func (h *Headers) Add(key string, schema *data.Schema, value any) error {
	if err := suits(schema, value); err != nil {
		return err
	}
	h.append(Header{key, schema, value})
	return nil
}

// append never writes into an array that another Headers may share.
func (h *Headers) append(x Header) {
	list := *h
	*h = append(list[:len(list):len(list)], x)
}

// suits is shallow, as ConnectHeaders.checkSchemaMatches: parts are not looked at
// and a logical schema takes its base type as well.
func suits(schema *data.Schema, value any) error {
	if schema == nil {
		return nil
	}
	if value == nil {
		if schema.Optional() {
			return nil
		}
		return data.Errorf("A null value requires an optional schema but was %s", schema)
	}
	if t, ok := data.TypeOf(value); ok && t == schema.Type() {
		return nil
	}
	switch value.(type) {
	case data.Decimal:
		if schema.Name() == data.DecimalName {
			return nil
		}
	case data.Instant:
		switch schema.Name() {
		case data.DateName, data.TimeName, data.TimestampName:
			return nil
		}
	}
	return data.Errorf("The value %s is not compatible with the schema %s", data.Text(value), schema)
}

// Last returns the last header of that name.
func (h Headers) Last(key string) (Header, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Key == key {
			return h[i], true
		}
	}
	return Header{}, false
}

// With returns the headers of that name in order.
func (h Headers) With(key string) []Header {
	var found []Header
	for _, x := range h {
		if x.Key == key {
			found = append(found, x)
		}
	}
	return found
}

// Remove drops all headers of that name.
func (h *Headers) Remove(key string) {
	h.Keep(func(x Header) bool { return x.Key != key })
}

// Keep drops the headers for which keep is false.
func (h *Headers) Keep(keep func(Header) bool) {
	kept := Headers{}
	for _, x := range *h {
		if keep(x) {
			kept = append(kept, x)
		}
	}
	if len(kept) != len(*h) {
		*h = kept
	}
}

// RetainLatest keeps only the last header of each name.
func (h *Headers) RetainLatest() {
	last := make(map[string]int, len(*h))
	for i, x := range *h {
		last[x.Key] = i
	}
	i := -1
	h.Keep(func(x Header) bool {
		i++
		return last[x.Key] == i
	})
}

// RetainLatestOf keeps only the last header of that name, and all others.
func (h *Headers) RetainLatestOf(key string) {
	last := -1
	for i, x := range *h {
		if x.Key == key {
			last = i
		}
	}
	i := -1
	h.Keep(func(x Header) bool {
		i++
		return x.Key != key || i == last
	})
}

// Clear drops all headers.
func (h *Headers) Clear() { *h = Headers{} }

// String returns the headers in Connect's words. Headers that never held anything
// print differently from emptied ones, as in Java.
func (h Headers) String() string {
	if h == nil {
		return "ConnectHeaders(headers=)"
	}
	var b strings.Builder
	b.WriteString("ConnectHeaders(headers=[")
	for i, x := range h {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(x.String())
	}
	b.WriteString("])")
	return b.String()
}
