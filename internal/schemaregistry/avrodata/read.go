package avrodata

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unsafe"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// Reader reads values of one Avro schema. It makes structs that share memory, so it
// must not be used by several goroutines at a time.
type Reader struct {
	top     *readNode
	structs data.StructMaker
	empty   int // elements without bytes in the current value
}

// Schema returns the Connect schema of the values, nil when they have none.
func (r *Reader) Schema() *data.Schema { return r.top.schema }

type readOp uint8

const (
	readBoolean readOp = iota
	readInt8
	readInt16
	readInt
	readDate
	readTime
	readLong
	readTimestamp
	readFloat
	readDouble
	readString
	readBytes
	readDecimal
	readEnum
	readArray
	readMap
	readEntries
	readRecord
	readUnion
	readAnything
)

// readNode is the plan for one schema.
type readNode struct {
	op         readOp
	schema     *data.Schema
	avro       *avro.Schema
	inner, key *readNode
	fields     []*readNode
	branches   []readBranch
	symbols    []any
	size       int // of a fixed; -1 for bytes
	scale      int32
	valueFirst bool // within the entries of a map
}

// readBranch is a member of a union; without node it is null.
type readBranch struct {
	node *readNode
	slot int // of the struct that stands for the union; -1: there is none
}

// errRange says that a number is not one that its type can have.
var errRange = errors.New("invalid int encoding")

// maxEmpty is how many elements that need no bytes are taken in all.
const maxEmpty = 1 << 20

// Read reads a value and returns what follows it. Texts and bytes share the memory
// of src, which must not change any more.
func (r *Reader) Read(src []byte) (v any, rest []byte, err error) {
	if r.top.op == readAnything {
		return anything(src, 0)
	}
	r.empty = 0
	return r.read(r.top, src)
}

func (r *Reader) read(n *readNode, src []byte) (any, []byte, error) {
	switch n.op {
	case readString:
		b, rest, err := avro.ReadBytes(src)
		return unsafe.String(unsafe.SliceData(b), len(b)), rest, err
	case readLong:
		v, rest, err := avro.ReadLong(src)
		return v, rest, err
	case readTimestamp:
		v, rest, err := avro.ReadLong(src)
		return data.Instant(v), rest, err
	case readInt, readInt8, readInt16, readDate, readTime:
		return n.int(src)
	case readFloat, readDouble, readBoolean:
		return n.sized(src)
	case readBytes, readDecimal:
		return n.bytes(src)
	case readEnum:
		i, rest, err := avro.ReadLong(src)
		if err == nil && (i < 0 || i >= int64(len(n.symbols))) {
			err = fmt.Errorf("there is no symbol %d in the enum %s", i, n.avro.FullName())
		}
		if err != nil {
			return nil, nil, err
		}
		return n.symbols[i], rest, nil
	case readRecord:
		return r.record(n, src)
	case readUnion:
		return r.union(n, src)
	}
	return r.container(n, src)
}

func (n *readNode) int(src []byte) (any, []byte, error) {
	v, rest, err := avro.ReadLong(src)
	if err == nil && v != int64(int32(v)) {
		err = errRange
	}
	if err != nil {
		return nil, nil, err
	}
	if n.op == readTime {
		t, err := data.DecodeTime(n.schema, int32(v))
		return t, rest, err
	}
	return n.fromInt(int32(v)), rest, nil
}

// fromInt returns an int as the type that it stands for.
func (n *readNode) fromInt(v int32) any {
	const dayMillis = 24 * 60 * 60 * 1000
	switch n.op {
	case readInt8:
		return int8(v)
	case readInt16:
		return int16(v)
	case readDate:
		return data.Instant(int64(v) * dayMillis)
	case readTime:
		return data.Instant(v)
	}
	return v
}

func (n *readNode) sized(src []byte) (any, []byte, error) {
	switch {
	case n.op == readBoolean && len(src) >= 1:
		return src[0] == 1, src[1:], nil
	case n.op == readFloat && len(src) >= 4:
		return math.Float32frombits(binary.LittleEndian.Uint32(src)), src[4:], nil
	case n.op == readDouble && len(src) >= 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(src)), src[8:], nil
	}
	return nil, nil, avro.ErrShort
}

func (n *readNode) bytes(src []byte) (any, []byte, error) {
	var b, rest []byte
	var err error
	switch {
	case n.size < 0:
		b, rest, err = avro.ReadBytes(src)
	case n.size > len(src):
		err = avro.ErrShort
	default:
		b, rest = src[:n.size:n.size], src[n.size:]
	}
	if err != nil || n.op == readBytes {
		return b, rest, err
	}
	v, err := n.decimal(b)
	return v, rest, err
}

func (n *readNode) decimal(raw []byte) (any, error) {
	if len(raw) == 0 {
		return nil, data.Fail(data.BadNumber, "Zero length BigInteger")
	}
	return data.Decimal{Unscaled: data.FromTwosComplement(raw), Scale: n.scale}, nil
}

// Raw returns the value of bytes that stand alone, without their length.
func (r *Reader) Raw(src []byte) (any, error) {
	if r.top.op == readDecimal {
		return r.top.decimal(src)
	}
	return src, nil
}

func (r *Reader) record(n *readNode, src []byte) (any, []byte, error) {
	s := r.structs.Make(n.schema, 0)
	slots := s.Slots()
	for i, f := range n.fields {
		var err error
		if slots[i], src, err = r.read(f, src); err != nil {
			return nil, nil, err
		}
	}
	return s, src, nil
}

func (r *Reader) union(n *readNode, src []byte) (any, []byte, error) {
	i, src, err := avro.ReadLong(src)
	if err != nil {
		return nil, nil, err
	}
	if i < 0 || i >= int64(len(n.branches)) {
		return nil, nil, fmt.Errorf("there is no branch %d in a union of %d", i, len(n.branches))
	}
	b := &n.branches[i]
	if b.node == nil {
		return nil, src, nil
	}
	v, src, err := r.read(b.node, src)
	if err != nil || b.slot < 0 {
		return v, src, err
	}
	s := r.structs.Make(n.schema, 0)
	s.Slots()[b.slot] = v
	return s, src, nil
}

// container reads arrays and maps, which come in blocks.
func (r *Reader) container(n *readNode, src []byte) (any, []byte, error) {
	list, m := []any{}, (*data.Map)(nil)
	for {
		count, rest, err := blockCount(src)
		if err != nil {
			return nil, nil, err
		}
		src = rest
		if n.op != readArray && m == nil {
			m = newMap(count)
		} else if n.op == readArray {
			list = slices.Grow(list, min(count, allocated))
		}
		if count == 0 {
			break
		}
		for range count {
			before := len(src)
			if n.op == readArray {
				var v any
				v, src, err = r.read(n.inner, src)
				list = append(list, v)
			} else {
				src, err = r.entry(n, m, src)
			}
			if err == nil && len(src) == before {
				err = r.nothing()
			}
			if err != nil {
				return nil, nil, err
			}
		}
	}
	if n.op == readArray {
		return list, src, nil
	}
	return m, src, nil
}

// allocated is for how many elements memory is taken before they are seen.
const allocated = 512

// newMap returns a map in the order of a Java HashMap made for so many entries. From
// 13 on that is the order of any other.
func newMap(count int) *data.Map {
	if count > 64 {
		return data.NewHashMap(64)
	}
	return data.NewHashMapSize(count)
}

// nothing bounds elements that need no bytes: a few bytes could claim any number.
func (r *Reader) nothing() error {
	if r.empty++; r.empty > maxEmpty {
		return fmt.Errorf("more than %d empty elements", maxEmpty)
	}
	return nil
}

// blockCount reads how many elements follow.
func blockCount(src []byte) (int, []byte, error) {
	count, rest, err := avro.ReadLong(src)
	if err == nil && count < 0 {
		count = -count
		_, rest, err = avro.ReadLong(rest) // the size in bytes, for those who skip
	}
	if err == nil && (count < 0 || count > math.MaxInt32) {
		err = errRange
	}
	return int(count), rest, err
}

func (r *Reader) entry(n *readNode, m *data.Map, src []byte) ([]byte, error) {
	var k, v any
	var err error
	switch {
	case n.op == readMap:
		var b []byte
		if b, src, err = avro.ReadBytes(src); err == nil {
			k = string(b)
			v, src, err = r.read(n.inner, src)
		}
	case n.valueFirst:
		if v, src, err = r.read(n.inner, src); err == nil {
			k, src, err = r.read(n.key, src)
		}
	default:
		if k, src, err = r.read(n.key, src); err == nil {
			v, src, err = r.read(n.inner, src)
		}
	}
	if err != nil {
		return nil, err
	}
	m.PutKey(k, v)
	return src, nil
}
