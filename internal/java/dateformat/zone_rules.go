package dateformat

import "time"

// firstTransition is 1900-01-01. Before it Java applies the present standard time.
const firstTransition = -2_208_988_800_000

// maxSteps bounds the search for a standard time, for zones with endless summer.
const maxSteps = 8

// offset is what clocks in a zone are ahead of UTC, in milliseconds.
type offset struct {
	standard int64
	saving   int64 // that summer time adds
}

func (o offset) total() int64 { return o.standard + o.saving }

// offsetAt returns the offset at an instant in epoch milliseconds; nil is UTC.
func (g *zoneNames) offsetAt(ms int64) offset {
	if g == nil {
		return offset{}
	}
	if ms < firstTransition {
		return g.present()
	}
	return spanAt(time.UnixMilli(ms).In(g.location())).split()
}

// offsetAtWall returns the offset at what the clocks show. A time that they skip,
// or show twice, is standard time.
func (g *zoneNames) offsetAtWall(wall int64) offset {
	zone := g.location()
	if first := spanAt(time.UnixMilli(firstTransition).In(zone)); wall < firstTransition+first.offset {
		return g.present()
	}
	s := spanAt(time.UnixMilli(wall).In(zone))
	for next, ok := s.next(); ok && next.start() <= wall; next, ok = s.next() {
		s = next
	}
	for prev, ok := s.previous(); ok && s.start() > wall; prev, ok = s.previous() {
		s = prev
	}
	return s.split()
}

func (g *zoneNames) present() offset { return offset{standard: int64(g.offset) * msPerMinute} }

// span is a time in which the clocks of a zone were not changed. It may end with
// a calendar year though they were not changed then either.
type span struct {
	from, to time.Time // zero without end in that direction
	offset   int64     // milliseconds
	summer   bool
}

func spanAt(t time.Time) span {
	_, seconds := t.Zone()
	from, to := t.ZoneBounds()
	if !to.IsZero() && !to.After(t) {
		// Package time ends every year after 365 days.
		to = t.Add(24 * time.Hour)
	}
	return span{from, to, int64(seconds) * 1000, t.IsDST()}
}

// start is what the clocks showed after they were changed.
func (s span) start() int64 { return s.from.UnixMilli() + s.offset }

func (s span) previous() (span, bool) {
	if s.from.IsZero() {
		return span{}, false
	}
	return spanAt(s.from.Add(-1)), true
}

func (s span) next() (span, bool) {
	if s.to.IsZero() {
		return span{}, false
	}
	return spanAt(s.to), true
}

// split tells standard time and what summer time adds apart. Where the time zone
// database has a winter time that takes an hour away (Ireland), Java has a summer
// time that adds it.
func (s span) split() offset {
	if !s.summer {
		return s.splitStandard()
	}
	// The next standard time counts where clocks stood still because standard time
	// was put back when summer time began.
	for _, step := range directions() {
		if standard, ok := s.standard(step); ok && standard < s.offset {
			return offset{standard, s.offset - standard}
		}
	}
	return offset{standard: s.offset}
}

func (s span) splitStandard() offset {
	for _, step := range directions() {
		if winter, ok := step(s); ok && winter.isBelow(s.offset) {
			return offset{winter.offset, s.offset - winter.offset}
		}
	}
	return offset{standard: s.offset}
}

func directions() [2]func(span) (span, bool) {
	return [...]func(span) (span, bool){span.previous, span.next}
}

// isBelow reports whether s takes time away from a standard time.
func (s span) isBelow(standard int64) bool {
	if !s.summer || s.offset >= standard {
		return false
	}
	before, ok := s.standard(span.previous)
	return ok && before == standard
}

// standard returns the offset of the nearest standard time in a direction.
func (s span) standard(step func(span) (span, bool)) (int64, bool) {
	for range maxSteps {
		var ok bool
		if s, ok = step(s); !ok {
			break
		}
		if !s.summer {
			return s.offset, true
		}
	}
	return 0, false
}

// load returns the rules of the first id. Without a time zone database these are
// the present standard time.
func (g *zoneNames) load() *time.Location {
	zone, err := time.LoadLocation(currentID(g.zoneIDs[0]))
	if err != nil {
		return time.FixedZone(g.name[1], g.offset*60)
	}
	return zone
}

// currentID returns the name that the time zone database has for one of Java's
// old ids.
func currentID(id string) string {
	switch id {
	case "ACT":
		return "Australia/Darwin"
	case "AET":
		return "Australia/Sydney"
	case "AGT":
		return "America/Argentina/Buenos_Aires"
	case "BET":
		return "America/Sao_Paulo"
	case "BST":
		return "Asia/Dhaka"
	case "CAT":
		return "Africa/Maputo"
	case "EAT":
		return "Africa/Nairobi"
	case "MIT":
		return "Pacific/Apia"
	case "NET":
		return "Asia/Yerevan"
	case "NST":
		return "Pacific/Auckland"
	case "PLT":
		return "Asia/Karachi"
	case "SST":
		return "Pacific/Guadalcanal"
	}
	return id
}
