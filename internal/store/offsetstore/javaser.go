package offsetstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// The file holds a java.util.HashMap<byte[], byte[]> in Java's serialisation format
// (Java Object Serialization Specification, version 2): only what such a map needs
// is written and read here.

const (
	tcNull      = 0x70
	tcReference = 0x71
	tcClassDesc = 0x72
	tcArray     = 0x75
	tcBlockData = 0x77
	tcEnd       = 0x78

	firstHandle = 0x7e0000
	arrayClass  = firstHandle + 2 // after HashMap's class and object
)

// The stream up to the load factor, and the descriptor of byte[].
var (
	mapHeader = []byte("\xac\xed\x00\x05\x73\x72\x00\x11java.util.HashMap" +
		"\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03\x00\x02\x46\x00\x0aloadFactor\x49\x00\x09threshold\x78\x70")
	bytesClass = []byte("\x72\x00\x02[B\xac\xf3\x17\xf8\x06\x08\x54\xe0\x02\x00\x00\x78\x70")
)

// EncodeFile returns the content of an offset file. Entries are written in order of
// their keys, a nil key first; Java accepts any order. No key may be there twice.
func EncodeFile(entries []Entry) []byte {
	buckets := max(16, 1<<bits.Len(uint(len(entries)*4/3)))
	threshold := 0
	if len(entries) > 0 {
		threshold = buckets * 3 / 4
	}
	dst := append([]byte(nil), mapHeader...)
	dst = append(dst, "\x3f\x40\x00\x00"...) // load factor 0.75
	dst = binary.BigEndian.AppendUint32(dst, uint32(threshold))
	dst = append(dst, tcBlockData, 8)
	dst = binary.BigEndian.AppendUint32(dst, uint32(buckets))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(entries)))
	first := true
	for _, e := range slices.SortedFunc(slices.Values(entries), byKey) {
		dst = appendArray(dst, e.Key, &first)
		dst = appendArray(dst, e.Value, &first)
	}
	return append(dst, tcEnd)
}

func byKey(a, b Entry) int {
	if a.Key == nil || b.Key == nil {
		return len(a.Key) - len(b.Key)
	}
	return bytes.Compare(a.Key, b.Key)
}

func appendArray(dst, raw []byte, first *bool) []byte {
	if raw == nil {
		return append(dst, tcNull)
	}
	dst = append(dst, tcArray)
	if *first {
		dst = append(dst, bytesClass...)
		*first = false
	} else {
		dst = append(dst, tcReference)
		dst = binary.BigEndian.AppendUint32(dst, arrayClass)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(raw)))
	return append(dst, raw...)
}

var errCut = errors.New("the file ends in the middle of an entry")

// decoder reads with a sticky error.
type decoder struct {
	src    []byte
	arrays [][]byte // by handle, from arrayClass+1
	err    error
}

// DecodeFile returns the entries of an offset file, which keep references to raw. Keys
// and values may be nil. A file of zero bytes has no entries.
func DecodeFile(raw []byte) ([]Entry, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	d := &decoder{src: raw}
	if err := d.header(); err != nil {
		return nil, err
	}
	n := int(d.u32())
	if n < 0 || n > len(raw) {
		return nil, fmt.Errorf("it claims %d entries", n)
	}
	entries := make([]Entry, 0, n)
	for range n {
		e := Entry{Key: d.array(), Value: d.array()}
		if d.err != nil {
			return nil, d.err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// header reads up to the number of entries.
func (d *decoder) header() error {
	head := d.take(len(mapHeader))
	if d.err != nil || !bytes.Equal(head, mapHeader) {
		return fmt.Errorf("Expected HashMap but found %s", rootClass(head))
	}
	d.take(8) // load factor, threshold
	if block := d.take(2); d.err == nil && (block[0] != tcBlockData || block[1] != 8) {
		return errors.New("it is not a HashMap as Java writes it")
	}
	d.take(4) // buckets
	return d.err
}

// rootClass names the class of a stream's first object, for an error text.
func rootClass(head []byte) string {
	const nameAt = 8
	if len(head) > nameAt && head[5] == tcClassDesc {
		n := int(binary.BigEndian.Uint16(head[6:]))
		return string(head[nameAt:min(len(head), nameAt+n)])
	}
	return "something that is not a serialized Java object"
}

func (d *decoder) take(n int) []byte {
	if d.err != nil || n < 0 || n > len(d.src) {
		d.err = errors.Join(d.err, errCut)
		return make([]byte, min(max(n, 0), 64))
	}
	out := d.src[:n]
	d.src = d.src[n:]
	return out
}

func (d *decoder) u32() uint32 { return binary.BigEndian.Uint32(d.take(4)) }

// array reads a byte[], null, or a reference to an earlier one.
func (d *decoder) array() []byte {
	switch tag := d.take(1)[0]; tag {
	case tcNull:
		return nil
	case tcReference:
		i := int(d.u32()) - arrayClass - 1
		if i < 0 || i >= len(d.arrays) {
			d.err = errors.Join(d.err, errors.New("it refers to an object that is not there"))
			return nil
		}
		return d.arrays[i]
	case tcArray:
		d.arrayClass()
		raw := d.take(int(d.u32()))
		d.arrays = append(d.arrays, raw)
		return raw
	default:
		if d.err == nil {
			d.err = fmt.Errorf("it holds an object of an unknown kind (%#x)", tag)
		}
		return nil
	}
}

// arrayClass reads the class of an array: written out once, then referred to.
func (d *decoder) arrayClass() {
	if d.take(1)[0] == tcReference {
		if d.u32() != arrayClass && d.err == nil {
			d.err = errors.New("it holds an array that is not byte[]")
		}
		return
	}
	if rest := d.take(len(bytesClass) - 1); d.err == nil && !bytes.Equal(rest, bytesClass[1:]) {
		d.err = errors.New("it holds an array that is not byte[]")
	}
}
