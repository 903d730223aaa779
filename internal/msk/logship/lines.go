package logship

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"
)

// line is a line as it is delivered, without its end.
type line struct {
	time time.Time
	text string
}

// limits are those of a destination.
type limits struct {
	bytes    int // of all lines of a batch
	lines    int // of a batch
	line     int // bytes of a line
	overhead int // bytes that a line counts in addition
	every    time.Duration
}

const (
	timeLayout = "2006-01-02 15:04:05,000"
	// A line's own time is not believed when it is further in the future than that.
	maxAhead = time.Hour
)

// scribe turns the text of a log into lines.
type scribe struct {
	prefix string
	last   time.Time // of the line before
}

// lines returns the lines that the text begins with, as many as the limits allow, and
// how many bytes they are there. A line whose end is missing waits for it, unless ends
// says that none will come, or it is too long anyway.
func (s *scribe) lines(text []byte, ends bool, l limits) (list []line, used int) {
	room := l.bytes
	longest := l.line - len(s.prefix)
	for used < len(text) && len(list) < l.lines {
		raw, size, ok := firstLine(text[used:], ends, longest)
		if !ok {
			break
		}
		next := s.line(raw)
		if room -= len(next.text) + l.overhead; room < 0 && len(list) > 0 {
			break
		}
		list = append(list, next)
		used += size
	}
	return list, used
}

// firstLine returns the first line, and its size with its end.
func firstLine(text []byte, ends bool, longest int) (raw []byte, size int, ok bool) {
	end := bytes.IndexByte(text, '\n')
	switch {
	case end > longest || end < 0 && len(text) > longest:
		size = runeBoundary(text, longest)
		return text[:size], size, true
	case end >= 0:
		return bytes.TrimSuffix(text[:end], []byte("\r")), end + 1, true
	}
	return text, len(text), ends
}

// runeBoundary returns where to cut a text that is longer than n.
func runeBoundary(text []byte, n int) int {
	for i := n; i > n-utf8.UTFMax && i > 0; i-- {
		if utf8.RuneStart(text[i]) {
			return i
		}
	}
	return n
}

func (s *scribe) line(raw []byte) line {
	now := time.Now()
	if t, ok := timeOf(raw); ok && t.Before(now.Add(maxAhead)) {
		s.last = t
	}
	if s.last.IsZero() {
		s.last = now
	}
	return line{s.last, s.prefix + strings.ToValidUTF8(string(raw), "?")}
}

// timeOf returns the time in a line's first brackets.
func timeOf(raw []byte) (time.Time, bool) {
	end := len(timeLayout) + 1
	if len(raw) <= end || raw[0] != '[' || raw[end] != ']' {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(timeLayout, string(raw[1:end]), time.Local)
	return t, err == nil
}
