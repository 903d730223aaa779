package dateformat

import "strings"

// ParseError is java.text.ParseException: the text does not match the pattern.
type ParseError struct {
	Text   string
	Offset int // byte at which matching stopped
}

// Error returns Java's text.
func (e *ParseError) Error() string { return "Unparseable date: \"" + e.Text + "\"" }

// Parse returns the instant (epoch milliseconds) that text names; a text without
// time zone is in UTC. It is lenient as Java is: fields roll over, text behind the
// match is ignored. The error is a *ParseError.
func (f *Simple) Parse(text string) (int64, error) {
	p := simpleParser{format: f, text: text}
	return p.parse()
}

func (p *simpleParser) parse() (int64, error) {
	items := p.format.items
	for i, it := range items {
		fixed := i+1 < len(items) && items[i+1].isNumeric()
		if !p.match(it, fixed) {
			return 0, &ParseError{p.text, p.at}
		}
	}
	ms := p.fields.millis(p.zone)
	if p.ambiguous && ms < p.format.start {
		for _, year := range []field{fieldYear, fieldWeekYear} {
			if p.fields.isSet(year) {
				p.fields.value[year] += 100
			}
		}
		ms = p.fields.millis(p.zone)
	}
	return ms, nil
}

// isNumeric reports whether the item stands for digits, so that digits before it
// must be told apart by their number.
func (it item) isNumeric() bool {
	switch it.letter {
	case 0, 'G', 'E', 'a', 'z', 'Z', 'X':
		return false
	case 'M', 'L':
		return it.count <= 2
	}
	return true
}

type simpleParser struct {
	format    *Simple
	text      string
	at        int
	zone      *zoneNames // in effect; nil: UTC
	fields    fields
	ambiguous bool // a two-digit year is that of the edge of the century window
}

// match reads one item; fixed tells that the number of letters limits the
// digits, because another field follows directly.
func (p *simpleParser) match(it item, fixed bool) bool {
	if it.letter == 0 {
		if !strings.HasPrefix(p.text[p.at:], it.text) {
			return false
		}
		p.at += len(it.text)
		return true
	}
	start := p.at
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
	if p.at == len(p.text) {
		return false
	}
	switch it.letter {
	case 'G', 'E', 'a':
		return p.word(it.letter, start)
	case 'z', 'Z':
		return p.timeZone(start)
	case 'X':
		return p.isoZone(it.count)
	case 'M', 'L':
		if it.count > 2 {
			return p.word(it.letter, start)
		}
	}
	return p.numeric(it, start, fixed)
}

// word matches the longest name of a field, starting at start.
func (p *simpleParser) word(letter byte, start int) bool {
	n := p.format.names
	switch letter {
	case 'G':
		return p.names(start, fieldEra, 0, n.eras, []string{"Before Christ", "Anno Domini"})
	case 'E':
		return p.names(start, fieldWeekday, 1, n.weekdays, n.shortWeekdays)
	case 'a':
		return p.names(start, fieldHalf, 0, n.halves)
	}
	return p.names(start, fieldMonth, 0, n.months, n.shortMonths)
}

func (p *simpleParser) names(start int, at field, first int, lists ...[]string) bool {
	best, length := 0, 0
	for _, list := range lists {
		for i, name := range list {
			if len(name) > length && hasPrefixFold(p.text[start:], name) {
				best, length = i, len(name)
			}
		}
	}
	if length == 0 {
		return false
	}
	p.fields.set(at, int32(best+first))
	p.at = start + length
	return true
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (p *simpleParser) numeric(it item, start int, fixed bool) bool {
	text := p.text
	if fixed {
		end, ok := advance(text, start, it.count)
		if !ok || end < p.at {
			return false
		}
		text = text[:end]
	}
	from := p.at
	v, end, ok := parseNumber(text, from)
	if !ok {
		return false
	}
	p.at = end
	p.store(it, v, text[from:end])
	return true
}

// advance returns the position n characters behind start.
func advance(text string, start, n int) (int, bool) {
	for i := range text[start:] {
		if n == 0 {
			return start + i, true
		}
		n--
	}
	return len(text), n == 0
}

func (p *simpleParser) store(it item, v int32, digits string) {
	f := &p.fields
	switch it.letter {
	case 'y':
		f.set(fieldYear, p.year(it, v, digits))
	case 'Y':
		f.set(fieldWeekYear, p.year(it, v, digits))
	case 'M', 'L':
		f.set(fieldMonth, v-1)
	case 'k':
		f.set(fieldHour, pick(v == 24, 0, v))
	case 'h':
		f.set(fieldHour12, pick(v == 12, 0, v))
	case 'u':
		if v >= 1 && v <= 7 {
			v = v%7 + 1
		}
		f.set(fieldWeekday, v)
	default:
		f.set(numericField(it.letter), v)
	}
}

// year puts two digits into the hundred years that began 80 years ago.
func (p *simpleParser) year(it item, v int32, digits string) int32 {
	if it.count > 2 || !isTwoDigits(digits) {
		return v
	}
	century, edge := int32(p.format.century/100*100), int32(p.format.century%100)
	p.ambiguous = v == edge
	if v < edge {
		v += 100
	}
	return v + century
}

func isTwoDigits(s string) bool {
	n := 0
	for i := range s {
		if d, _ := decimalDigit(s[i:]); d < 0 {
			return false
		}
		n++
	}
	return n == 2
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func numericField(letter byte) field {
	switch letter {
	case 'd':
		return fieldDay
	case 'D':
		return fieldDayOfYear
	case 'F':
		return fieldWeekdayInMonth
	case 'w':
		return fieldWeekOfYear
	case 'W':
		return fieldWeekOfMonth
	case 'H':
		return fieldHour
	case 'K':
		return fieldHour12
	case 'm':
		return fieldMinute
	case 's':
		return fieldSecond
	}
	return fieldMillis
}
