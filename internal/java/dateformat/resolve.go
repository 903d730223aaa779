package dateformat

// field is one of the fields of java.util.Calendar.
type field int

const (
	fieldEra field = iota
	fieldYear
	fieldMonth // from 0
	fieldWeekOfYear
	fieldWeekOfMonth
	fieldDay
	fieldDayOfYear
	fieldWeekday // from 1, Sunday
	fieldWeekdayInMonth
	fieldHalf
	fieldHour12
	fieldHour
	fieldMinute
	fieldSecond
	fieldMillis
	fieldZone // offset in milliseconds
	fieldSaving
	fieldWeekYear
	fieldCount
)

// fields are what a text told about a date. Where it told too much, the
// combination that was completed last decides, as in java.util.Calendar.
type fields struct {
	value [fieldCount]int32
	stamp [fieldCount]int // 0: not set; later ones are greater
	next  int
}

func (f *fields) set(at field, v int32) {
	f.next++
	f.value[at], f.stamp[at] = v, f.next
}

func (f *fields) clear(at field) { f.value[at], f.stamp[at] = 0, 0 }

func (f *fields) isSet(at field) bool { return f.stamp[at] > 0 }

// millis returns the instant in epoch milliseconds; zone (nil: UTC) tells what the
// fields do not tell about the offset. Nothing is out of range: fields roll over.
// Overflow wraps, as in Java.
func (f *fields) millis(zone *zoneNames) int64 {
	ms := f.timeOfDay()
	day := f.day(floorDiv(ms, msPerDay))
	wall := day*msPerDay + floorMod(ms, msPerDay)
	return wall - f.offset(zone, wall)
}

func (f *fields) offset(zone *zoneNames, wall int64) int64 {
	told := f.offsetTold()
	if zone == nil || told.standard && told.saving {
		return told.total()
	}
	return told.over(zone.offsetAtWall(wall)).total()
}

// offsetTold is the part of an offset that a text tells.
type offsetTold struct {
	offset
	standard, saving bool // is told
}

func (f *fields) offsetTold() offsetTold {
	return offsetTold{
		offset{int64(f.value[fieldZone]), int64(f.value[fieldSaving])},
		f.isSet(fieldZone), f.isSet(fieldSaving),
	}
}

// over returns o with what is told in place of its own.
func (t offsetTold) over(o offset) offset {
	if t.standard {
		o.standard = t.offset.standard
	}
	if t.saving {
		o.saving = t.offset.saving
	}
	return o
}

func (f *fields) timeOfDay() int64 {
	hour := f.hour()
	minute := hour*60 + int64(f.value[fieldMinute])
	return (minute*60+int64(f.value[fieldSecond]))*1000 + int64(f.value[fieldMillis])
}

func (f *fields) hour() int64 {
	half := 0
	if f.isSet(fieldHour12) && f.isSet(fieldHalf) {
		half = max(f.stamp[fieldHour12], f.stamp[fieldHalf])
	}
	best := max(half, f.stamp[fieldHour])
	if best == 0 {
		best = max(f.stamp[fieldHour12], f.stamp[fieldHalf])
	}
	if best == f.stamp[fieldHour] {
		return int64(f.value[fieldHour])
	}
	return int64(f.value[fieldHour12]) + 12*int64(f.value[fieldHalf])
}

// day returns the day that the date fields name, moved on by extra days.
func (f *fields) day(extra int64) int64 {
	if f.isWeekDate() {
		return f.weekDate(extra) + extra
	}
	return f.calendarDay(extra)
}

func (f *fields) isWeekDate() bool { return f.stamp[fieldWeekYear] > f.stamp[fieldYear] }

// calendarDay is the day by any fields but the week-year.
func (f *fields) calendarDay(extra int64) int64 {
	year := int64(1970)
	if f.isSet(fieldYear) {
		year = int64(f.value[fieldYear])
	}
	if f.isSet(fieldEra) && f.value[fieldEra] == 0 {
		year = 1 - year
	}
	how := f.choose()
	julian := how.day(f, year, julianDay) + extra
	if year < 1582 || year == 1582 && (how == byDayOfYear || how == byWeekOfYear) {
		return julian
	}
	gregorian := how.day(f, year, gregorianDay) + extra
	if gregorian >= cutover {
		return gregorian
	}
	return julian
}

// weekDate is the day of a week-year, week and weekday. It computes in 32 bits
// as the JDK does.
func (f *fields) weekDate(extra int64) int64 {
	week, wd := int32(1), int32(1)
	if f.isSet(fieldWeekOfYear) {
		week = f.value[fieldWeekOfYear]
	}
	if f.isSet(fieldWeekday) {
		wd = f.value[fieldWeekday]
	}
	switch {
	case wd >= 8:
		week += (wd - 1) / 7
		wd = sundayFirst((wd-1)%7 + 1)
	case wd <= 0:
		weeks := (7 - int64(wd)) / 7
		week -= int32(weeks)
		wd = sundayFirst(int32(int64(wd) + 7*weeks))
	}
	year := int64(f.value[fieldWeekYear])
	// As the JDK: the era is that of the date which the other fields give.
	if dateOf(f.calendarDay(extra)).year <= 0 {
		year = 1 - year
	}
	return onOrBefore(newYear(year), 1) + int64(wd-1+7*(week-1))
}

// sundayFirst turns a weekday counted from Monday into one from Sunday.
func sundayFirst(iso int32) int32 { return iso%7 + 1 }

// dayRule tells which fields name the day.
type dayRule int

const (
	byDay dayRule = iota
	byWeekOfMonth
	byWeekdayInMonth
	byDayOfYear
	byWeekOfYear
)

// choose finds the group of fields that was completed last.
func (f *fields) choose() dayRule {
	weekday := f.stamp[fieldWeekday]
	day, month := f.stamp[fieldDay], f.stamp[fieldMonth]
	weekOfMonth := both(f.stamp[fieldWeekOfMonth], weekday)
	inMonth := both(f.stamp[fieldWeekdayInMonth], weekday)
	weekOfYear := both(f.stamp[fieldWeekOfYear], weekday)
	best := max(day, weekOfMonth, inMonth, f.stamp[fieldDayOfYear], weekOfYear)
	if best == 0 {
		weekOfMonth = f.stamp[fieldWeekOfMonth]
		inMonth = max(f.stamp[fieldWeekdayInMonth], weekday)
		weekOfYear = f.stamp[fieldWeekOfYear]
		best = max(weekOfMonth, inMonth, weekOfYear)
		if best == 0 {
			day, best = month, month
		}
	}
	ofYear := f.stamp[fieldWeekOfYear]
	switch {
	case best == day:
		return byDay
	case best == weekOfMonth && f.stamp[fieldWeekOfMonth] >= ofYear,
		best == inMonth && f.stamp[fieldWeekdayInMonth] >= ofYear:
		return f.chooseInMonth(best, weekOfMonth, inMonth)
	case best == f.stamp[fieldDayOfYear]:
		return byDayOfYear
	}
	return byWeekOfYear
}

func (f *fields) chooseInMonth(best, weekOfMonth, inMonth int) dayRule {
	week := best == weekOfMonth
	if weekOfMonth == inMonth {
		week = f.stamp[fieldWeekOfMonth] >= f.stamp[fieldWeekdayInMonth]
	}
	if week {
		return byWeekOfMonth
	}
	return byWeekdayInMonth
}

func both(a, b int) int {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}

// day computes the day by this rule in the calendar that toDay stands for.
func (r dayRule) day(f *fields, year int64, toDay func(year int64, month, day int) int64) int64 {
	month := int64(0)
	if r <= byWeekdayInMonth {
		month = int64(f.value[fieldMonth])
		year, month = year+floorDiv(month, 12), floorMod(month, 12)
	}
	first := toDay(year, int(month)+1, 1)
	switch r {
	case byWeekOfMonth:
		return f.inWeek(first) + int64(7*(f.value[fieldWeekOfMonth]-1))
	case byWeekOfYear:
		return f.inWeek(first) + 7*(int64(f.value[fieldWeekOfYear])-1)
	case byWeekdayInMonth:
		return f.nthWeekday(first, toDay(year, int(month)+2, 1)-first)
	case byDayOfYear:
		return first + int64(f.value[fieldDayOfYear]) - 1
	}
	if !f.isSet(fieldDay) {
		return first
	}
	return first + int64(f.value[fieldDay]) - 1
}

// inWeek returns the weekday in the week with first.
func (f *fields) inWeek(first int64) int64 {
	sunday := onOrBefore(first, 1)
	if f.isSet(fieldWeekday) {
		sunday = onOrBefore(sunday+6, weekdayOf(f.value[fieldWeekday]))
	}
	return sunday
}

// nthWeekday returns the n-th weekday of the month, from its end when n is
// negative.
func (f *fields) nthWeekday(first, length int64) int64 {
	wd, n := 1, int32(1)
	if f.isSet(fieldWeekday) {
		wd = weekdayOf(f.value[fieldWeekday])
	}
	if f.isSet(fieldWeekdayInMonth) {
		n = f.value[fieldWeekdayInMonth]
	}
	if n >= 0 {
		return onOrBefore(first+int64(7*n)-1, wd)
	}
	return onOrBefore(first+length+int64(7*(n+1))-1, wd)
}

// weekdayOf brings a weekday into 1…7.
func weekdayOf(v int32) int { return int(floorMod(int64(v)-1, 7)) + 1 }
