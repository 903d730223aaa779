package protodata

import (
	"math/big"
	"time"
)

// java.util.GregorianCalendar, by which the Java class reads and writes dates, is the
// Julian calendar before 1582-10-15.
const cutover = -141_427 // days from 1970-01-01

// dateOf returns the date of a day, counted from 1970-01-01. Years before 1 count
// backwards from 1 again, because the era is lost.
func dateOf(day int64) (year, month, dayOfMonth int64) {
	if day >= cutover {
		const seconds = dayMillis / 1000
		y, m, d := time.Unix(day*seconds, 0).UTC().Date()
		return int64(y), int64(m), int64(d)
	}
	shifted := day + 719_470 // from the 1st of March of the year 0
	year = floorDiv(4*shifted+3, 1461)
	ofYear := shifted - (365*year + floorDiv(year, 4))
	march := (5*ofYear + 2) / 153
	dayOfMonth = ofYear - (153*march+2)/5 + 1
	if month = march + 3; month > 12 {
		month, year = month-12, year+1
	}
	if year <= 0 {
		year = 1 - year
	}
	return year, month, dayOfMonth
}

// dayOf reverses dateOf, and tells whether there is such a date.
func dayOf(year, month, dayOfMonth int64) (day int64, ok bool) {
	const lastYear = 292_278_994
	if year < 1 || year > lastYear || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > 31 {
		return 0, false
	}
	const seconds = dayMillis / 1000
	day = time.Date(int(year), time.Month(month), int(dayOfMonth), 0, 0, 0, 0, time.UTC).Unix() / seconds
	if day < cutover {
		y, m := year, month
		if m <= 2 {
			y, m = y-1, m+12
		}
		day = 365*y + floorDiv(y, 4) + (153*(m-3)+2)/5 + dayOfMonth - 719_471
		if day >= cutover {
			return 0, false // one of the days that were left out
		}
	}
	y, m, d := dateOf(day)
	return day, y == year && m == month && d == dayOfMonth
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// digits returns how many decimal digits a number has.
func digits(n *big.Int) int {
	if n.IsInt64() {
		count := 1
		for v := n.Int64() / 10; v != 0; v /= 10 {
			count++
		}
		return count
	}
	text := n.Text(10)
	if n.Sign() < 0 {
		return len(text) - 1
	}
	return len(text)
}
