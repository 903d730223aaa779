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
	unread := l.chunk[l.start:l.end]
	i := bytes.IndexByte(unread, '\n')
	if r := bytes.IndexByte(unread[:lineLimit(i, len(unread))], '\r'); r >= 0 {
		if r == len(unread)-1 {
			return "", 0, false
		}
		i, taken = r, r+1
		if unread[r+1] == '\n' {
			taken++
		}
	} else if i >= 0 {
		taken = i + 1
	} else {
		return "", 0, false
	}
	l.start += taken
	if i == 0 {
		return "", taken, true
	}
	return unsafe.String(&unread[0], i), taken, true
}

func lineLimit(newline, length int) int {
	if newline >= 0 {
		return newline
	}
	return length
}
