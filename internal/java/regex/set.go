package regex

import (
	"slices"
	"sync"
	"unicode"
)

// span is a range of code points, both ends included.
type span struct{ lo, hi rune }

// set is a set of code points: spans in order that do not touch.
type set []span

func one(r rune) set { return set{{r, r}} }

func anything() set { return set{{0, unicode.MaxRune}} }

// newSet puts spans in order and joins those that overlap or touch.
func newSet(spans []span) set {
	slices.SortFunc(spans, func(a, b span) int { return int(a.lo) - int(b.lo) })
	var s set
	for _, sp := range spans {
		if n := len(s); n > 0 && sp.lo <= s[n-1].hi+1 {
			s[n-1].hi = max(s[n-1].hi, sp.hi)
			continue
		}
		s = append(s, sp)
	}
	return s
}

// chars returns the set of the runes in text.
func chars(text string) set {
	var spans []span
	for _, r := range text {
		spans = append(spans, span{r, r})
	}
	return newSet(spans)
}

func union(sets ...set) set {
	var all []span
	for _, s := range sets {
		all = append(all, s...)
	}
	return newSet(all)
}

func (s set) negate() set {
	var out set
	next := rune(0)
	for _, sp := range s {
		if sp.lo > next {
			out = append(out, span{next, sp.lo - 1})
		}
		next = sp.hi + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, span{next, unicode.MaxRune})
	}
	return out
}

func (s set) intersect(t set) set { return union(s.negate(), t.negate()).negate() }

func (s set) minus(t set) set { return s.intersect(t.negate()) }

func tables(ts ...*unicode.RangeTable) set {
	var spans []span
	for _, t := range ts {
		for _, r := range t.R16 {
			spans = appendStride(spans, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			spans = appendStride(spans, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return newSet(spans)
}

func appendStride(spans []span, lo, hi, stride rune) []span {
	if stride == 1 {
		return append(spans, span{lo, hi})
	}
	for r := lo; r <= hi; r += stride {
		spans = append(spans, span{r, r})
	}
	return spans
}

// cased lists the code points that have another case.
var cased = sync.OnceValue(func() []rune {
	var rs []rune
	for _, c := range unicode.CaseRanges {
		for r := rune(c.Lo); r <= rune(c.Hi); r++ {
			if unicode.ToUpper(r) != r || unicode.ToLower(r) != r {
				rs = append(rs, r)
			}
		}
	}
	return rs
})

// folded is how Java compares without case: by upper, then lower case.
func folded(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// foldOne is the set of what equals r without case, of ASCII or of all letters.
func foldOne(r rune, unicodeCase bool) set {
	if !unicodeCase {
		if isASCIILetter(r) {
			return union(one(r), one(r^0x20))
		}
		return one(r)
	}
	s, f := []span{{r, r}}, folded(r)
	for _, c := range cased() {
		if folded(c) == f {
			s = append(s, span{c, c})
		}
	}
	return newSet(s)
}

// foldRange is foldOne for a range.
func foldRange(lo, hi rune, unicodeCase bool) set {
	s := []span{{lo, hi}}
	in := func(r rune) bool { return r >= lo && r <= hi }
	if !unicodeCase {
		for r := 'A'; r <= 'Z'; r++ {
			if in(r) || in(r|0x20) {
				s = append(s, span{r, r}, span{r | 0x20, r | 0x20})
			}
		}
		return newSet(s)
	}
	for _, c := range cased() {
		if in(unicode.ToUpper(c)) || in(folded(c)) {
			s = append(s, span{c, c})
		}
	}
	return newSet(s)
}

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func isASCIIDigit(r rune) bool { return r >= '0' && r <= '9' }
