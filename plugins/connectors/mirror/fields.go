package mirror

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/millrace/millrace/internal/java/charset"
)

// SchemaError reports bytes that are not a record of MirrorMaker, or a record that
// has no bytes.
type SchemaError struct{ Msg string }

// Error is the text of Kafka's own exception.
func (e *SchemaError) Error() string { return e.Msg }

// JavaClass names the exception.
func (e *SchemaError) JavaClass() string {
	return "org.apache.kafka.common.protocol.types.SchemaException"
}

// fieldReader takes fields off the front of a key or value. After an error it gives
// zero values. Bytes that are left over do not matter, as in Kafka.
type fieldReader struct {
	rest []byte
	err  error
}

func (r *fieldReader) fail(field, format string, args ...any) {
	r.rest = nil
	r.err = &SchemaError{"Error reading field '" + field + "': " + fmt.Sprintf(format, args...)}
}

// take returns the next n bytes, or zeros when there are fewer.
func (r *fieldReader) take(field string, n int) []byte {
	if r.err == nil && len(r.rest) < n {
		r.fail(field, "java.nio.BufferUnderflowException")
	}
	if r.err != nil {
		return make([]byte, n)
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *fieldReader) int16(field string) int16 {
	return int16(binary.BigEndian.Uint16(r.take(field, 2)))
}

func (r *fieldReader) int32(field string) int32 {
	return int32(binary.BigEndian.Uint32(r.take(field, 4)))
}

func (r *fieldReader) int64(field string) int64 {
	return int64(binary.BigEndian.Uint64(r.take(field, 8)))
}

func (r *fieldReader) text(field string) string {
	n := int(r.int16(field))
	switch {
	case r.err != nil:
		return ""
	case n < 0:
		r.fail(field, "String length %d cannot be negative", n)
		return ""
	case n > len(r.rest):
		r.fail(field, "Error reading string of length %d, only %d bytes available", n, len(r.rest))
		return ""
	}
	// A copy, as the text outlives the record that the bytes belong to.
	return charset.UTF8(append([]byte(nil), r.take(field, n)...))
}

// appendText appends a field of at most 32767 bytes of UTF-8.
func appendText(dst []byte, field, s string) ([]byte, error) {
	if len(s) > math.MaxInt16 {
		return nil, &SchemaError{"Error writing field '" + field + "': String length " + strconv.Itoa(len(s)) +
			" is larger than the maximum string length."}
	}
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(s)))
	return append(dst, s...), nil
}

func appendInt64s(dst []byte, values ...int64) []byte {
	for _, v := range values {
		dst = binary.BigEndian.AppendUint64(dst, uint64(v))
	}
	return dst
}
