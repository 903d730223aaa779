package avro

import (
	"encoding/binary"
	"errors"
)

// ErrShort says that bytes end before the value they should hold.
var ErrShort = errors.New("the bytes end within a value")

// ErrLong says that a number has more bytes than a long can have.
var ErrLong = errors.New("invalid long encoding")

// AppendLong appends an int or long.
func AppendLong(dst []byte, n int64) []byte {
	u := uint64(n)<<1 ^ uint64(n>>63)
	if u < 0x80 {
		return append(dst, byte(u))
	}
	return binary.AppendUvarint(dst, u)
}

// ReadLong reads an int or long and returns what follows it.
func ReadLong(src []byte) (n int64, rest []byte, err error) {
	if len(src) > 0 && src[0] < 0x80 {
		u := src[0]
		return int64(u>>1) ^ -int64(u&1), src[1:], nil
	}
	u, size := binary.Uvarint(src)
	switch {
	case size == 0:
		return 0, nil, ErrShort
	case size < 0:
		return 0, nil, ErrLong
	}
	return int64(u>>1) ^ -int64(u&1), src[size:], nil
}

// AppendString appends a string.
func AppendString(dst []byte, s string) []byte {
	return append(AppendLong(dst, int64(len(s))), s...)
}

// AppendBytes appends bytes with their length.
func AppendBytes(dst, b []byte) []byte {
	return append(AppendLong(dst, int64(len(b))), b...)
}

// ReadBytes reads bytes or a string; they share the memory of src.
func ReadBytes(src []byte) (b, rest []byte, err error) {
	n, rest, err := ReadLong(src)
	if err != nil {
		return nil, nil, err
	}
	if n < 0 || n > int64(len(rest)) {
		return nil, nil, ErrShort
	}
	return rest[:n:n], rest[n:], nil
}
