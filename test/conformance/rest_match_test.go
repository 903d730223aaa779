package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// matchRules say what of an answer may differ. Keys are paths such as /a/0/b, where
// * is one segment and ** any.
type matchRules struct {
	Ignore, Optional, Unordered, Superset []string
	Regex                                 map[string]string
	Contains                              map[string]any
	View                                  string
	StatusIn                              []int `json:"status_in"`
	Quirk                                 []int
	Jetty                                 bool
	Body, Headers                         string
}

// compare returns what is wrong with an answer.
func (s *step) compare(got *restAnswer) error {
	var want struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
		Text    *string
	}
	if err := json.Unmarshal(s.Response, &want); err != nil {
		return err
	}
	statuses := s.Match.StatusIn
	if statuses == nil {
		statuses = []int{want.Status}
	}
	switch {
	case s.Match.Jetty && got.Status >= 400 && got.Status < 500, slices.Contains(s.Match.Quirk, got.Status):
		return nil
	case !slices.Contains(statuses, got.Status):
		return fmt.Errorf("status %d, want %v: %.300s", got.Status, statuses, got.Text)
	case s.Match.Headers != "ignore":
		if err := compareHeaders(want.Headers, got); err != nil {
			return err
		}
	}
	switch {
	case s.Match.Body == "ignore" || s.Match.Jetty:
		return nil
	case want.Body != nil:
		return s.compareBody(want.Body, got.Text)
	case want.Text != nil && *want.Text != got.Text && got.Header.Get("Allow") == "":
		return fmt.Errorf("text %.300q, want %q", got.Text, *want.Text)
	case want.Text == nil && got.Text != "":
		return fmt.Errorf("unexpected body %.300s", got.Text)
	}
	return nil
}

// compareHeaders wants the recorded headers, and the absence of some that are not.
func compareHeaders(want map[string]string, got *restAnswer) error {
	names := []string{
		"Content-Type", "Location", "Allow", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods", "WWW-Authenticate",
	}
	for name := range want {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		w, g := want[name], got.Header.Get(name)
		pattern, isPattern := strings.CutPrefix(w, "re:")
		switch {
		case name == "Allow":
			w, g = sortedList(w), sortedList(g)
		case isPattern && regexp.MustCompile("^(?:"+pattern+")$").MatchString(g):
			continue
		}
		if w != g {
			return fmt.Errorf("header %s: %q, want %q", name, g, w)
		}
	}
	return nil
}

func sortedList(text string) string {
	items := strings.Split(text, ",")
	slices.Sort(items)
	return strings.Join(items, ",")
}

func (s *step) compareBody(want json.RawMessage, got string) error {
	w, err := decodeBody(want)
	if err != nil {
		return err
	}
	g, err := decodeBody([]byte(got))
	if err != nil {
		return fmt.Errorf("body %.300s: %w", got, err)
	}
	asked := map[string]any{}
	if s.Request.Body != nil {
		if o, err := decodeBody(s.Request.Body); err == nil {
			asked, _ = o.(map[string]any)
		}
	}
	return s.Match.diff("", "", w, s.Match.reduce(g, asked))
}

func decodeBody(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// at returns the pattern that a path fits.
func at(patterns []string, path string) (string, bool) {
	for _, p := range patterns {
		expr := regexp.QuoteMeta(p)
		expr = strings.ReplaceAll(expr, `\*\*`, ".*")
		expr = strings.ReplaceAll(expr, `\*`, "[^/]*")
		if regexp.MustCompile("^" + expr + "$").MatchString(path) {
			return p, true
		}
	}
	return "", false
}

// diff returns the first difference between two JSON values.
func (m *matchRules) diff(path, key string, want, got any) error {
	if _, ok := at(m.Ignore, path); ok || key == "documentation" {
		return nil
	}
	if p, ok := at(slices.Collect(maps.Keys(m.Regex)), path); ok {
		if !regexp.MustCompile("(?s)^(?:" + m.Regex[p] + ")$").MatchString(fmt.Sprint(got)) {
			return fmt.Errorf("%s: %.300v does not match %s", path, got, m.Regex[p])
		}
		return nil
	}
	if p, ok := at(slices.Collect(maps.Keys(m.Contains)), path); ok {
		return contains(path, m.Contains[p], got)
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
	case string:
		if g, ok := got.(string); ok && settled(key, w) == settled(key, g) {
			return nil
		}
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Errorf("%s: %.300v, want %.300v", path, got, want)
	}
	return nil
}

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

// settled leaves out of a text what no two runs have in common.
func settled(key, text string) string {
	switch {
	case key == "worker_id":
		return ""
	case key == "trace":
		first, _, _ := strings.Cut(text, "\n")
		return first
	}
	set := regexp.MustCompile(`(\(case insensitive\): )(\w+(?:, \w+)*)`)
	return set.ReplaceAllStringFunc(text, func(found string) string {
		head, items, _ := strings.Cut(found, ": ")
		list := strings.Split(items, ", ")
		slices.Sort(list)
		return head + ": " + strings.Join(list, ", ")
	})
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
			return fmt.Errorf("%s/%s is unexpected", path, key)
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
			return fmt.Errorf("%s lacks %.300v", path, w)
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
