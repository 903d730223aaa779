package versionrange

import (
	"cmp"
	"slices"
	"strings"
)

// Compare orders versions as Maven does: numbers by value, then the qualifiers
// alpha, beta, milestone, rc, snapshot, none, sp, then any others by the alphabet.
// Unlike Maven it makes no difference between dots and dashes.
func Compare(a, b string) int {
	x, y := parts(a), parts(b)
	for i := range max(len(x), len(y)) {
		if c := comparePart(part(x, i), part(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

func part(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// parts cuts a version at dots, dashes and between digits and letters.
func parts(version string) []string {
	var list []string
	start := 0
	cut := func(end int) {
		if end > start {
			list = append(list, strings.ToLower(version[start:end]))
		}
		start = end
	}
	for i := range len(version) {
		c := version[i]
		if c == '.' || c == '-' || c == '_' {
			cut(i)
			start = i + 1
		} else if i > start && digit(c) != digit(version[i-1]) {
			cut(i)
		}
	}
	cut(len(version))
	return list
}

func digit(c byte) bool { return '0' <= c && c <= '9' }

// comparePart compares two parts; "" stands for the end of the version, which
// equals 0 and lies between the qualifiers.
func comparePart(a, b string) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	if a != "" && digit(a[0]) {
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	}
	if rank(a) == unknownQualifier {
		return strings.Compare(a, b)
	}
	return 0
}

const unknownQualifier = 7

func rank(p string) int {
	switch p {
	case "a":
		p = "alpha"
	case "b":
		p = "beta"
	case "m":
		p = "milestone"
	case "cr":
		p = "rc"
	case "ga", "final", "release":
		p = ""
	}
	if at := slices.Index([]string{"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"}, p); at >= 0 {
		return at
	}
	switch {
	case !digit(p[0]):
		return unknownQualifier
	case strings.Trim(p, "0") == "":
		return rank("")
	}
	return unknownQualifier + 1
}
