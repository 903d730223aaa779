package dateformat

const msPerMinute = 60_000

// timeZone reads the time zones that z and Z accept: +hhmm, GMT, GMT+h:mm and names.
// As in Java GMT is a name when there is space before it, from start on.
func (p *simpleParser) timeZone(start int) bool {
	if sign := signOf(p.text[p.at]); sign != 0 {
		return p.offset(p.at+1, sign, 0, false)
	}
	if !hasPrefixFold(p.text[start:], "GMT") {
		return p.zoneName()
	}
	after := p.at + len("GMT")
	if after < len(p.text) {
		if sign := signOf(p.text[after]); sign != 0 {
			return p.offset(after+1, sign, 0, true)
		}
	}
	p.setOffset(0)
	p.at = after
	return true
}

// isoZone reads what X, XX and XXX accept.
func (p *simpleParser) isoZone(count int) bool {
	if p.text[p.at] == 'Z' {
		p.setOffset(0)
		p.at++
		return true
	}
	sign := signOf(p.text[p.at])
	return sign != 0 && p.offset(p.at+1, sign, count, count == 3)
}

func signOf(c byte) int {
	switch c {
	case '+':
		return 1
	case '-':
		return -1
	}
	return 0
}

func (p *simpleParser) setOffset(minutes int) {
	p.fields.set(fieldZone, int32(minutes*msPerMinute))
	p.fields.set(fieldSaving, 0)
}

// offset reads hours and minutes at position at. Count 1 stands for hours only;
// 0 lets a single digit of hours pass when a colon must follow.
func (p *simpleParser) offset(at, sign, count int, colon bool) bool {
	hours, n := shortNumber(p.text[min(at, len(p.text)):])
	if n == 0 || n == 1 && (count > 0 || !colon) || hours > 23 {
		return false
	}
	at += n
	minutes := 0
	if count != 1 {
		if colon {
			if at >= len(p.text) || p.text[at] != ':' {
				return false
			}
			at++
		}
		minutes, n = shortNumber(p.text[at:])
		if n != 2 || minutes > 59 {
			return false
		}
		at += n
	}
	p.setOffset(sign * (hours*60 + minutes))
	p.at = at
	return true
}

// shortNumber reads up to two digits.
func shortNumber(s string) (v, n int) {
	for n < 2 && n < len(s) && isDigit(s[n]) {
		v = v*10 + int(s[n]-'0')
		n++
	}
	return v, n
}

// zoneName reads an English time zone name. Many zones share a name: the one in
// effect comes first, then UTC, then those of the table.
func (p *simpleParser) zoneName() bool {
	if p.zone != nil && p.nameOf(p.zone) {
		return true
	}
	for _, utc := range []string{"Coordinated Universal Time", "UTC"} {
		if hasPrefixFold(p.text[p.at:], utc) {
			p.zone = nil
			p.at += len(utc)
			return true
		}
	}
	groups := zoneGroups()
	for i := range groups {
		if p.nameOf(&groups[i]) {
			return true
		}
	}
	return false
}

// nameOf reads a name of g, whose zone is in effect from then on.
func (p *simpleParser) nameOf(g *zoneNames) bool {
	for n, name := range g.name {
		if hasPrefixFold(p.text[p.at:], name) {
			p.zone = g
			p.setSaving(g, n)
			p.at += len(name)
			return true
		}
	}
	return false
}

// setSaving notes what name n of g says about summer time. A name that is the same
// in summer says nothing, nor does a summer name where there is none any more: the
// rules of the zone decide then.
func (p *simpleParser) setSaving(g *zoneNames, n int) {
	summer := n >= 2
	if summer && g.saving == 0 || !summer && g.sameName[n] {
		return
	}
	p.fields.clear(fieldZone)
	p.fields.set(fieldSaving, int32(pick(summer, g.saving*msPerMinute, 0)))
}
