package objectstore

import (
	"strconv"
	"strings"
)

// Layout says how objects are named:
//
//	[TopicsDir/]topic/encodedPartition/topic+partition+offset[.keys|.headers]extension
//
// with Directory in place of / and File in place of +.
type Layout struct {
	TopicsDir       string // blank: left out, with the delimiter behind it
	Directory, File string // delimiters
	Width           int    // least number of digits of an offset
}

// Name returns the key of an object.
func (l *Layout) Name(topic string, partition int32, encoded string, offset int64, suffix string) string {
	var b strings.Builder
	b.Grow(len(l.TopicsDir) + 2*len(topic) + len(encoded) + l.Width + len(suffix) + 24)
	if strings.TrimSpace(l.TopicsDir) != "" {
		b.WriteString(l.TopicsDir)
		b.WriteString(l.Directory)
	}
	b.WriteString(topic)
	b.WriteString(l.Directory)
	b.WriteString(encoded)
	b.WriteString(l.Directory)
	b.WriteString(topic)
	b.WriteString(l.File)
	b.WriteString(strconv.Itoa(int(partition)))
	b.WriteString(l.File)
	digits := strconv.FormatInt(offset, 10)
	for range l.Width - len(digits) {
		b.WriteByte('0')
	}
	b.WriteString(digits)
	b.WriteString(suffix)
	return b.String()
}
