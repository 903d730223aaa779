package versionrange

import (
	"slices"
	"testing"
)

func TestExact(t *testing.T) {
	cases := []struct {
		spec, text string
		in, out    []string
	}{
		{"1.0", "[1.0,1.0]", []string{"1.0", "1", "1.0.0"}, []string{"1.0.1", "0.9", "1.0-rc1"}},
		{"[1.0]", "[1.0,1.0]", []string{"1.0"}, []string{"1.1"}},
		{"[1.0,2.0)", "[1.0,2.0)", []string{"1.0", "1.9.9", "2.0-alpha"}, []string{"2.0", "0.9"}},
		{"(,3.0]", "(,3.0]", []string{"3.0", "0"}, []string{"3.0.1"}},
		{"[1,2),[3,)", "[1,2),[3,)", []string{"1", "3", "10"}, []string{"2", "2.5"}},
		{"", "[,]", nil, []string{"4.3.0"}},
		{"LATEST", "[LATEST,LATEST]", nil, []string{"4.3.0"}},
	}
	for _, c := range cases {
		r, err := Exact(c.spec)
		if err != nil || r.String() != c.text {
			t.Errorf("%s: got %s, %v", c.spec, r, err)
		}
		for _, v := range c.in {
			if !r.Contains(v) {
				t.Errorf("%s lacks %s", c.spec, v)
			}
		}
		for _, v := range c.out {
			if r.Contains(v) {
				t.Errorf("%s has %s", c.spec, v)
			}
		}
	}
}

func TestExactErrors(t *testing.T) {
	cases := map[string]string{
		"[1.0":       "Unbounded range: [1.0",
		"(,":         "Unbounded range: (,",
		"(1.0)":      "Single version must be surrounded by []: (1.0)",
		"[2,1]":      "Range defies version ordering: [2,1]",
		"[1,1)":      "Range defies version ordering: [1,1)",
		"[1,3],[2,]": "Ranges overlap: [1,3],[2,]",
		"[1,2] x":    "Only fully-qualified sets allowed in multiple set scenario: [1,2] x",
	}
	for spec, want := range cases {
		if _, err := Exact(spec); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", spec, err, want)
		}
	}
}

func TestCompare(t *testing.T) {
	order := []string{"0.9", "1-alpha1", "1-beta", "1-m2", "1-rc1", "1-SNAPSHOT", "1.0.0", "1.0.1", "1.2", "1.10", "2"}
	shuffled := slices.Clone(order)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, Compare)
	if !slices.Equal(shuffled, order) {
		t.Errorf("got %v", shuffled)
	}
}
