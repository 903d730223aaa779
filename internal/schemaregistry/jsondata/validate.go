package jsondata

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/millrace/millrace/internal/java/regex"
)

// Validator checks JSON texts against a schema. It is safe for concurrent use.
type Validator struct{ schema *jsonschema.Schema }

// NewValidator returns a validator of what a schema and its references demand. It
// loads nothing from elsewhere.
func (s *Settings) NewValidator(of *Schema) (*Validator, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.UseLoader(nowhere{})
	c.UseRegexpEngine(pattern)
	main := of.main.base
	if err := s.add(c, base, of.text); err != nil {
		return nil, err
	}
	for _, r := range of.refs {
		at, err := main.Parse(r.Name)
		if err != nil {
			return nil, err
		}
		if err := s.add(c, withoutFragment(at), r.Text); err != nil {
			return nil, fmt.Errorf("referenced schema %s: %w", r.Name, err)
		}
	}
	compiled, err := c.Compile(base)
	if err != nil {
		return nil, fmt.Errorf("compile the JSON schema: %w", err)
	}
	return &Validator{compiled}, nil
}

func (s *Settings) add(c *jsonschema.Compiler, at, text string) error {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return fmt.Errorf("the schema is not JSON: %w", err)
	}
	if o, ok := doc.(map[string]any); ok {
		s.adapt(o)
	}
	return c.AddResource(at, doc)
}

// adapt makes the library see a schema as Parse does.
func (s *Settings) adapt(o map[string]any) {
	draft, _ := o["$schema"].(string)
	known := strings.Contains(draft, "json-schema.org/draft")
	if !known || s.IgnoreModern && strings.Contains(draft, "/draft/20") {
		delete(o, "$schema")
	}
}

// Validate returns an error that says what in a JSON text breaks the schema.
func (v *Validator) Validate(raw []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("the value is not JSON: %w", err)
	}
	return v.schema.Validate(value)
}

// nowhere is where schemas are loaded from that nobody gave.
type nowhere struct{}

// Load refuses.
func (nowhere) Load(url string) (any, error) {
	return nil, errors.New(url + " is not among the references of the schema")
}

// expression is a pattern with its meaning in Java, which is closer to that in
// JavaScript than Go's.
type expression struct {
	*regex.Pattern
	text string
}

func pattern(text string) (jsonschema.Regexp, error) {
	p, err := regex.Compile(text)
	return expression{p, text}, err
}

// MatchString tells whether the pattern matches somewhere.
func (e expression) MatchString(s string) bool {
	found, err := e.Find(s)
	return err == nil && found != nil
}

// String returns the pattern's text.
func (e expression) String() string { return e.text }
