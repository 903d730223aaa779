package dateformat

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// ParseISO reads what Joda's ISODateTimeFormat.dateTimeParser() reads: a date
// (also by week or day of the year), a time after T, or both, with an optional
// offset. A text without offset is in UTC. It returns epoch milliseconds. The
// error is an *ArgumentError.
func ParseISO(text string) (int64, error) {
	s := isoState{}
	at := isoDateTime()(&s, text, 0)
	if at != len(text) {
		if at < 0 {
			at = ^at
		}
		return 0, &ArgumentError{malformed(text, at)}
	}
	ms, err := s.millis()
	if err != nil {
		return 0, &ArgumentError{"Cannot parse \"" + text + "\": " + err.Error()}
	}
	return ms, nil
}

// malformed says where reading stopped, showing about 32 characters from there.
func malformed(text string, at int) string {
	shown, rest := text, text[at:]
	if short := truncate(rest, 32); len(utf16.Encode([]rune(rest[len(short):]))) > 3 {
		shown = text[:at] + short + "..."
	}
	message := "Invalid format: \"" + shown + "\""
	switch {
	case at == 0:
		return message
	case at >= len(text):
		return message + " is too short"
	}
	return message + " is malformed at \"" + shown[at:] + "\""
}

func truncate(s string, units int) string {
	for i, r := range s {
		units -= max(utf16.RuneLen(r), 1)
		if units < 0 {
			return s[:i]
		}
	}
	return s
}

// isoField is a field of the text.
type isoField int

const (
	isoYear isoField = iota
	isoWeekYear
	isoMonth
	isoWeek
	isoDay
	isoDayOfYear
	isoDayOfWeek
	isoHour
	isoMinute
	isoSecond
	isoFraction // milliseconds within the unit before it
	isoFields
)

// isoState is what has been read so far. It is copied to go back.
type isoState struct {
	set    [isoFields]bool
	value  [isoFields]int64
	offset int64 // milliseconds
}

func (s *isoState) put(f isoField, v int64) { s.set[f], s.value[f] = true, v }

// check validates a field against its range.
func (s *isoState) check(f isoField, name string, lo, hi int64) error {
	if v := s.value[f]; s.set[f] && (v < lo || v > hi) {
		return &ArgumentError{fmt.Sprintf("Value %d for %s must be in the range [%d,%d]", v, name, lo, hi)}
	}
	return nil
}

const (
	minYear = -292_275_055
	maxYear = 292_278_994
)

func (s *isoState) millis() (int64, error) {
	day, err := s.day()
	if err != nil {
		return 0, err
	}
	for _, c := range []struct {
		f    isoField
		name string
		hi   int64
	}{{isoHour, "hourOfDay", 23}, {isoMinute, "minuteOfHour", 59}, {isoSecond, "secondOfMinute", 59}} {
		if err := s.check(c.f, c.name, 0, c.hi); err != nil {
			return 0, err
		}
	}
	ms := ((s.value[isoHour]*60+s.value[isoMinute])*60+s.value[isoSecond])*1000 + s.value[isoFraction]
	return day*msPerDay + ms - s.offset, nil
}

func (s *isoState) day() (int64, error) {
	switch {
	case s.set[isoWeekYear]:
		return s.weekDay()
	case s.set[isoYear]:
		return s.yearDay()
	}
	return 0, nil
}

func (s *isoState) yearDay() (int64, error) {
	year := s.value[isoYear]
	if err := s.check(isoYear, "year", minYear, maxYear); err != nil {
		return 0, err
	}
	first := gregorianDay(year, 1, 1)
	if s.set[isoDayOfYear] {
		length := gregorianDay(year+1, 1, 1) - first
		return first + s.value[isoDayOfYear] - 1, s.check(isoDayOfYear, "dayOfYear", 1, length)
	}
	if !s.set[isoMonth] {
		return first, nil
	}
	if err := s.check(isoMonth, "monthOfYear", 1, 12); err != nil {
		return 0, err
	}
	month := int(s.value[isoMonth])
	first = gregorianDay(year, month, 1)
	if !s.set[isoDay] {
		return first, nil
	}
	next := gregorianDay(year+int64(month/12), month%12+1, 1)
	return first + s.value[isoDay] - 1, s.check(isoDay, "dayOfMonth", 1, next-first)
}

func (s *isoState) weekDay() (int64, error) {
	year := s.value[isoWeekYear]
	if err := s.check(isoWeekYear, "weekyear", minYear, maxYear); err != nil {
		return 0, err
	}
	first := firstMonday(year)
	weeks := (firstMonday(year+1) - first) / 7
	if err := s.check(isoWeek, "weekOfWeekyear", 1, weeks); err != nil {
		return 0, err
	}
	day := first + 7*(s.value[isoWeek]-1)
	if !s.set[isoDayOfWeek] {
		return day, nil
	}
	return day + s.value[isoDayOfWeek] - 1, s.check(isoDayOfWeek, "dayOfWeek", 1, 7)
}

// firstMonday returns the day on which the first ISO week of year begins.
func firstMonday(year int64) int64 { return onOrBefore(gregorianDay(year, 1, 4), 2) }

func hasFoldAt(text string, at int, want string) bool {
	return len(text)-at >= len(want) && strings.EqualFold(text[at:at+len(want)], want)
}
