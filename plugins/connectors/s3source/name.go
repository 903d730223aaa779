package s3source

import (
	"cmp"
	"strconv"
	"strings"
)

// part says what of its records an object has.
type part uint8

const (
	values part = iota
	keys
	headers
)

// name is the name of an object as the sink makes it:
//
//	folder/topic+partition+offset[.keys|.headers]extension
type name struct {
	folder    string // with the delimiter at its end
	topic     string
	partition int32
	offset    string // digits
	part      part
	extension extension
}

// group returns what the names of one Kafka partition in one folder begin with.
func (l *layout) group(n *name) string {
	return n.folder + n.topic + l.file + strconv.Itoa(int(n.partition)) + l.file
}

// layout says how the sink names objects.
type layout struct {
	topicsDir       string // with the delimiter at its end; "" for the whole bucket
	directory, file string // delimiters
	values          []extension
	sides           []extension // of keys and headers
	anywhere        bool        // folders need not be those of their topics
}

// foreign says why a key is not one of an object with records.
type foreign uint8

const (
	ours       foreign = iota
	unrelated          // another extension: not an object of the format
	misnamed           // the extension, but not the rest
	misplaced          // the name, but not in the folder of its topic
	sideObject         // keys or headers
)

// parse takes a key apart.
func (l *layout) parse(key string) (n name, why foreign) {
	at := strings.LastIndex(key, l.directory) + len(l.directory)
	if !strings.Contains(key, l.directory) {
		at = 0
	}
	n.folder = key[:at]
	stem, why := l.role(&n, key[at:])
	if why == unrelated {
		return n, why
	}
	if !l.split(&n, stem) {
		if why == sideObject {
			return n, unrelated
		}
		return n, misnamed
	}
	if why == ours && !l.anywhere && !strings.HasPrefix(n.folder, l.topicsDir+n.topic+l.directory) {
		return n, misplaced
	}
	return n, why
}

// role finds out by its end what an object has, and returns what comes before that.
func (l *layout) role(n *name, file string) (stem string, why foreign) {
	for _, x := range l.sides {
		stem, ok := strings.CutSuffix(file, x.suffix)
		if !ok {
			continue
		}
		n.extension = x
		if s, ok := strings.CutSuffix(stem, ".keys"); ok {
			n.part = keys
			return s, sideObject
		}
		if s, ok := strings.CutSuffix(stem, ".headers"); ok {
			n.part = headers
			return s, sideObject
		}
	}
	for _, x := range l.values {
		if stem, ok := strings.CutSuffix(file, x.suffix); ok {
			n.extension = x
			return stem, ours
		}
	}
	return "", unrelated
}

// split reads topic+partition+offset from its end, because a topic may have the
// delimiter in it.
func (l *layout) split(n *name, stem string) bool {
	i := strings.LastIndex(stem, l.file)
	if i < 0 {
		return false
	}
	n.offset = stem[i+len(l.file):]
	j := strings.LastIndex(stem[:i], l.file)
	if j <= 0 || !digits(n.offset) || !digits(stem[j+len(l.file):i]) {
		return false
	}
	n.topic = stem[:j]
	p, err := strconv.ParseInt(stem[j+len(l.file):i], 10, 32)
	n.partition = int32(p)
	return err == nil
}

func digits(s string) bool { return s != "" && digitsOf(s) == s }

// byOffset orders names of one group by the numbers in them, then by what follows.
func byOffset(a, b string) int {
	aDigits, aRest := cutDigits(a)
	bDigits, bRest := cutDigits(b)
	return cmp.Or(cmp.Compare(len(aDigits), len(bDigits)), cmp.Compare(aDigits, bDigits), cmp.Compare(aRest, bRest))
}

// cutDigits divides a name behind its number, which it returns without leading zeros.
func cutDigits(s string) (number, rest string) {
	number = digitsOf(s)
	return strings.TrimLeft(number, "0"), s[len(number):]
}

// digitsOf returns the digits that a text begins with.
func digitsOf(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}
