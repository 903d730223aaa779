package connect

import (
	"sort"
	"strings"

	"github.com/millrace/millrace/connect/data"
)

// Fields are the named parts of a source partition or source offset. Values are
// null, strings, booleans and numbers: what JSON without schema can hold. When they
// are read back, integers are int64 and other numbers float64. As maps, Fields cannot
// be compared with ==.
type Fields map[string]any

// Int64 returns an integer; found is false when there is no such field or it is null.
// A field of another type is an error.
func (f Fields) Int64(name string) (n int64, found bool, err error) {
	switch v := f[name].(type) {
	case nil:
		return 0, false, nil
	case int64:
		return v, true, nil
	case int:
		return int64(v), true, nil
	}
	return 0, false, data.Errorf("Field '%s' of the stored offset is not an integer but %s", name, data.ClassName(f[name]))
}

// Fields returns f itself: the simplest SourceOffset.
func (f Fields) Fields() Fields { return f }

// String returns {k=v, k=v} in order of the names.
func (f Fields) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range f.Names() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + "=" + data.Text(f[name]))
	}
	b.WriteByte('}')
	return b.String()
}

// Names returns the names in order.
func (f Fields) Names() []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// SourcePartition says which part of the outside world a record comes from: a
// file, a table. A task makes one value for each part and shares it among all
// records of it, because the host compares pointers first.
type SourcePartition struct{ fields Fields }

// NewSourcePartition returns a partition with these fields, which must not be
// changed any more.
func NewSourcePartition(fields Fields) *SourcePartition { return &SourcePartition{fields} }

// Fields returns the partition's fields, which must not be changed.
func (p *SourcePartition) Fields() Fields { return p.fields }

// String returns the fields.
func (p *SourcePartition) String() string { return p.fields.String() }

// SourceOffset is the position in a source partition from which a restarted task
// goes on when it has this record and all before: each record's own, also within one
// batch, because a batch may be stored in part. Fields is called only for the offsets that are committed, not for every
// record, so a small value that makes its fields on demand is cheap:
//
//	type position int64
//	func (p position) Fields() connect.Fields { return connect.Fields{"position": int64(p)} }
type SourceOffset interface{ Fields() Fields }
