package pluginset

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// VersionRange is what a configuration demands of a plugin's version, in Maven's
// notation. A bare version demands exactly that one.
type VersionRange struct{ parts []interval }

// interval is one range; an open end is "".
type interval struct {
	low, high           string
	withLow, withHigh   bool
	openBelow, openOver bool
}

// VersionError is a version range that cannot be read.
type VersionError struct{ Msg string }

// Error returns Maven's words.
func (e *VersionError) Error() string { return e.Msg }

// ParseVersionRange reads a range. The range is nil, for any version, when the text
// is "latest". The error is a *VersionError.
func ParseVersionRange(text string) (*VersionRange, error) {
	if text == "latest" {
		return nil, nil
	}
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "(") {
		return parseRanges("[" + text + "]")
	}
	return parseRanges(text)
}

func parseRanges(text string) (*VersionRange, error) {
	r := &VersionRange{}
	rest := text
	for strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "(") {
		end := strings.IndexAny(rest, "])")
		if end < 0 {
			return nil, &VersionError{"Unbounded range: " + text}
		}
		part, err := parseInterval(rest[:end+1])
		if err != nil {
			return nil, err
		}
		if n := len(r.parts); n > 0 && r.parts[n-1].overlaps(part) {
			return nil, &VersionError{"Ranges overlap: " + text}
		}
		r.parts = append(r.parts, part)
		rest = strings.TrimSpace(rest[end+1:])
		rest = strings.TrimSpace(strings.TrimPrefix(rest, ","))
	}
	if rest != "" {
		return nil, &VersionError{"Only fully-qualified sets allowed in multiple set scenario: " + text}
	}
	return r, nil
}

func parseInterval(text string) (interval, error) {
	i := interval{withLow: text[0] == '[', withHigh: text[len(text)-1] == ']'}
	inner := strings.TrimSpace(text[1 : len(text)-1])
	low, high, both := strings.Cut(inner, ",")
	if !both {
		if !i.withLow || !i.withHigh {
			return i, &VersionError{"Single version must be surrounded by []: " + text}
		}
		i.low, i.high = inner, inner
		return i, nil
	}
	i.low, i.high = strings.TrimSpace(low), strings.TrimSpace(high)
	i.openBelow, i.openOver = i.low == "", i.high == ""
	if i.openBelow || i.openOver {
		return i, nil
	}
	c := CompareVersions(i.high, i.low)
	if c < 0 || c == 0 && (!i.withLow || !i.withHigh) {
		return i, &VersionError{"Range defies version ordering: " + text}
	}
	return i, nil
}

func (i interval) overlaps(next interval) bool {
	return !i.openOver && (next.openBelow || CompareVersions(next.low, i.high) < 0)
}

// Contains tells whether a version is within the range; every one is in nil.
func (r *VersionRange) Contains(version string) bool {
	return r == nil || slices.ContainsFunc(r.parts, func(i interval) bool { return i.contains(version) })
}

func (i interval) contains(version string) bool {
	if !i.openBelow {
		if c := CompareVersions(version, i.low); c < 0 || c == 0 && !i.withLow {
			return false
		}
	}
	if !i.openOver {
		if c := CompareVersions(version, i.high); c > 0 || c == 0 && !i.withHigh {
			return false
		}
	}
	return true
}

// String returns Maven's notation; a single version is given twice.
func (r *VersionRange) String() string {
	var texts []string
	for _, i := range r.parts {
		open, end := "(", ")"
		if i.withLow {
			open = "["
		}
		if i.withHigh {
			end = "]"
		}
		texts = append(texts, open+i.low+","+i.high+end)
	}
	return strings.Join(texts, ",")
}

// CompareVersions orders versions as Maven does: numbers by value, known qualifiers
// by age (alpha before beta before the release), others after it.
func CompareVersions(a, b string) int {
	x, y := versionItems(a), versionItems(b)
	for i := range max(len(x), len(y)) {
		if c := compareItems(itemAt(x, i), itemAt(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

func itemAt(items []string, i int) string {
	if i < len(items) {
		return items[i]
	}
	return ""
}

// versionItems splits at dots and hyphens, and where digits meet letters.
func versionItems(version string) []string {
	var items []string
	from := 0
	lower := []rune(strings.ToLower(version))
	cut := func(to int) {
		if to > from {
			items = append(items, string(lower[from:to]))
		}
	}
	for i, r := range lower {
		switch {
		case r == '.' || r == '-' || r == '_' || r == '+':
			cut(i)
			from = i + 1
		case i > from && unicode.IsDigit(r) != unicode.IsDigit(lower[i-1]):
			cut(i)
			from = i
		}
	}
	cut(len(lower))
	return items
}

// compareItems compares two parts; "" is a part that is not there, equal to 0 and to
// a release.
func compareItems(a, b string) int {
	m, aNumber := numberItem(a)
	n, bNumber := numberItem(b)
	switch {
	case aNumber && bNumber:
		return compareNumbers(m, n)
	case aNumber && a != "":
		return 1
	case bNumber && b != "":
		return -1
	}
	return strings.Compare(qualifierRank(a), qualifierRank(b))
}

// numberItem returns the digits without leading zeros.
func numberItem(s string) (string, bool) {
	for _, r := range s {
		if r < '0' || r > '9' {
			return "", false
		}
	}
	return strings.TrimLeft(s, "0"), true
}

func compareNumbers(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// qualifierRank returns a text that sorts as the qualifier does.
func qualifierRank(q string) string {
	ranks := []string{"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"}
	same := map[string]string{"a": "alpha", "b": "beta", "m": "milestone", "cr": "rc", "ga": "", "final": "", "release": ""}
	if s, ok := same[q]; ok {
		q = s
	}
	if i := slices.Index(ranks, q); i >= 0 {
		return strconv.Itoa(i)
	}
	return strconv.Itoa(len(ranks)) + "-" + q
}
