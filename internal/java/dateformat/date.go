package dateformat

import "strconv"

// AppendDate appends java.util.Date.toString() of the instant ms (epoch
// milliseconds) in UTC to dst: Thu Jan 01 00:00:00 UTC 1970.
func AppendDate(dst []byte, ms int64) []byte {
	n := english()
	d := dateOf(floorDiv(ms, msPerDay))
	second := int(floorMod(ms, msPerDay)) / 1000
	dst = append(append(dst, n.shortWeekdays[d.weekday()-1]...), ' ')
	dst = append(append(dst, n.shortMonths[d.month-1]...), ' ')
	dst = append(appendPadded(dst, int64(d.day), 2), ' ')
	dst = append(appendPadded(dst, int64(second/3600), 2), ':')
	dst = append(appendPadded(dst, int64(second/60%60), 2), ':')
	dst = append(appendPadded(dst, int64(second%60), 2), " UTC "...)
	year := d.year
	if year <= 0 {
		year = 1 - year
	}
	return strconv.AppendInt(dst, year, 10)
}

// appendPadded appends v with zeros in front to at least width digits.
func appendPadded(dst []byte, v int64, width int) []byte {
	switch { // most fields of most patterns
	case width == 2 && v >= 0 && v < 100:
		return append(dst, byte('0'+v/10), byte('0'+v%10))
	case width == 3 && v >= 0 && v < 1000:
		return append(dst, byte('0'+v/100), byte('0'+v/10%10), byte('0'+v%10))
	case width == 4 && v >= 1000 && v < 10_000:
		return append(dst, byte('0'+v/1000), byte('0'+v/100%10), byte('0'+v/10%10), byte('0'+v%10))
	}
	if v < 0 {
		dst = append(dst, '-')
		v = -v
	}
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], v, 10)
	for i := len(digits); i < width; i++ {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}
