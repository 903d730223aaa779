package workerconfig

import (
	"regexp"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// HeaderRule sets a header of every response.
type HeaderRule struct {
	Action string // set, add, setDate or addDate, as written
	Name   string
	Value  string // for dates, milliseconds from now
}

const headerPairForm = "[header name]:[header value]"

var blanks = regexp.MustCompile(`[ \t\n\v\f\r]+`)

// ParseHeaderRules reads response.http.headers.config.
func ParseHeaderRules(text string) ([]HeaderRule, error) {
	var rules []HeaderRule
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	for _, item := range splitQuoted(text) {
		r, err := parseHeaderRule(item)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

func parseHeaderRule(text string) (HeaderRule, error) {
	fail := func(format string, args ...any) (HeaderRule, error) {
		return HeaderRule{}, config.Errorf(keyHeaders, format, args...)
	}
	action := blanks.Split(strings.TrimSpace(text), 2)
	if len(action) != 2 {
		return fail("Invalid format of header config '%s'. Expected: '[action] %s'", text, headerPairForm)
	}
	if !oneOfFold([]string{"set", "add", "setDate", "addDate"}, action[0]) {
		return fail("Invalid header config action: '%s'. Expected one of [set, add, setDate, addDate]", action[0])
	}
	// As String.split: empty parts at the end do not count.
	pair := strings.Split(strings.TrimRight(strings.TrimSpace(action[1]), ":"), ":")
	if len(pair) != 2 {
		return fail("Invalid format of header name and header value pair '%s'. Expected: '%s'", action[1], headerPairForm)
	}
	name := strings.TrimSpace(pair[0])
	if name == "" || blanks.MatchString(name) {
		return fail("Invalid header name '%s'. The '[header name]' cannot contain whitespace", name)
	}
	return HeaderRule{Action: action[0], Name: name, Value: strings.TrimSpace(pair[1])}, nil
}

type headerRules struct{}

func (headerRules) String() string {
	return "Comma-separated header rules, where each header rule is of the form '[action] " + headerPairForm +
		"' and optionally surrounded by double quotes if any part of a header rule contains a comma"
}

func (headerRules) Check(_ string, value any) error {
	text, _ := value.(string)
	_, err := ParseHeaderRules(text)
	return err
}

// splitQuoted splits at commas. An item that begins with a double quote goes to the
// next one, with backslash as escape, and what follows up to the comma is dropped.
func splitQuoted(text string) []string {
	var items []string
	rest := []rune(text)
	for {
		rest = trimRunes(rest)
		if len(rest) == 0 {
			return items
		}
		var item string
		if rest[0] == '"' {
			item, rest = cutQuoted(rest[1:])
			_, rest = cutComma(rest)
		} else {
			item, rest = cutComma(rest)
			item = strings.TrimSpace(item)
		}
		items = append(items, item)
	}
}

func trimRunes(r []rune) []rune { return []rune(strings.TrimSpace(string(r))) }

func cutComma(r []rune) (item string, rest []rune) {
	i := slices.Index(r, ',')
	if i < 0 {
		return string(r), nil
	}
	return string(r[:i]), r[i+1:]
}

func cutQuoted(r []rune) (item string, rest []rune) {
	var b strings.Builder
	for i := 0; i < len(r); i++ {
		switch {
		case r[i] == '"':
			return b.String(), r[i+1:]
		case r[i] == '\\' && i+1 < len(r):
			i++
		}
		b.WriteRune(r[i])
	}
	return b.String(), nil
}
