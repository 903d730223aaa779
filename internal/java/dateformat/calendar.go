package dateformat

const (
	msPerDay = 86_400_000
	cutover  = -141_427 // day of 1582-10-15, the first of the Gregorian calendar
)

// Days are counted from 1970-01-01. Years are astronomical: 0 is 1 BC.

// gregorianDay returns the day of a date of the Gregorian calendar; month is
// 1…12, day may lie outside the month.
func gregorianDay(year int64, month, day int) int64 {
	y, m := year, int64(month)
	if m <= 2 {
		y, m = y-1, m+12
	}
	leap := floorDiv(y, 4) - floorDiv(y, 100) + floorDiv(y, 400)
	return 365*y + leap + (153*(m-3)+2)/5 + int64(day) - 719_469
}

// julianDay is gregorianDay for the Julian calendar.
func julianDay(year int64, month, day int) int64 {
	y, m := year, int64(month)
	if m <= 2 {
		y, m = y-1, m+12
	}
	return 365*y + floorDiv(y, 4) + (153*(m-3)+2)/5 + int64(day) - 719_471
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// date is one day of java.util.GregorianCalendar: Julian before the cutover.
type date struct {
	number int64 // day counted from 1970-01-01
	year   int64
	month  int // 1…12
	day    int // of the month
}

func dateOf(number int64) date {
	if number >= cutover {
		return gregorianDate(number)
	}
	shifted := number + 719_470 // days since 0000-03-01
	y := floorDiv(4*shifted+3, 1461)
	return civil(number, y, shifted-(365*y+floorDiv(y, 4)))
}

// gregorianDate is dateOf without the cutover.
func gregorianDate(number int64) date {
	shifted := number + 719_468 // days since 0000-03-01
	if shifted >= 0 && shifted < 1<<29 {
		return recentDate(number, uint32(shifted))
	}
	era := floorDiv(shifted, 146_097)
	doe := shifted - era*146_097
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	return civil(number, yoe+era*400, doe-(365*yoe+yoe/4-yoe/100))
}

// recentDate is gregorianDate for days from year 0 on, in 32 bits.
func recentDate(number int64, shifted uint32) date {
	quarters := 4*shifted + 3
	century, ofCentury := quarters/146_097, quarters%146_097/4
	quarters = 4*ofCentury + 3
	year, ofYear := quarters/1461, quarters%1461/4
	mp := (5*ofYear + 2) / 153
	d := date{number: number, year: int64(100*century + year), month: int(mp) + 3, day: int(ofYear-(153*mp+2)/5) + 1}
	if d.month > 12 {
		d.month -= 12
		d.year++
	}
	return d
}

// civil names the day that comes doy days after the first of March of year y.
func civil(number, y, doy int64) date {
	mp := (5*doy + 2) / 153
	d := date{number: number, year: y, month: int(mp) + 3, day: int(doy-(153*mp+2)/5) + 1}
	if d.month > 12 {
		d.month -= 12
		d.year++
	}
	return d
}

// weekday returns 1 for Sunday … 7 for Saturday.
func (d date) weekday() int { return weekday(d.number) }

func weekday(number int64) int { return int(floorMod(number+4, 7)) + 1 }

// newYear returns the day of January 1st of year.
func newYear(year int64) int64 {
	if year <= 1582 {
		return julianDay(year, 1, 1)
	}
	return gregorianDay(year, 1, 1)
}

func (d date) dayOfYear() int { return int(d.number-newYear(d.year)) + 1 }

// week returns week-year and week of the year; weeks start on Sunday and the
// week with January 1st is the first one.
func (d date) week() (year int64, week int) {
	next := newYear(d.year + 1)
	if sunday := onOrBefore(next, 1); sunday != next && d.number >= sunday {
		return d.year + 1, 1
	}
	return d.year, weekNumber(newYear(d.year), d.number)
}

// weekYear is the year that week counts in. Before Christ the JDK looks at the
// New Year of the wrong era.
func (d date) weekYear() int64 {
	if d.year > 0 {
		year, _ := d.week()
		return year
	}
	other := newYear(-d.year)
	toSunday := onOrBefore(other+6, 1) - other
	if toSunday > 0 && newYear(d.year+1)-d.number <= 7-toSunday && d.number-newYear(d.year) >= 7 {
		return d.year + 1
	}
	return d.year
}

// monthStart returns the day that weeks of the month are counted from.
func (d date) monthStart() int64 {
	if d.number >= cutover && d.year == 1582 && d.month == 10 {
		return julianDay(1582, 10, 1)
	}
	return d.number - int64(d.day) + 1
}

func (d date) weekOfMonth() int { return weekNumber(d.monthStart(), d.number) }

func (d date) weekdayInMonth() int { return int(d.number-d.monthStart())/7 + 1 }

func weekNumber(first, day int64) int { return int((day-onOrBefore(first, 1))/7) + 1 }

// onOrBefore returns the last day up to number that is the given weekday.
func onOrBefore(number int64, wd int) int64 {
	return number - floorMod(int64(weekday(number)-wd), 7)
}
