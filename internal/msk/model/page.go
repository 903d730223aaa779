package model

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// MaxPage is the size of the longest page, and of one for which no size is asked.
const MaxPage = 100

const (
	tokenSize   = 1 + 8 + sumSize
	sumSize     = 8
	tokenFormat = 1
)

// List is a request for a page of resources, or of the operations on a connector.
type List struct {
	// Prefix is what names must begin with.
	Prefix string
	// Connector is set when operations are listed.
	Connector ARN
	// Max is the size of the page, 1 to 100.
	Max int
	// Token is from the page before; empty for the first.
	Token string
}

// Page is a page of a list.
type Page[T any] struct {
	// Items is not nil.
	Items []T
	// NextToken leads to the next page; empty when there is none.
	NextToken string
}

// Validate returns a BadRequestException when the request is wrong in itself; it
// reads no token.
func (l *List) Validate() error {
	var p problems
	p.between("maxResults", l.Max, 1, MaxPage)
	return p.err()
}

// After returns the number of the last item of the page before, from the token, and 0
// for the first page. of says what is listed. A token of another list, or none of
// ours, is a BadRequestException.
func (l *List) After(of Kind) (uint64, error) {
	if l.Token == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(l.Token)
	if err != nil || len(raw) != tokenSize || raw[0] != tokenFormat || !slices.Equal(raw[9:], l.sum(of, raw[:9])) {
		return 0, BadRequest("nextToken is invalid")
	}
	return binary.BigEndian.Uint64(raw[1:]), nil
}

// Next returns the token for the page that follows the item of that number.
func (l *List) Next(of Kind, last uint64) string {
	raw := binary.BigEndian.AppendUint64([]byte{tokenFormat}, last)
	return base64.RawURLEncoding.EncodeToString(append(raw, l.sum(of, raw)...))
}

// sum ties a token to what is listed.
func (l *List) sum(of Kind, number []byte) []byte {
	h := sha256.New()
	for _, part := range []string{string(of), l.Prefix, l.Connector.String(), string(number)} {
		h.Write([]byte(part + "\x00"))
	}
	return h.Sum(nil)[:sumSize]
}
