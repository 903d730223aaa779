package protocol

import (
	"encoding/binary"
	"math"
)

// writer appends Kafka's classic types. The first error sticks.
type writer struct {
	b   []byte
	err error
}

func (w *writer) int16(v int16) { w.b = binary.BigEndian.AppendUint16(w.b, uint16(v)) }
func (w *writer) int32(v int32) { w.b = binary.BigEndian.AppendUint32(w.b, uint32(v)) }
func (w *writer) int64(v int64) { w.b = binary.BigEndian.AppendUint64(w.b, uint64(v)) }

func (w *writer) string(field, s string) {
	if len(s) > math.MaxInt16 {
		w.fail("Error writing field '%s': String length %d is larger than the maximum string length.", field, len(s))
		return
	}
	w.int16(int16(len(s)))
	w.b = append(w.b, s...)
}

// setLength stores the number of bytes after the four at start in those four.
func (w *writer) setLength(start int) {
	n := len(w.b) - start - 4
	if n > math.MaxInt32 {
		w.fail("Error writing field 'allocation': %d bytes are more than a message holds", n)
		return
	}
	binary.BigEndian.PutUint32(w.b[start:], uint32(n))
}

func (w *writer) fail(format string, args ...any) {
	if w.err == nil {
		w.err = schemaError(format, args...)
	}
}

// done returns what was written, or dst as it was.
func (w *writer) done(dst []byte) ([]byte, error) {
	if w.err != nil {
		return dst, w.err
	}
	return w.b, nil
}
