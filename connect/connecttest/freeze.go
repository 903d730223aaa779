package connecttest

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// freezer describes records so exactly that two texts are equal only if nothing was
// written into the record or a part of it.
type freezer struct {
	strings.Builder
	spare   bool // look behind the ends of slices, too
	content bool // leave out which of several equal schemas it is
}

// freeze describes what a record refers to and what it is.
func freeze(r *connect.Record) string {
	f := &freezer{}
	f.record(r)
	return f.String()
}

// freezeParts describes what a record refers to, with the spare room of slices:
// somebody who appends to a slice that is not his own writes there.
func freezeParts(r *connect.Record) string {
	f := &freezer{spare: true}
	f.parts(r)
	return f.String()
}

func freezeValue(v any) string {
	f := &freezer{spare: true}
	f.value(v)
	return f.String()
}

func (f *freezer) record(r *connect.Record) {
	fmt.Fprintf(f, "topic=%q partition=%d timestamp=%d ", r.Topic, r.Partition, r.Timestamp)
	f.parts(r)
}

func (f *freezer) parts(r *connect.Record) {
	f.schema("key", r.KeySchema)
	f.value(r.Key)
	f.schema(" value", r.ValueSchema)
	f.value(r.Value)
	headers := r.Headers
	if f.spare {
		headers = headers[:cap(headers)]
	}
	for _, h := range headers {
		fmt.Fprintf(f, " header %q", h.Key)
		f.schema("", h.Schema)
		f.value(h.Value)
	}
	if r.Source != nil {
		f.fields(" source", r.Source.Fields())
	}
	if r.SourceOffset != nil {
		f.fields(" offset", r.SourceOffset.Fields())
	}
	if c := r.Consumed; c != nil {
		fmt.Fprintf(f, " consumed %s@%d %d %v %q=%q %q", c.TopicPartition(), c.Offset, c.Timestamp, c.TimestampType, c.Key, c.Value, c.Headers)
	}
}

// same describes values for comparison with others.
func (f *freezer) same(values []any) {
	f.content = true
	f.list(values)
}

func (f *freezer) schema(what string, s *data.Schema) {
	f.WriteString(what)
	if f.content {
		fmt.Fprintf(f, ":%s ", s)
	} else {
		fmt.Fprintf(f, ":%p ", s)
	}
}

func (f *freezer) fields(what string, fields connect.Fields) {
	fmt.Fprintf(f, "%s{", what)
	for _, name := range fields.Names() {
		fmt.Fprintf(f, "%q:%T(%v)", name, fields[name], fields[name])
	}
	f.WriteByte('}')
}

func (f *freezer) value(v any) {
	switch v := v.(type) {
	case []byte:
		if f.spare {
			v = v[:cap(v)]
		}
		fmt.Fprintf(f, "bytes(%x)", v)
	case []any:
		if f.spare {
			v = v[:cap(v)]
		}
		f.list(v)
	case *data.Map:
		f.WriteString("map{") // a map read from JSON makes its parts anew for each reader
		for k, x := range v.All() {
			f.value(k)
			f.WriteByte('=')
			f.value(x)
			f.WriteByte(' ')
		}
		f.WriteByte('}')
	case *data.Struct:
		f.schema("struct", v.Schema())
		f.list(v.Slots())
	case string:
		fmt.Fprintf(f, "%q", v)
	default:
		fmt.Fprintf(f, "%T(%v)", v, v)
	}
}

func (f *freezer) list(list []any) {
	f.WriteByte('[')
	for _, x := range list {
		f.value(x)
		f.WriteByte(' ')
	}
	f.WriteByte(']')
}
