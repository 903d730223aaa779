package protocol

import (
	"encoding/binary"
	"strings"

	"github.com/millrace/millrace/internal/java/charset"
)

// reader consumes Kafka's classic types. The first error sticks; every read
// after it returns zero.
type reader struct {
	b   []byte
	err error
}

// finish returns what was read, or nil and the error.
func finish[T any](r *reader, read *T) (*T, error) {
	if r.err != nil {
		return nil, r.err
	}
	return read, nil
}

// field reads a named part, whose name an error then tells.
func (r *reader) field(name string, read func()) {
	if r.err != nil {
		return
	}
	read()
	if r.err != nil {
		r.err = schemaError("Error reading field '%s': %v", name, r.err)
	}
}

// required is field where later parts may be missing, but not this one.
func (r *reader) required(name string, read func()) {
	r.field(name, func() {
		if len(r.b) == 0 {
			r.fail("Missing value for field '%s' which has no default value.", name)
			return
		}
		read()
	})
}

// optional is field for a part that may be missing.
func (r *reader) optional(name string, read func()) {
	if len(r.b) > 0 {
		r.field(name, read)
	}
}

func (r *reader) version() int16 {
	var v int16
	r.field("version", func() { v = r.int16() })
	if v < 0 {
		r.fail("Unsupported subscription version: %d", v)
	}
	return v
}

func (r *reader) int16() int16 {
	if b := r.take(2); b != nil {
		return int16(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (r *reader) int32() int32 {
	if b := r.take(4); b != nil {
		return int32(binary.BigEndian.Uint32(b))
	}
	return 0
}

func (r *reader) int64() int64 {
	if b := r.take(8); b != nil {
		return int64(binary.BigEndian.Uint64(b))
	}
	return 0
}

func (r *reader) string() string {
	n := int(r.int16())
	switch {
	case n < 0:
		r.fail("String length %d cannot be negative", n)
	case n > len(r.b):
		r.fail("Error reading string of length %d, only %d bytes available", n, len(r.b))
	}
	return strings.Clone(charset.UTF8(r.take(n)))
}

// bytes returns a part of the source, nil for a null.
func (r *reader) bytes() []byte {
	n := int(r.int32())
	if n < 0 {
		return nil
	}
	if n > len(r.b) {
		r.fail("Error reading bytes of size %d, only %d bytes available", n, len(r.b))
	}
	return r.take(n)
}

// count returns the length of an array, 0 for a null one. It is never more than
// the bytes left.
func (r *reader) count(nullable bool) int {
	n := int(r.int32())
	switch {
	case n < 0 && nullable:
		return 0
	case n < 0:
		r.fail("Array size %d cannot be negative", n)
	case n > len(r.b):
		r.fail("Error reading array of size %d, only %d bytes available", n, len(r.b))
	}
	return n
}

// take returns the next n bytes, nil after an error.
func (r *reader) take(n int) []byte {
	if r.err == nil && n > len(r.b) {
		r.fail("java.nio.BufferUnderflowException")
	}
	if r.err != nil {
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = schemaError(format, args...)
	}
}
