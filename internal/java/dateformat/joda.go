package dateformat

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Joda is a compiled Joda-Time pattern (DateTimeFormat.forPattern), for
// printing. Dates are those of the ISO calendar, Gregorian at all times.
type Joda struct {
	items []item
}

const jodaLetters = "GCxweYyDMdaKhHkmsSEzZ"

// CompileJoda compiles a Joda-Time pattern. The error is an *ArgumentError.
func CompileJoda(pattern string) (*Joda, error) {
	if pattern == "" {
		return nil, &ArgumentError{"Invalid pattern specification: Pattern is null or empty"}
	}
	var items []item
	for i := 0; i < len(pattern); {
		if !isLetter(pattern[i]) {
			text, n := jodaLiteral(pattern[i:])
			items = literal(items, text)
			i += n
			continue
		}
		n := runOf(pattern[i:])
		if strings.IndexByte(jodaLetters, pattern[i]) < 0 {
			return nil, &ArgumentError{"Illegal pattern component: " + pattern[i:i+n]}
		}
		items = append(items, item{letter: pattern[i], count: n})
		i += n
	}
	if len(items) == 0 {
		return nil, &ArgumentError{"Both printing and parsing not supported"}
	}
	return &Joda{items}, nil
}

// jodaLiteral reads up to the next letter that is not in quotes. A quote that is
// never closed quotes the rest.
func jodaLiteral(s string) (text string, n int) {
	var b strings.Builder
	inside := false
	for n < len(s) {
		c := s[n]
		switch {
		case strings.HasPrefix(s[n:], "''"):
			b.WriteByte('\'')
			n++
		case c == '\'':
			inside = !inside
		case !inside && isLetter(c):
			return b.String(), n
		default:
			b.WriteByte(c)
		}
		n++
	}
	return b.String(), n
}

// Format returns the text of the instant ms (epoch milliseconds) in a time zone,
// in the language with this ISO 639 code; unknown languages have English names.
// Names of time zones are always English.
func (f *Joda) Format(ms int64, zone *time.Location, language string) string {
	return string(f.Append(nil, ms, zone, language))
}

// Append appends the text that Format returns to dst.
func (f *Joda) Append(dst []byte, ms int64, zone *time.Location, language string) []byte {
	at := time.UnixMilli(ms).In(zone)
	_, offset := at.Zone()
	local := ms + int64(offset)*1000
	j := jodaMoment{
		moment: moment{date: gregorianDate(floorDiv(local, msPerDay)), ms: int(floorMod(local, msPerDay))},
		zone:   zone, offset: offset, summer: at.IsDST(), names: namesOf(language),
	}
	for _, it := range f.items {
		dst = j.append(dst, it)
	}
	return dst
}

// jodaMoment is an instant in a time zone, taken apart.
type jodaMoment struct {
	moment
	zone   *time.Location
	offset int // seconds
	summer bool
	names  *names
}

func (j *jodaMoment) append(dst []byte, it item) []byte {
	switch it.letter {
	case 0:
		return append(dst, it.text...)
	case 'G':
		return append(dst, j.names.eras[pick(j.year > 0, 1, 0)]...)
	case 'a':
		return append(dst, j.names.halves[j.hour()/12]...)
	case 'E':
		return append(dst, pick(it.count >= 4, j.names.weekdays, j.names.shortWeekdays)[j.weekday()-1]...)
	case 'M':
		if it.count >= 3 {
			return append(dst, pick(it.count >= 4, j.names.months, j.names.shortMonths)[j.month-1]...)
		}
	case 'z':
		return append(dst, j.zoneName(it.count >= 4)...)
	case 'Z':
		return j.appendOffset(dst, it.count)
	case 'S':
		return j.appendFraction(dst, it.count)
	case 'x', 'y', 'Y':
		return j.appendYear(dst, it)
	}
	return appendPadded(dst, j.value(it.letter), it.count)
}

func (j *jodaMoment) yearOfEra() int64 {
	if j.year <= 0 {
		return 1 - j.year
	}
	return j.year
}

func (j *jodaMoment) appendYear(dst []byte, it item) []byte {
	year := j.year
	switch it.letter {
	case 'x':
		year, _ = j.isoWeek()
	case 'Y':
		// As Joda: two digits are those of the year, not of the year of era.
		year = pick(it.count == 2, j.year, j.yearOfEra())
	}
	if it.count == 2 {
		year = max(year, -year) % 100
	}
	return appendPadded(dst, year, it.count)
}

func (j *jodaMoment) value(letter byte) int64 {
	switch letter {
	case 'C':
		return j.yearOfEra() / 100
	case 'w':
		_, week := j.isoWeek()
		return week
	case 'e':
		return int64(isoWeekday(j.number))
	case 'D':
		return j.number - gregorianDay(j.year, 1, 1) + 1
	case 'd':
		return int64(j.day)
	case 'M':
		return int64(j.month)
	}
	return int64(j.clock(letter))
}

// isoWeekday returns 1 for Monday … 7 for Sunday.
func isoWeekday(number int64) int { return (weekday(number)+5)%7 + 1 }

// isoWeek returns week-year and week of ISO 8601.
func (j *jodaMoment) isoWeek() (year, week int64) {
	thursday := j.number - int64(isoWeekday(j.number)) + 4
	year = gregorianDate(thursday).year
	return year, (thursday-gregorianDay(year, 1, 1))/7 + 1
}

// appendFraction appends the first digits of the fraction of the second, of
// which Joda computes at most fifteen.
func (j *jodaMoment) appendFraction(dst []byte, count int) []byte {
	ms := j.ms % 1000
	start := len(dst)
	dst = appendPadded(dst, int64(ms), 3)
	if count <= 3 {
		return dst[:start+count]
	}
	if ms != 0 {
		count = min(count, 15)
	}
	for i := 3; i < count; i++ {
		dst = append(dst, '0')
	}
	return dst
}

func (j *jodaMoment) appendOffset(dst []byte, count int) []byte {
	if count >= 3 {
		return append(dst, j.zone.String()...)
	}
	minutes := j.offset / 60
	dst = append(dst, pick[byte](j.offset < 0, '-', '+'))
	minutes = max(minutes, -minutes)
	dst = appendPadded(dst, int64(minutes/60), 2)
	if count == 2 {
		dst = append(dst, ':')
	}
	return appendPadded(dst, int64(minutes%60), 2)
}

func (j *jodaMoment) zoneName(long bool) string {
	id := j.zone.String()
	g := zoneByID()[id]
	if g == nil {
		if r, _ := utf8.DecodeRuneInString(id); r == '+' || r == '-' {
			return id
		}
		return string(j.appendOffset(nil, 2))
	}
	return g.name[pick(j.summer, 2, 0)+pick(long, 0, 1)]
}

// ZoneError reports a time zone id that is not known.
type ZoneError struct {
	ID string
}

// Error is the text of Joda's IllegalArgumentException.
func (e *ZoneError) Error() string {
	return "The datetime zone id '" + e.ID + "' is not recognised"
}

// Zone returns the time zone that Joda's DateTimeZone.forID gives for id: a name
// of the time zone database, or an offset such as +05:30 or UTC+05:30. The error
// is a *ZoneError, or an *ArgumentError for a malformed offset. Names need the database
// of Go's time package.
func Zone(id string) (*time.Location, error) {
	for _, prefix := range []string{"UTC", "GMT", "UT", ""} {
		offset, ok := strings.CutPrefix(id, prefix)
		if ok && offset != "" && signOf(offset[0]) != 0 {
			return offsetZone(offset)
		}
	}
	switch id {
	case "UTC", "UT", "Z":
		return time.UTC, nil
	case "", "Local":
		return nil, &ZoneError{id}
	}
	if !isZoneName(id) {
		return nil, &ZoneError{id}
	}
	loc, err := time.LoadLocation(id)
	if err != nil {
		return nil, &ZoneError{id}
	}
	return loc, nil
}

func isZoneName(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool {
		return r >= 0x80 || !isLetter(byte(r)) && !isDigit(byte(r)) && !strings.ContainsRune("/_-+", r)
	})
}

func offsetZone(text string) (*time.Location, error) {
	var s isoState
	if at := isoOffset(false)(&s, text, 0); at != len(text) {
		return nil, &ArgumentError{malformed(text, max(at, ^at))}
	}
	if s.offset == 0 {
		return time.UTC, nil
	}
	return time.FixedZone(offsetName(s.offset), int(s.offset/1000)), nil
}

// offsetName prints an offset in milliseconds as Joda names its fixed zones.
func offsetName(ms int64) string {
	sign := pick(ms < 0, "-", "+")
	ms = max(ms, -ms)
	name := sign + string(appendPadded(nil, ms/3_600_000, 2)) + ":" + string(appendPadded(nil, ms/60_000%60, 2))
	if ms%60_000 == 0 {
		return name
	}
	name += ":" + string(appendPadded(nil, ms/1000%60, 2))
	if ms%1000 == 0 {
		return name
	}
	return name + "." + strconv.FormatInt(1000+ms%1000, 10)[1:]
}
