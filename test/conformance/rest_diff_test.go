package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// normalised leaves out of a JSON value what no two runs have in common: workers, all
// but the first line of traces, and the order of sets in texts.
func normalised(key string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		for k := range v {
			v[k] = normalised(k, v[k])
		}
	case []any:
		for i := range v {
			v[i] = normalised("", v[i])
		}
	case string:
		return normalisedText(key, v)
	}
	return value
}

func normalisedText(key, text string) string {
	switch {
	case key == "worker_id" && regexp.MustCompile(`^[^\s/]+:\d+$`).MatchString(text):
		return "<worker_id>"
	case key == "trace":
		first, _, _ := strings.Cut(text, "\n")
		return first
	case !strings.Contains(text, "(case insensitive): "):
		return text
	}
	set := regexp.MustCompile(`(must be one of \(case insensitive\): )([A-Za-z0-9_]+(?:, [A-Za-z0-9_]+)*)`)
	return set.ReplaceAllStringFunc(text, func(found string) string {
		head, items, _ := strings.Cut(found, ": ")
		list := strings.Split(items, ", ")
		slices.Sort(list)
		return head + ": " + strings.Join(list, ", ")
	})
}

// at returns the pattern that a path fits.
func at(patterns []string, path string) (string, bool) {
	for _, p := range patterns {
		if p == path {
			return p, true
		}
		if !strings.Contains(p, "*") {
			continue
		}
		expr := strings.ReplaceAll(regexp.QuoteMeta(p), `\*\*`, ".*")
		expr = strings.ReplaceAll(expr, `\*`, "[^/]*")
		if regexp.MustCompile("^" + expr + "$").MatchString(path) {
			return p, true
		}
	}
	return "", false
}

// diff returns the first difference between two JSON values.
func (m *matchRules) diff(path, key string, want, got any) error {
	if _, ok := at(m.Ignore, path); ok {
		return nil
	}
	if p, ok := at(slices.Sorted(maps.Keys(m.Regex)), path); ok {
		text, ok := scalarText(got)
		if !ok {
			return fmt.Errorf("%s: %.300v does not match %s", path, got, m.Regex[p])
		}
		return fits(m.Regex[p], path, text)
	}
	if p, ok := at(slices.Sorted(maps.Keys(m.Contains)), path); ok {
		return contains(path, m.Contains[p], got)
	}
	if key == "documentation" {
		if _, ok := got.(string); !ok {
			return fmt.Errorf("%s: %.300v is no text", path, got)
		}
		return nil
	}
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return m.diffObject(path, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return m.diffList(path, key, w, g)
		}
	default:
		if sameScalar(want, got) {
			return nil
		}
	}
	return fmt.Errorf("%s: %.300v, want %.300v", path, got, want)
}

// scalarText is the text of a value that is no container and not null.
func scalarText(v any) (string, bool) {
	switch v.(type) {
	case string, json.Number, bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

// sameScalar compares values that are no containers: 1 is not 1.0, but 1.0 is 1.00.
func sameScalar(want, got any) bool {
	w, wantNumber := want.(json.Number)
	g, gotNumber := got.(json.Number)
	if !wantNumber || !gotNumber {
		switch got.(type) {
		case map[string]any, []any:
			return false
		}
		return want == got
	}
	if isInteger(w) || isInteger(g) {
		return w == g
	}
	x, err := strconv.ParseFloat(w.String(), 64)
	y, gotErr := strconv.ParseFloat(g.String(), 64)
	return err == nil && gotErr == nil && x == y
}

func isInteger(n json.Number) bool { return !strings.ContainsAny(n.String(), ".eE") }

func contains(path string, wanted, got any) error {
	list, ok := wanted.([]any)
	if !ok {
		list = []any{wanted}
	}
	for _, w := range list {
		if !strings.Contains(fmt.Sprint(got), fmt.Sprint(w)) {
			return fmt.Errorf("%s: %.300v lacks %v", path, got, w)
		}
	}
	return nil
}

func (m *matchRules) diffObject(path string, want, got map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		g, ok := got[key]
		if !ok {
			if _, optional := at(m.Optional, path+"/"+key); optional {
				continue
			}
			return fmt.Errorf("%s/%s is missing", path, key)
		}
		if err := m.diff(path+"/"+key, key, want[key], g); err != nil {
			return err
		}
	}
	if _, more := at(m.Superset, path); more {
		return nil
	}
	for key := range got {
		if _, ok := want[key]; ok {
			continue
		}
		if _, optional := at(m.Optional, path+"/"+key); !optional {
			return fmt.Errorf("%s/%s is unexpected: %.300v", path, key, got[key])
		}
	}
	return nil
}

func (m *matchRules) diffList(path, key string, want, got []any) error {
	_, bag := at(m.Unordered, path)
	_, more := at(m.Superset, path)
	if key == "recommended_values" {
		bag, more = true, true
	}
	switch {
	case bag:
		return m.diffBag(path, want, got, more)
	case more:
		return m.diffSubsequence(path, want, got)
	case len(want) != len(got):
		return fmt.Errorf("%s: %d elements, want %d: %.300v", path, len(got), len(want), got)
	}
	for i := range want {
		if err := m.diff(fmt.Sprintf("%s/%d", path, i), "", want[i], got[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *matchRules) diffBag(path string, want, got []any, more bool) error {
	left := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(left, func(g any) bool { return m.diff(path+"/*", "", w, g) == nil })
		if i < 0 {
			return fmt.Errorf("%s lacks %.300v: %.600v", path, w, left)
		}
		left = slices.Delete(left, i, i+1)
	}
	if len(left) > 0 && !more {
		return fmt.Errorf("%s: %.300v is unexpected", path, left[0])
	}
	return nil
}

func (m *matchRules) diffSubsequence(path string, want, got []any) error {
	for _, g := range got {
		if len(want) > 0 && m.diff(path+"/*", "", want[0], g) == nil {
			want = want[1:]
		}
	}
	if len(want) > 0 {
		return fmt.Errorf("%s lacks %.300v, or has it elsewhere", path, want[0])
	}
	return nil
}
