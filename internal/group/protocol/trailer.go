package protocol

import (
	"bytes"
	"encoding/binary"
)

// trailerMagic begins what Millrace appends to a cooperative message. Java
// workers stop reading before it. Two bytes of flags follow.
const trailerMagic = "mllr"

// flagged is the only flag so far: Leaving in metadata, HandsOver in an
// assignment.
const flagged uint16 = 1

// trailer appends the flag, and nothing when it is not set. Eager messages have no
// room for it: Java would read it as an allocation.
func (w *writer) trailer(m Mode, set bool) {
	if set && m.Cooperative() {
		w.b = append(w.b, trailerMagic...)
		w.b = binary.BigEndian.AppendUint16(w.b, flagged)
	}
}

// trailer returns the flag. Anything else behind a message is ignored.
func (r *reader) trailer() bool {
	flags, found := bytes.CutPrefix(r.b, []byte(trailerMagic))
	if r.err != nil || !found || len(flags) < 2 {
		return false
	}
	return binary.BigEndian.Uint16(flags)&flagged != 0
}
