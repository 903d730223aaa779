package logship

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
)

// markLength is how many bytes of a file's beginning tell it from others. Log lines
// begin with the time.
const markLength = 256

// mark is how a file begins. Without length it is of no file.
type mark struct {
	Length int    `json:"length"`
	Sum    string `json:"sum,omitempty"`
}

// markOf returns the mark of a file of so many bytes.
func markOf(f io.ReaderAt, size int64) (mark, error) {
	first := make([]byte, min(size, markLength))
	if n, err := f.ReadAt(first, 0); n < len(first) {
		return mark{}, err
	}
	return newMark(first), nil
}

func newMark(first []byte) mark {
	first = first[:min(len(first), markLength)]
	if len(first) == 0 {
		return mark{}
	}
	sum := sha256.Sum256(first)
	return mark{len(first), hex.EncodeToString(sum[:16])}
}

// on tells whether a file of so many bytes begins so.
func (m mark) on(f io.ReaderAt, size int64) bool {
	if m.Length == 0 || int64(m.Length) > size || m.Length > markLength {
		return false
	}
	is, err := markOf(f, int64(m.Length))
	return err == nil && is == m
}
