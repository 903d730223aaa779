package parquetfile

import (
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go"
)

// rows turns records of a spool into values of columns, which point into the spool.
type rows struct {
	rest    []byte
	columns [][]parquet.Value
}

// take moves the values of n out of the spool to its columns, at a repetition level
// and a definition level.
func (r *rows) take(n *node, rep, def int) {
	if n.optional {
		present := r.rest[0]
		if r.rest = r.rest[1:]; present == 0 {
			r.null(n, rep, def)
			return
		}
		def++
	}
	switch n.kind {
	case structKind:
		for _, child := range n.children {
			r.take(child, rep, def)
		}
	case listKind, mapKind:
		r.many(n, rep, def)
	case unionKind:
		r.union(n, rep, def)
	default:
		r.columns[n.first] = append(r.columns[n.first], r.value(n).Level(rep, def, n.first))
	}
}

// null says in all columns of n that nothing is there.
func (r *rows) null(n *node, rep, def int) {
	for c := n.first; c < n.last; c++ {
		r.columns[c] = append(r.columns[c], parquet.NullValue().Level(rep, def, c))
	}
}

func (r *rows) many(n *node, rep, def int) {
	count := r.count()
	if count == 0 {
		r.null(n, rep, def)
	}
	for range count {
		for _, child := range n.children {
			r.take(child, rep, def+1)
		}
		rep = n.repeated
	}
}

func (r *rows) union(n *node, rep, def int) {
	set := r.count()
	for i, child := range n.children {
		if i == set {
			r.take(child, rep, def)
		} else {
			r.null(child, rep, def)
		}
	}
}

func (r *rows) count() int {
	v, size := binary.Uvarint(r.rest)
	r.rest = r.rest[size:]
	return int(v)
}

func (r *rows) cut(n int) []byte {
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// value takes the value of a leaf.
func (r *rows) value(n *node) parquet.Value {
	switch n.kind {
	case int32Kind:
		return parquet.Int32Value(int32(binary.LittleEndian.Uint32(r.cut(4))))
	case int64Kind:
		return parquet.Int64Value(int64(binary.LittleEndian.Uint64(r.cut(8))))
	case floatKind:
		return parquet.FloatValue(math.Float32frombits(binary.LittleEndian.Uint32(r.cut(4))))
	case doubleKind:
		return parquet.DoubleValue(math.Float64frombits(binary.LittleEndian.Uint64(r.cut(8))))
	case booleanKind:
		return parquet.BooleanValue(r.cut(1)[0] != 0)
	case fixedKind:
		return parquet.FixedLenByteArrayValue(r.cut(n.size))
	default:
		return parquet.ByteArrayValue(r.cut(r.count()))
	}
}
