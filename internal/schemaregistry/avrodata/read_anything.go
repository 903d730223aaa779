package avrodata

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// anything reads a value without schema: the first field of its record that is set.
func anything(src []byte, depth int) (v any, rest []byte, err error) {
	if depth > maxDepth {
		return nil, nil, data.Errorf("The value is nested more than %d levels deep", maxDepth)
	}
	for kind := range anyFields {
		var set bool
		if set, src, err = branchOfTwo(src); err != nil {
			return nil, nil, err
		}
		if !set {
			continue
		}
		var got any
		if got, src, err = anyField(kind, src, depth); err != nil {
			return nil, nil, err
		}
		if v == nil {
			v = got
		}
	}
	return v, src, nil
}

// branchOfTwo reads which branch a union of null and one more has.
func branchOfTwo(src []byte) (set bool, rest []byte, err error) {
	i, rest, err := avro.ReadLong(src)
	if err == nil && i != 0 && i != 1 {
		err = fmt.Errorf("there is no branch %d in a union of 2", i)
	}
	return i == 1, rest, err
}

func anyField(kind int, src []byte, depth int) (any, []byte, error) {
	switch kind {
	case anyInt:
		v, rest, err := avro.ReadLong(src)
		return int32(v), rest, err
	case anyLong:
		v, rest, err := avro.ReadLong(src)
		return v, rest, err
	case anyString:
		b, rest, err := avro.ReadBytes(src)
		return string(b), rest, err
	case anyBytes:
		b, rest, err := avro.ReadBytes(src)
		return b, rest, err
	case anyArray, anyMap:
		return anyParts(kind, src, depth)
	}
	switch {
	case kind == anyBoolean && len(src) >= 1:
		return src[0] == 1, src[1:], nil
	case kind == anyFloat && len(src) >= 4:
		return math.Float32frombits(binary.LittleEndian.Uint32(src)), src[4:], nil
	case kind == anyDouble && len(src) >= 8:
		return math.Float64frombits(binary.LittleEndian.Uint64(src)), src[8:], nil
	}
	return nil, nil, avro.ErrShort
}

func anyParts(kind int, src []byte, depth int) (any, []byte, error) {
	list, m := []any{}, (*data.Map)(nil)
	for {
		count, rest, err := blockCount(src)
		if err != nil {
			return nil, nil, err
		}
		src = rest
		if m == nil && kind == anyMap {
			m = newMap(count)
		}
		if count == 0 {
			break
		}
		for range count {
			var k, v any
			if kind == anyMap {
				if k, src, err = anything(src, depth+1); err != nil {
					return nil, nil, err
				}
			}
			if v, src, err = anything(src, depth+1); err != nil {
				return nil, nil, err
			}
			if kind == anyMap {
				m.PutKey(k, v)
			} else {
				list = append(list, v)
			}
		}
	}
	if kind == anyArray {
		return list, src, nil
	}
	return m, src, nil
}
