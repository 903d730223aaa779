package glue

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// ID is that of a schema version, a UUID.
type ID [16]byte

// Header is how many bytes stand before the data of a value: the header's version,
// how the data is compressed, and the ID.
const Header = 2 + len(ID{})

const (
	headerVersion = 3
	plain         = 0
	compressed    = 5
)

// String returns the ID as UUIDs are written.
func (id ID) String() string {
	s := hex.EncodeToString(id[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// ParseID reads an ID.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return id, fmt.Errorf("%q is not the id of a schema version", text)
	}
	digits := text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil {
		return ID{}, fmt.Errorf("%q is not the id of a schema version", text)
	}
	return id, nil
}

// AppendHeader appends what stands before the data.
func AppendHeader(dst []byte, id ID, isCompressed bool) []byte {
	form := byte(plain)
	if isCompressed {
		form = compressed
	}
	return append(append(dst, headerVersion, form), id[:]...)
}

// The reasons why bytes are no value with a header.
var (
	ErrShort       = errors.New("Data is not compatible with schema registry")                   //nolint:revive // the text of the Java class
	ErrVersion     = errors.New("Invalid schema registry header version byte in data")           //nolint:revive // the same
	ErrCompression = errors.New("Invalid schema registry compression byte in data")              //nolint:revive // the same
	errTooLarge    = fmt.Errorf("the data is more than %d bytes when decompressed", MaxInflated) // not what a record may be
)

// ReadHeader takes the header off a value. The rest shares the memory of raw; when
// isCompressed is true it has to be inflated.
func ReadHeader(raw []byte) (id ID, isCompressed bool, rest []byte, err error) {
	switch {
	case len(raw) > 0 && raw[0] != headerVersion:
		return id, false, nil, ErrVersion
	case len(raw) < Header:
		return id, false, nil, fmt.Errorf("%w size: %d", ErrShort, len(raw))
	case raw[1] != plain && raw[1] != compressed:
		return id, false, nil, ErrCompression
	}
	copy(id[:], raw[2:])
	return id, raw[1] == compressed, raw[Header:], nil
}
