package rest

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/millrace/millrace/connect/config"
)

// HeaderRule puts a header into responses.
type HeaderRule struct {
	Name, Value string
	Add         bool           // beside headers of the same name, not in their place
	Date        *time.Duration // the value is the date that far from now, instead of Value
}

// ParseHeaders reads response.http.headers.config: rules with commas between, in
// double quotes when they contain one (KIP-577).
func ParseHeaders(text string) ([]HeaderRule, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	r.LazyQuotes = true
	list, err := r.Read()
	if err != nil {
		return nil, config.Invalid(keyHeaders, text, err.Error())
	}
	rules := make([]HeaderRule, len(list))
	for i, item := range list {
		if rules[i], err = parseHeader(strings.TrimSpace(item)); err != nil {
			return nil, err
		}
	}
	return rules, nil
}

func parseHeader(rule string) (HeaderRule, error) {
	action, pair, found := strings.Cut(rule, " ")
	if !found {
		return HeaderRule{}, config.Errorf(keyHeaders, "Invalid format of header config '%s'. Expected: '[action] [header name]:[header value]'", rule)
	}
	actions := []string{"set", "add", "setDate", "addDate"}
	if !slices.ContainsFunc(actions, func(a string) bool { return strings.EqualFold(a, action) }) {
		return HeaderRule{}, config.Errorf(keyHeaders, "Invalid header config action: '%s'. Expected one of [%s]", action, strings.Join(actions, ", "))
	}
	parts := strings.Split(pair, ":")
	if len(parts) != 2 {
		return HeaderRule{}, config.Errorf(keyHeaders, "Invalid format of header name and header value pair '%s'. Expected: '[header name]:[header value]'", pair)
	}
	h := HeaderRule{Name: strings.TrimSpace(parts[0]), Value: strings.TrimSpace(parts[1])}
	if h.Name == "" || strings.ContainsFunc(h.Name, unicode.IsSpace) {
		return HeaderRule{}, config.Errorf(keyHeaders, "Invalid header name '%s'. The '[header name]' cannot contain whitespace", h.Name)
	}
	action = strings.ToLower(action)
	h.Add = strings.HasPrefix(action, "add")
	if strings.HasSuffix(action, "date") {
		ms, err := strconv.ParseInt(h.Value, 10, 53)
		if err != nil {
			return HeaderRule{}, config.Errorf(keyHeaders, "Invalid offset '%s' of the header '%s'. Expected: milliseconds", h.Value, h.Name)
		}
		d := time.Duration(ms) * time.Millisecond
		h.Date = &d
	}
	return h, nil
}

// apply puts the header into a response.
func (h HeaderRule) apply(to http.Header) {
	value := h.Value
	if h.Date != nil {
		value = time.Now().Add(*h.Date).UTC().Format(http.TimeFormat)
	}
	if h.Add {
		to.Add(h.Name, value)
		return
	}
	to.Set(h.Name, value)
}
