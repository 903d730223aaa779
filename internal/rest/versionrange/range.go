// Package versionrange reads the version ranges of Maven, by which configurations
// and clients name versions of plugins: [1.0,2.0), (,3.0], [1.2] and lists of them.
//
// Floor 0. Connect: org.apache.maven.artifact.versioning.VersionRange.
package versionrange

import (
	"errors"
	"strings"
)

// Range is a list of intervals.
type Range []interval

type interval struct {
	low, high                 *string // nil for no bound
	includesLow, includesHigh bool
}

// Exact returns the range of one version; what is a range already is read as such.
func Exact(version string) (Range, error) {
	if strings.HasPrefix(version, "[") || strings.HasPrefix(version, "(") {
		return Parse(version)
	}
	return Range{{&version, &version, true, true}}, nil
}

// Parse reads a range. Errors speak as Maven's do.
func Parse(spec string) (Range, error) {
	var r Range
	rest := spec
	for strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "(") {
		end := strings.IndexAny(rest, ")]")
		if end < 0 {
			return nil, errors.New("Unbounded range: " + spec)
		}
		next, err := parseInterval(rest[:end+1])
		if err != nil {
			return nil, err
		}
		if len(r) > 0 && overlaps(r[len(r)-1], next) {
			return nil, errors.New("Ranges overlap: " + spec)
		}
		r = append(r, next)
		rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest[end+1:]), ","))
	}
	if rest != "" || len(r) == 0 {
		return nil, errors.New("Only fully-qualified sets allowed in multiple set scenario: " + spec)
	}
	return r, nil
}

func overlaps(a, b interval) bool {
	return a.high != nil && (b.low == nil || Compare(*b.low, *a.high) < 0)
}

func parseInterval(spec string) (interval, error) {
	i := interval{includesLow: spec[0] == '[', includesHigh: strings.HasSuffix(spec, "]")}
	inner := strings.TrimSpace(spec[1 : len(spec)-1])
	low, high, several := strings.Cut(inner, ",")
	if !several {
		if !i.includesLow || !i.includesHigh {
			return i, errors.New("Single version must be surrounded by []: " + spec)
		}
		i.low, i.high = &inner, &inner
		return i, nil
	}
	i.low, i.high = bound(low), bound(high)
	if i.low == nil || i.high == nil {
		return i, nil
	}
	if c := Compare(*i.high, *i.low); c < 0 || c == 0 && !(i.includesLow && i.includesHigh) {
		return i, errors.New("Range defies version ordering: " + spec)
	}
	return i, nil
}

func bound(text string) *string {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return &text
}

// Contains tells whether version lies in the range.
func (r Range) Contains(version string) bool {
	for _, i := range r {
		if i.contains(version) {
			return true
		}
	}
	return false
}

func (i interval) contains(version string) bool {
	if i.low != nil {
		if c := Compare(version, *i.low); c < 0 || c == 0 && !i.includesLow {
			return false
		}
	}
	if i.high != nil {
		if c := Compare(version, *i.high); c > 0 || c == 0 && !i.includesHigh {
			return false
		}
	}
	return true
}

// String returns the range in Maven's form: [1.0,1.0] for a single version.
func (r Range) String() string {
	parts := make([]string, len(r))
	for k, i := range r {
		left, right := "(", ")"
		if i.includesLow {
			left = "["
		}
		if i.includesHigh {
			right = "]"
		}
		parts[k] = left + text(i.low) + "," + text(i.high) + right
	}
	return strings.Join(parts, ",")
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
