package dateformat

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Simple is a compiled java.text.SimpleDateFormat pattern in UTC with the names
// of en_US.
type Simple struct {
	items   []item
	names   *names
	century int // the year from which two-digit years count: 80 years ago
	start   int64
}

// item is a run of one pattern letter, or literal text (letter 0).
type item struct {
	letter byte
	part   part // what it prints, when that is just a number
	count  int
	text   string
}

// part is a number that most patterns print.
type part uint8

const (
	otherPart part = iota
	yearPart
	monthPart
	dayPart
	hourPart
	minutePart
	secondPart
	milliPart
	allParts
)

// partOf returns what a run of letters prints with leading zeros and nothing else.
func partOf(letter byte, count int) part {
	switch {
	case count > maxDigits:
	case letter == 'y' && count != 2:
		return yearPart
	case letter == 'M' && count <= 2:
		return monthPart
	case letter == 'd':
		return dayPart
	case letter == 'H':
		return hourPart
	case letter == 'm':
		return minutePart
	case letter == 's':
		return secondPart
	case letter == 'S':
		return milliPart
	}
	return otherPart
}

const simpleLetters = "GyMdkHmsSEDFwWahKzZYuXL"

// CompileSimple compiles a SimpleDateFormat pattern. The error is an
// *ArgumentError.
func CompileSimple(pattern string) (*Simple, error) {
	items, err := simpleItems(pattern)
	if err != nil {
		return nil, err
	}
	start := time.Now().UTC().AddDate(-80, 0, 0)
	return &Simple{items: items, names: english(), century: start.Year(), start: start.UnixMilli()}, nil
}

func simpleItems(pattern string) ([]item, error) {
	var items []item
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			text, n, err := quoted(pattern[i:])
			if err != nil {
				return nil, err
			}
			items = literal(items, text)
			i += n
		case !isLetter(c):
			_, n := utf8.DecodeRuneInString(pattern[i:])
			items = literal(items, pattern[i:i+n])
			i += n
		default:
			n := runOf(pattern[i:])
			if err := checkLetter(c, n); err != nil {
				return nil, err
			}
			items = append(items, item{letter: c, part: partOf(c, n), count: n})
			i += n
		}
	}
	return items, nil
}

func checkLetter(c byte, n int) error {
	if strings.IndexByte(simpleLetters, c) < 0 {
		return &ArgumentError{"Illegal pattern character '" + string(rune(c)) + "'"}
	}
	if c == 'X' && n > 3 {
		return &ArgumentError{"invalid ISO 8601 format: length=" + strconv.Itoa(n)}
	}
	return nil
}

// quoted reads the text in quotes at the start of s, or the quote that two of
// them stand for, and tells how many bytes it took.
func quoted(s string) (text string, n int, err error) {
	if strings.HasPrefix(s, "''") {
		return "'", 2, nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return b.String(), i + 1, nil
		}
		b.WriteByte('\'')
		i++
	}
	return "", 0, &ArgumentError{"Unterminated quote"}
}

func literal(items []item, text string) []item {
	if text == "" {
		return items
	}
	if n := len(items); n > 0 && items[n-1].letter == 0 {
		items[n-1].text += text
		return items
	}
	return append(items, item{text: text})
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// runOf counts how often the first byte of s repeats.
func runOf(s string) int {
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	return n
}

// Format returns the text of the instant ms (epoch milliseconds).
func (f *Simple) Format(ms int64) string { return string(f.Append(nil, ms)) }

// Append appends the text of the instant ms to dst.
func (f *Simple) Append(dst []byte, ms int64) []byte {
	m := momentOf(ms)
	parts := m.parts()
	for i := range f.items {
		switch it := &f.items[i]; {
		case it.part != otherPart:
			dst = appendPadded(dst, parts[it.part], it.count)
		case it.letter == 0:
			dst = append(dst, it.text...)
		default:
			dst = f.appendItem(dst, it, &m)
		}
	}
	return dst
}

// moment is an instant taken apart.
type moment struct {
	date
	ms int // of the day
}

func momentOf(ms int64) moment {
	return moment{date: dateOf(floorDiv(ms, msPerDay)), ms: int(floorMod(ms, msPerDay))}
}

func (m *moment) parts() [allParts]int64 {
	ms := uint32(m.ms)
	return [allParts]int64{
		yearPart: m.eraYear(), monthPart: int64(m.month), dayPart: int64(m.day),
		hourPart: int64(ms / 3_600_000), minutePart: int64(ms / 60_000 % 60),
		secondPart: int64(ms / 1000 % 60), milliPart: int64(ms % 1000),
	}
}

// eraYear counts the years before Christ from 1.
func (m *moment) eraYear() int64 {
	if m.year <= 0 {
		return 1 - m.year
	}
	return m.year
}

func (m *moment) hour() int { return m.ms / 3_600_000 }

func (f *Simple) appendItem(dst []byte, it *item, m *moment) []byte {
	switch it.letter {
	case 0:
		return append(dst, it.text...)
	case 'G':
		return append(dst, f.names.eras[pick(m.year > 0, 1, 0)]...)
	case 'M', 'L':
		return f.appendMonth(dst, m.month, it.count)
	case 'E':
		return append(dst, pick(it.count >= 4, f.names.weekdays, f.names.shortWeekdays)[m.weekday()-1]...)
	case 'a':
		return append(dst, f.names.halves[m.hour()/12]...)
	case 'z':
		return append(dst, utcName(it.count)...)
	case 'Z':
		return append(dst, "+0000"...)
	case 'X':
		return append(dst, 'Z')
	case 'y', 'Y':
		return appendYear(dst, it, m)
	}
	return appendPadded(dst, int64(m.value(it.letter)), min(it.count, maxDigits))
}

func utcName(count int) string { return pick(count >= 4, "Coordinated Universal Time", "UTC") }

// maxDigits is the widest number that java.text.DecimalFormat pads.
const maxDigits = 309

func pick[T any](which bool, yes, no T) T {
	if which {
		return yes
	}
	return no
}

func (f *Simple) appendMonth(dst []byte, month, count int) []byte {
	switch {
	case count >= 4:
		return append(dst, f.names.months[month-1]...)
	case count == 3:
		return append(dst, f.names.shortMonths[month-1]...)
	}
	return appendPadded(dst, int64(month), count)
}

func appendYear(dst []byte, it *item, m *moment) []byte {
	year := m.eraYear()
	if it.letter == 'Y' {
		year = m.weekYear()
	}
	if it.count == 2 {
		year %= 100
	}
	return appendPadded(dst, year, min(it.count, maxDigits))
}

// value returns the field that a numeric pattern letter prints.
func (m *moment) value(letter byte) int {
	switch letter {
	case 'd':
		return m.day
	case 'D':
		return m.dayOfYear()
	case 'F':
		return m.weekdayInMonth()
	case 'w':
		_, week := m.week()
		return week
	case 'W':
		return m.weekOfMonth()
	case 'u':
		return (m.weekday()+5)%7 + 1
	}
	return m.clock(letter)
}

func (m *moment) clock(letter byte) int {
	switch letter {
	case 'H':
		return m.hour()
	case 'k':
		return (m.hour()+23)%24 + 1
	case 'K':
		return m.hour() % 12
	case 'h':
		return (m.hour()+11)%12 + 1
	case 'm':
		return m.ms / 60_000 % 60
	case 's':
		return m.ms / 1000 % 60
	}
	return m.ms % 1000
}
