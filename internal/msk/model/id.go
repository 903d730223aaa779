package model

import (
	"crypto/rand"
	"encoding/hex"
)

// cell ends the ID of every resource, as the number of a part of the service does in
// AWS. It never changes, since names of topics and groups contain it.
const cell = "-2"

// NewID returns an ID for a resource, UUID-N.
func NewID() string { return NewUUID() + cell }

// NewUUID returns a random UUID: the ID of an operation, or of a request.
func NewUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// NewVersion returns a value for a connector's currentVersion that no version before
// has: K and 13 capital letters and digits. A connector gets a new one at its creation
// and whenever an update has changed it; a failed update leaves it alone.
func NewVersion() string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var b [13]byte
	_, _ = rand.Read(b[:])
	for i, c := range b {
		b[i] = digits[int(c)%len(digits)]
	}
	return "K" + string(b[:])
}
