package dateformat

import "strconv"

// isoRule reads one part of the text at a position. It returns the position
// behind the part, or the complement of the position where it does not match.
// Rules combine as Joda's do, since its messages tell how far they got.
type isoRule func(s *isoState, text string, at int) int

func sequence(rules ...isoRule) isoRule {
	return func(s *isoState, text string, at int) int {
		for _, r := range rules {
			at = r(s, text, at)
			if at < 0 {
				break
			}
		}
		return at
	}
}

func optional(r isoRule) isoRule { return longest(true, r) }

// longest takes the alternative that reads the most text; of equals the first.
func longest(orNothing bool, rules ...isoRule) isoRule {
	return func(s *isoState, text string, at int) int {
		before := *s
		best, bestState, farthest := at, before, at
		for i, r := range rules {
			*s = before
			end := r(s, text, at)
			if end < 0 {
				farthest = max(farthest, ^end)
				continue
			}
			if end <= best {
				continue
			}
			if end == len(text) || i == len(rules)-1 {
				return end
			}
			best, bestState = end, *s
		}
		*s = bestState
		if best > at || orNothing {
			return best
		}
		return ^farthest
	}
}

func isoText(want string) isoRule {
	return func(_ *isoState, text string, at int) int {
		if !hasFoldAt(text, at, want) {
			return ^at
		}
		return at + len(want)
	}
}

// isoDigits reads up to limit digits, after a sign where one is allowed.
func isoDigits(f isoField, limit int, signed bool) isoRule {
	return func(s *isoState, text string, at int) int {
		from := at
		if signed && at+1 < len(text) && signOf(text[at]) != 0 && isDigit(text[at+1]) {
			at++
		}
		end := at
		for end < len(text) && end < at+limit && isDigit(text[end]) {
			end++
		}
		if end == at {
			return ^from
		}
		v, _ := strconv.ParseInt(text[at:end], 10, 64)
		if from < at && text[from] == '-' {
			v = -v
		}
		s.put(f, v)
		return end
	}
}

// isoPart reads digits as the decimal fraction of a unit of so many
// milliseconds.
func isoPart(unit int64) isoRule {
	digits := func(s *isoState, text string, at int) int {
		end, v, n := at, int64(0), unit*10
		for end < len(text) && end < at+9 && isDigit(text[end]) {
			v += int64(text[end]-'0') * (n / 10)
			n /= 10
			end++
		}
		if end == at {
			return ^at
		}
		s.put(isoFraction, v/10)
		return end
	}
	return sequence(longest(false, isoText("."), isoText(",")), digits)
}

func isoDateTime() isoRule {
	offset := optional(isoOffset(true))
	clock := isoClock()
	timeOnly := sequence(isoText("T"), clock, offset)
	tail := sequence(isoText("T"), optional(clock), offset)
	return longest(false, timeOnly, sequence(isoDate(), optional(tail)))
}

func isoDate() isoRule {
	year := isoDigits(isoYear, 9, true)
	dash := isoText("-")
	day := sequence(dash, isoDigits(isoDay, 2, false))
	month := sequence(dash, isoDigits(isoMonth, 2, false), optional(day))
	return longest(false,
		sequence(year, optional(month)),
		sequence(isoDigits(isoWeekYear, 9, true), isoText("-W"), isoDigits(isoWeek, 2, false),
			optional(sequence(dash, isoDigits(isoDayOfWeek, 1, false)))),
		sequence(year, dash, isoDigits(isoDayOfYear, 3, false)))
}

func isoClock() isoRule {
	second := sequence(isoText(":"), isoDigits(isoSecond, 2, false), optional(isoPart(1000)))
	minute := sequence(isoText(":"), isoDigits(isoMinute, 2, false), longest(true, second, isoPart(60_000)))
	return sequence(isoDigits(isoHour, 2, false), longest(true, minute, isoPart(3_600_000)))
}

// isoOffset reads +hh, +hhmm, +hh:mm, with seconds and milliseconds, and Z
// where zulu is set.
func isoOffset(zulu bool) isoRule {
	return func(s *isoState, text string, at int) int {
		if zulu && hasFoldAt(text, at, "Z") {
			s.offset = 0
			return at + 1
		}
		if len(text)-at <= 1 || signOf(text[at]) == 0 {
			return ^at
		}
		o := offsetReader{text: text, at: at + 1}
		if !o.read() {
			return ^o.at
		}
		s.offset = o.ms * int64(signOf(text[at]))
		return o.at
	}
}

type offsetReader struct {
	text string
	at   int
	ms   int64
}

// read reads the offset behind its sign. It stops at the first unit that is
// missing and fails in the middle of one.
func (o *offsetReader) read() bool {
	if !o.unit(23, 3_600_000) {
		return false
	}
	colon := o.at < len(o.text) && o.text[o.at] == ':'
	for _, unit := range []int64{60_000, 1000} {
		if o.at == len(o.text) || colon && o.text[o.at] != ':' || !colon && !isDigit(o.text[o.at]) {
			return true
		}
		o.at += pick(colon, 1, 0)
		if !o.unit(59, unit) {
			return false
		}
	}
	return o.millis(colon)
}

// unit reads two digits.
func (o *offsetReader) unit(limit int, ms int64) bool {
	v, n := shortNumber(o.text[o.at:])
	if n < 2 || v > limit {
		return false
	}
	o.at += 2
	o.ms += int64(v) * ms
	return true
}

func (o *offsetReader) millis(colon bool) bool {
	if o.at == len(o.text) {
		return true
	}
	if colon {
		if o.text[o.at] != '.' && o.text[o.at] != ',' {
			return true
		}
		o.at++
	}
	from := o.at
	for unit := int64(100); unit > 0 && o.at < len(o.text) && isDigit(o.text[o.at]); unit /= 10 {
		o.ms += int64(o.text[o.at]-'0') * unit
		o.at++
	}
	return o.at > from || !colon
}
