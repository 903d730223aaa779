//go:build integration

package msk

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// check is behind one or more lines of the list.
type check struct {
	name  string
	lines []int
	run   func(*stage)
}

//go:embed testdata/conformance.txt
var list string

// checks returns all of them. Each makes what it needs, so they run in parallel, after the
// first one, which needs an empty server.
func checks() []check {
	return slices.Concat([]check{{"empty", []int{1, 2}, emptyLists}},
		resourceChecks(), creationChecks(), updateChecks(), lifecycleChecks(), deletionChecks(), requestChecks())
}

// elsewhere returns the lines of the list that have tests of their own.
func elsewhere() []int {
	return []int{
		66, // TestTerraform
		67, // TestCLI
	}
}

// TestConformance goes through the list with the Go SDK. What its version cannot do, and
// what no SDK would send, goes over plain HTTP.
func TestConformance(t *testing.T) {
	t.Parallel()
	p := newPlane(t)
	first := &stage{T: t, plane: p, sdk: p.client(p.url, secretKey)}
	for i, c := range checks() {
		if i == 1 {
			first.plugin = first.newPlugin("files")
		}
		t.Run(c.name, func(t *testing.T) {
			if i > 0 {
				t.Parallel()
			}
			c.run(&stage{t, p, first.sdk, first.plugin})
		})
	}
}

// TestList checks that something is behind every line of the list.
func TestList(t *testing.T) {
	done := elsewhere()
	for _, c := range checks() {
		done = append(done, c.lines...)
	}
	n := 0
	for line := range strings.Lines(list) {
		var number int
		if _, err := fmt.Sscan(line, &number); err != nil {
			continue // the introduction
		}
		if n++; number != n || !slices.Contains(done, number) {
			t.Errorf("nothing checks, or something is before, %s", line)
		}
	}
	if n == 0 || slices.Max(done) != n {
		t.Errorf("the list has %d lines, and line %d is checked", n, slices.Max(done))
	}
}
