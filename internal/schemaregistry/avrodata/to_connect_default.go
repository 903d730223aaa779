package avrodata

import (
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// fromDefault returns a default value. It reports false for one that does not fit,
// and for structs.
func (n *readNode) fromDefault(j *jsontext.Node) (any, bool) {
	if j.Kind == jsontext.Null {
		return nil, true
	}
	switch n.op {
	case readBoolean:
		return j.Kind == jsontext.True, j.Kind == jsontext.True || j.Kind == jsontext.False
	case readInt, readInt8, readInt16, readDate, readTime:
		v, err := text.ParseInt(string(j.Text))
		return n.fromInt(v), err == nil
	case readLong, readTimestamp:
		v, err := text.ParseLong(string(j.Text))
		if n.op == readTimestamp {
			return data.Instant(v), err == nil
		}
		return v, err == nil
	case readFloat:
		return float32(doubleOf(j)), fitsNode(n.avro, j)
	case readDouble:
		return doubleOf(j), fitsNode(n.avro, j)
	case readString, readEnum:
		return strings.Clone(j.Str), j.Kind == jsontext.Text
	case readBytes, readDecimal:
		raw := bytesOf(j.Str)
		if n.op == readDecimal {
			return data.Decimal{Unscaled: data.FromTwosComplement(raw), Scale: n.scale}, j.Kind == jsontext.Text && len(raw) > 0
		}
		return raw, j.Kind == jsontext.Text
	}
	return n.partsFromDefault(j)
}

func (n *readNode) partsFromDefault(j *jsontext.Node) (any, bool) {
	switch {
	case n.op == readUnion && len(n.branches) > 0 && n.branches[0].node != nil && n.branches[0].slot < 0:
		return n.branches[0].node.fromDefault(j)
	case n.op == readArray && j.Kind == jsontext.List:
		list := make([]any, len(j.Members))
		for i, m := range j.Members {
			v, ok := n.inner.fromDefault(m.Node)
			if !ok {
				return nil, false
			}
			list[i] = v
		}
		return list, true
	case n.op == readMap && j.Kind == jsontext.Object:
		m := data.NewHashMapSize(len(j.Members))
		for _, e := range j.Members {
			v, ok := n.inner.fromDefault(e.Node)
			if !ok {
				return nil, false
			}
			m.Put(e.Name, v)
		}
		return m, true
	}
	return nil, false
}
