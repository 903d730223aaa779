package conformance

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// matchRules say what of an answer may differ. Keys are paths such as /a/0/b, where
// * is one segment and ** any.
type matchRules struct {
	Ignore        []string          `json:"ignore"`
	Optional      []string          `json:"optional"`
	Unordered     []string          `json:"unordered"`
	Superset      []string          `json:"superset"`
	Regex         map[string]string `json:"regex"`
	Contains      map[string]any    `json:"contains"` // a text or a list of them
	View          string            `json:"view"`
	StatusIn      []int             `json:"status_in"`
	Quirk         []int             `json:"quirk"`
	Jetty         bool              `json:"jetty"`
	FieldOrder    bool              `json:"field_order"`
	Body          string            `json:"body"`
	Text          *string           `json:"text"` // a pattern
	Headers       string            `json:"headers"`
	IgnoreHeaders []string          `json:"ignore_headers"`
	Statuses      *statusRule       `json:"statuses"`
}

// statusRule is for answers whose order of arrival decides.
type statusRule struct {
	Allowed []int `json:"allowed"`
	AtLeast []int `json:"at_least"`
}

// check fails for rules that are unknown.
func (m *matchRules) check() error {
	for _, rule := range []string{m.Body, m.Headers} {
		if rule != "" && rule != "ignore" {
			return fmt.Errorf("the rule %q is unknown", rule)
		}
	}
	for _, pattern := range append(slices.Collect(maps.Values(m.Regex)), *cmp.Or(m.Text, new(""))) {
		if _, err := regexp.Compile(pattern); err != nil {
			return err
		}
	}
	view, _, argument := strings.Cut(m.View, ":")
	if want, ok := views()[view]; !ok || want != argument {
		return fmt.Errorf("the view %q is unknown", m.View)
	}
	return nil
}

// compare returns what is wrong with an answer.
func (s *step) compare(got *restAnswer) error {
	m, want := &s.Match, &s.Response
	statuses := m.StatusIn
	if statuses == nil {
		statuses = []int{want.Status}
	}
	switch {
	case m.Jetty && got.Status >= 400 && got.Status < 500, slices.Contains(m.Quirk, got.Status):
		return nil
	case m.Jetty:
		return fmt.Errorf("status %d, want 4xx", got.Status)
	case !slices.Contains(statuses, got.Status):
		return fmt.Errorf("status %d, want %v: %.300s", got.Status, statuses, got.Text)
	}
	if err := s.compareHeaders(got.Header); err != nil {
		return err
	}
	switch {
	case m.Body == "ignore":
		return nil
	case want.Body != nil:
		return s.compareBody(got)
	case want.Text != nil:
		return m.compareText(*want.Text, got)
	case got.Text != "":
		return fmt.Errorf("unexpected body %.300s", got.Text)
	}
	return nil
}

// unlessRecorded are headers that must be absent when they were not recorded.
func unlessRecorded() []string {
	return []string{
		"Content-Type", "Location", "Allow", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
		"Access-Control-Allow-Headers", "Access-Control-Allow-Credentials", "Access-Control-Max-Age",
		"Www-Authenticate", "X-Plain", "X-Set",
	}
}

func (s *step) compareHeaders(got http.Header) error {
	if s.Match.Headers == "ignore" {
		return nil
	}
	want := http.Header{}
	for name, value := range s.Response.Headers {
		want.Set(name, value)
	}
	ignored := make([]string, 0, 1)
	for _, name := range s.Match.IgnoreHeaders {
		ignored = append(ignored, http.CanonicalHeaderKey(name))
	}
	// The JVM sends errors of its router as JSON without a Content-Type.
	if text := s.Response.Text; text != nil && strings.HasPrefix(*text, "{") && want["Content-Type"] == nil {
		ignored = append(ignored, "Content-Type")
	}
	for _, name := range append(slices.Sorted(maps.Keys(want)), unlessRecorded()...) {
		if slices.Contains(ignored, name) {
			continue
		}
		if err := compareHeader(name, want[name], got[name]); err != nil {
			return err
		}
	}
	return nil
}

func compareHeader(name string, want, got []string) error {
	if (want == nil) != (got == nil) {
		return fmt.Errorf("header %s: %q, want %q", name, got, want)
	}
	w, g := strings.Join(want, ", "), strings.Join(got, ", ")
	if pattern, ok := strings.CutPrefix(w, "re:"); ok {
		return fits(pattern, "header "+name, g)
	}
	if settledHeader(name, w) != settledHeader(name, g) {
		return fmt.Errorf("header %s: %q, want %q", name, g, w)
	}
	return nil
}

func settledHeader(name, value string) string {
	switch name {
	case "Allow", "Access-Control-Allow-Methods":
		return sortedList(value)
	case "Content-Type":
		return regexp.MustCompile(`\s*;\s*`).ReplaceAllString(strings.ToLower(value), ";")
	}
	return value
}

func sortedList(text string) string {
	items := strings.Split(text, ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	slices.Sort(items)
	return strings.Join(items, ",")
}

// fits wants a pattern to match the whole text.
func fits(pattern, what, text string) error {
	p, err := regexp.Compile("(?s)^(?:" + pattern + ")$")
	if err != nil {
		return err
	}
	if !p.MatchString(text) {
		return fmt.Errorf("%s: %.300s does not match %s", what, text, pattern)
	}
	return nil
}

func (s *step) compareBody(got *restAnswer) error {
	want, err := decodeBody(s.Response.Body)
	if err != nil {
		return err
	}
	g, err := got.json()
	if err != nil {
		return err
	}
	asked := map[string]any{}
	if s.Request.Body != nil {
		if o, err := decodeBody(s.Request.Body); err == nil {
			asked, _ = o.(map[string]any)
		}
	}
	if err := s.Match.diff("", "", normalised("", want), normalised("", s.Match.reduce(g, asked))); err != nil {
		return err
	}
	if s.Match.FieldOrder {
		return compareFieldOrder(s.Response.Body, got.Text)
	}
	return nil
}

// compareFieldOrder wants the fields of an object in the same order.
func compareFieldOrder(want json.RawMessage, got string) error {
	w, err := fieldNames(want)
	if err != nil {
		return err
	}
	g, err := fieldNames([]byte(got))
	if err != nil {
		return err
	}
	if !slices.Equal(w, g) {
		return fmt.Errorf("field order %q, want %q", g, w)
	}
	return nil
}

func fieldNames(object []byte) ([]string, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%.300s is no object", object)
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		names = append(names, fmt.Sprint(name))
		if err := d.Decode(&json.RawMessage{}); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// compareText compares a text that may be JSON, or a list of methods.
func (m *matchRules) compareText(want string, got *restAnswer) error {
	if m.Text != nil {
		return fits(*m.Text, "text", got.Text)
	}
	if want == got.Text {
		return nil
	}
	w, err := decodeBody([]byte(want))
	g, gotErr := decodeBody([]byte(got.Text))
	switch {
	case err == nil && gotErr == nil:
		return m.diff("", "", w, g)
	case got.Header.Get("Allow") != "" && sortedList(want) == sortedList(got.Text):
		return nil
	}
	return fmt.Errorf("text %.300q, want %q", got.Text, want)
}

// compareAll compares the answers to requests that were sent at once.
func (s *step) compareAll(got []any) error {
	rule := s.Match.Statuses
	if rule == nil {
		want, err := decodeBody(s.Response.Parallel)
		if err != nil {
			return err
		}
		m := s.Match
		m.Unordered = []string{""}
		return m.diff("", "", want, got)
	}
	var seen []int
	for _, a := range got {
		status, _ := a.(map[string]any)["status"].(json.Number).Int64()
		seen = append(seen, int(status))
	}
	for _, status := range seen {
		if !slices.Contains(rule.Allowed, status) {
			return fmt.Errorf("statuses %v, allowed are %v: %.600v", seen, rule.Allowed, got)
		}
	}
	for _, status := range rule.AtLeast {
		if !slices.Contains(seen, status) {
			return fmt.Errorf("statuses %v lack %d: %.600v", seen, status, got)
		}
	}
	return nil
}

// decodeBody decodes the one JSON value of a text.
func decodeBody(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON value")
	}
	return v, nil
}
