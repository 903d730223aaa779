package dateformat

// Formatter is a Simple together with the time zone that is in effect, at first
// UTC. As with Java's class, a time zone that a text calls by its name (EST, not
// -0500 or GMT-5:00) stays in effect for everything after it. It must not be used
// concurrently.
type Formatter struct {
	pattern *Simple
	zone    *zoneNames // nil: UTC
	last    weekTime
}

// weekTime is the last time that was read by week-year. Java prints it with the
// offset that the text told, until it prints another time.
type weekTime struct {
	set  bool
	ms   int64
	told offsetTold
}

// NewFormatter returns a formatter of a pattern, which others may use as well.
func NewFormatter(pattern *Simple) *Formatter { return &Formatter{pattern: pattern} }

// Parse is Simple.Parse in the time zone in effect. That may be another one
// afterwards, even after an error.
func (f *Formatter) Parse(text string) (int64, error) {
	p := simpleParser{format: f.pattern, text: text, zone: f.zone}
	ms, err := p.parse()
	if p.zone != f.zone {
		f.zone, f.last = p.zone, weekTime{}
	}
	if err != nil {
		return 0, err
	}
	f.last.set = p.fields.isWeekDate()
	if f.last.set {
		f.last.ms, f.last.told = ms, p.fields.offsetTold()
	}
	return ms, nil
}

// Append appends the text of the instant ms (epoch milliseconds) in the time zone
// in effect to dst.
func (f *Formatter) Append(dst []byte, ms int64) []byte {
	f.last.set = f.last.set && f.last.ms == ms
	if f.zone == nil && !f.last.set {
		return f.pattern.Append(dst, ms)
	}
	o := f.zone.offsetAt(ms)
	if f.last.set {
		o = f.last.told.over(o)
	}
	return f.appendLocal(dst, ms, o)
}

func (f *Formatter) appendLocal(dst []byte, ms int64, o offset) []byte {
	m := momentOf(ms + o.total())
	for i := range f.pattern.items {
		it := &f.pattern.items[i]
		switch it.letter {
		case 'z':
			dst = append(dst, f.zone.nameAt(o, it.count)...)
		case 'Z':
			dst = o.appendRFC822(dst)
		case 'X':
			dst = o.appendISO(dst, it.count)
		default:
			dst = f.pattern.appendItem(dst, it, &m)
		}
	}
	return dst
}

// nameAt returns the name of the zone that so many letters stand for; nil is UTC.
func (g *zoneNames) nameAt(o offset, count int) string {
	if g == nil {
		return utcName(count)
	}
	return g.name[pick(count >= 4, 0, 1)+pick(o.saving != 0, 2, 0)]
}

// appendRFC822 appends +hhmm.
func (o offset) appendRFC822(dst []byte) []byte {
	sign, minutes := o.minutes()
	return appendPadded(append(dst, sign), minutes/60*100+minutes%60, 4)
}

// appendISO appends +hh, +hhmm or +hh:mm, depending on the number of letters.
func (o offset) appendISO(dst []byte, count int) []byte {
	if o.total() == 0 {
		return append(dst, 'Z')
	}
	sign, minutes := o.minutes()
	dst = appendPadded(append(dst, sign), minutes/60, 2)
	if count == 1 {
		return dst
	}
	if count == 3 {
		dst = append(dst, ':')
	}
	return appendPadded(dst, minutes%60, 2)
}

// minutes drops the seconds of offsets from before the standard times.
func (o offset) minutes() (sign byte, n int64) {
	n = o.total() / msPerMinute
	if n < 0 {
		return '-', -n
	}
	return '+', n
}
