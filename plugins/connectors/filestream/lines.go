package filestream

import (
	"bytes"
	"unsafe"
)

// lines cuts text into lines without copying them: the lines share the memory they
// were read into, which is never written again.
type lines struct {
	chunk []byte // fresh memory: chunk[start:end] is unread, the rest is free
	start int
	end   int
	noLF  int // chunk[start:noLF] has no \n, so no byte is searched twice
	noCR  int // the same for \r
}

// maxLine bounds what is kept of a line that does not end.
const maxLine = 64 << 20

const (
	firstChunk = 4 << 10
	fullChunk  = 256 << 10
)

// space returns free memory to read into. What is unread moves to new memory when the
// chunk is full, because the lines before it may still be in use.
func (l *lines) space() []byte {
	if l.end < len(l.chunk) {
		return l.chunk[l.end:]
	}
	unread := l.chunk[l.start:l.end]
	size := firstChunk
	if len(l.chunk) > 0 {
		size = min(max(4*len(l.chunk), 2*len(unread)), max(fullChunk, 2*len(unread)))
	}
	next := make([]byte, size)
	copy(next, unread)
	l.noLF, l.noCR = max(0, l.noLF-l.start), max(0, l.noCR-l.start)
	l.chunk, l.start, l.end = next, 0, len(unread)
	return l.chunk[l.end:]
}

// unread returns the number of bytes that are not part of a whole line yet.
func (l *lines) unread() int { return l.end - l.start }

// filled says that n bytes were read into space.
func (l *lines) filled(n int) { l.end += n }

// next returns the next line without its end, and the bytes it took with it; false
// when no whole line is there. Lines end with \n, \r or \r\n; a \r that comes last
// waits for what follows.
func (l *lines) next() (line string, taken int, ok bool) {
	end, size := l.end, 1
	if l.seek(&l.noLF, '\n', l.end) {
		end = l.noLF
	}
	switch {
	case l.seek(&l.noCR, '\r', end):
		if end = l.noCR; end == l.end-1 {
			return "", 0, false
		}
		if l.chunk[end+1] == '\n' {
			size = 2
		}
	case end == l.end:
		return "", 0, false
	}
	text := l.chunk[l.start:end]
	l.start = end + size
	return unsafe.String(unsafe.SliceData(text), len(text)), len(text) + size, true
}

// seek moves at, before which c is not, to the next c or to limit. It returns whether
// c was found.
func (l *lines) seek(at *int, c byte, limit int) bool {
	*at = max(*at, l.start)
	if *at >= limit {
		return false
	}
	i := bytes.IndexByte(l.chunk[*at:limit], c)
	if i < 0 {
		*at = limit
		return false
	}
	*at += i
	return true
}
