package aivens3sink

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Variables of templates.
const (
	varTopic     = "topic"
	varPartition = "partition"
	varOffset    = "start_offset"
	varTimestamp = "timestamp"
	varKey       = "key"
	varUTCDate   = "utc_date"
	varLocalDate = "local_date"
)

// template is text with variables in it.
type template struct {
	text  string
	parts []part
}

// part is a variable with one parameter at most, or, without a name, text.
type part struct {
	text             string // as it stands in the template
	name             string
	parameter, value string
}

// A blank is what Java takes for one.
const blank = `[ \t\n\x0B\f\r]*`

// parseTemplate finds the variables. YYYY counts as yyyy, as in earlier versions.
func parseTemplate(text string) (*template, error) {
	upper := regexp.MustCompile(`\{\{` + blank + `timestamp` + blank + `:` + blank + `unit` + blank + `=` + blank + `YYYY` + blank + `\}\}`)
	variable := regexp.MustCompile(`\{\{` + blank + `(\w+)?(:?)([\w=]+)?` + blank + `\}\}`)
	text = upper.ReplaceAllStringFunc(text, func(s string) string { return strings.Replace(s, "YYYY", "yyyy", 1) })
	t := &template{text: text}
	from := 0
	for _, at := range variable.FindAllStringSubmatchIndex(text, -1) {
		t.literal(text[from:at[0]])
		p, err := parseVariable(text, at)
		if err != nil {
			return nil, err
		}
		t.parts, from = append(t.parts, p), at[1]
	}
	t.literal(text[from:])
	return t, nil
}

func (t *template) literal(text string) {
	if text != "" {
		t.parts = append(t.parts, part{text: text})
	}
}

// parseVariable reads one variable at the positions that the pattern found.
func parseVariable(text string, at []int) (part, error) {
	p := part{text: text[at[0]:at[1]]}
	if at[2] < 0 {
		return p, fmt.Errorf("Variable name hasn't been set for template: %s", text)
	}
	p.name = text[at[2]:at[3]]
	if at[6] < 0 {
		if at[4] != at[5] {
			return p, errors.New("Wrong variable with parameter definition")
		}
		return p, nil
	}
	name, value, _ := strings.Cut(text[at[6]:at[7]], "=")
	value, _, _ = strings.Cut(value, "=")
	switch {
	case name == "":
		return p, fmt.Errorf("Parameter name for variable `%s` has not been set", p.name)
	case value == "":
		return p, fmt.Errorf("Parameter value for variable `%s` and parameter `%s` has not been set", p.name, name)
	}
	p.parameter, p.value = name, value
	return p, nil
}

// variables returns the names of the variables, each once.
func (t *template) variables() []string {
	var names []string
	for _, p := range t.parts {
		if p.name != "" && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// has tells whether a variable stands in the template.
func (t *template) has(name string) bool { return slices.Contains(t.variables(), name) }

// bind returns the template with variables of these names only; others stay as they
// are written.
func (t *template) bind(names ...string) *template {
	bound := &template{text: t.text, parts: slices.Clone(t.parts)}
	for i := range bound.parts {
		if p := &bound.parts[i]; !slices.Contains(names, p.name) {
			p.name = ""
		}
	}
	return bound
}

// parameters are what parameters of variables may be.
func parameters() map[string]part {
	return map[string]part{
		varPartition: {parameter: "padding", value: "true|false"},
		varOffset:    {parameter: "padding", value: "true|false"},
		varTimestamp: {parameter: "unit", value: "yyyy|MM|dd|HH"},
	}
}

const wrongParameters = "unsupported set of template variables parameters, supported sets are: " +
	"partition:padding=true|false,start_offset:padding=true|false,timestamp:unit=yyyy|MM|dd|HH"

// check looks at the parameters.
func (t *template) check() error {
	allowed := parameters()
	for _, p := range t.parts {
		want, ok := allowed[p.name]
		if !ok || p.parameter == "" {
			continue
		}
		if p.parameter != want.parameter || !slices.Contains(strings.Split(want.value, "|"), p.value) {
			return errors.New(wrongParameters)
		}
	}
	for _, p := range t.parts {
		if p.name == varTimestamp && p.parameter == "" {
			return fmt.Errorf("parameter unit is required for the the variable timestamp, supported values are: %s", allowed[varTimestamp].value)
		}
	}
	return nil
}

// place is what a name is made of.
type place struct {
	topic     string
	partition int32
	offset    int64 // of the first record in the object
	key       string
	time      time.Time
}

// render returns the text for a place.
func (t *template) render(at *place) string {
	var b []byte
	for i := range t.parts {
		b = t.parts[i].append(b, at)
	}
	return string(b)
}

func (p *part) append(dst []byte, at *place) []byte {
	switch p.name {
	case varTopic:
		return append(dst, at.topic...)
	case varPartition:
		return p.number(dst, int64(at.partition), 10)
	case varOffset:
		return p.number(dst, at.offset, 20)
	case varKey:
		return append(dst, at.key...)
	case varTimestamp:
		return p.unit(dst, at.time)
	case varUTCDate:
		return time.Now().UTC().AppendFormat(dst, time.DateOnly)
	case varLocalDate:
		return time.Now().AppendFormat(dst, time.DateOnly)
	}
	return append(dst, p.text...)
}

func (p *part) number(dst []byte, n int64, width int) []byte {
	if p.value == "true" {
		return fmt.Appendf(dst, "%0*d", width, n)
	}
	return strconv.AppendInt(dst, n, 10)
}

func (p *part) unit(dst []byte, t time.Time) []byte {
	switch p.value {
	case "yyyy":
		return fmt.Appendf(dst, "%04d", t.Year())
	case "MM":
		return t.AppendFormat(dst, "01")
	case "dd":
		return t.AppendFormat(dst, "02")
	}
	return t.AppendFormat(dst, "15")
}
