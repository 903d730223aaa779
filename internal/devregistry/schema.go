package devregistry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/jsondata"
)

// schema is a schema as it is kept and told apart.
type schema struct {
	kind string // as requests have it; "" for AVRO
	text string
	refs string // JSON of its references, "" when it has none
}

const jsonKind = "JSON"

// kinds returns the kinds of schemas there are.
func kinds() []string { return []string{jsonKind, protobufKind, "AVRO"} }

// reference is a schema that another one refers to by name.
type reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// sent is a schema in a request.
type sent struct {
	Schema     string      `json:"schema"`
	Type       string      `json:"schemaType"`
	References []reference `json:"references"`
}

func (in *sent) schema() (schema, error) {
	s := schema{kind: in.Type, text: in.Schema}
	if s.kind == "AVRO" {
		s.kind = ""
	}
	if len(in.References) == 0 {
		return s, nil
	}
	refs, err := json.Marshal(in.References)
	s.refs = string(refs)
	return s, err
}

// answer adds the schema to an answer.
func (s schema) answer(to map[string]any) map[string]any {
	to["schema"] = s.text
	if s.kind != "" {
		to["schemaType"] = s.kind
	}
	if s.refs != "" {
		to["references"] = json.RawMessage(s.refs)
	}
	return to
}

// canonical returns the form in which schemas are told apart, and checks them.
func (r *Registry) canonical(s schema) (schema, error) {
	var err error
	switch s.kind {
	case "":
		s.text, err = canonicalAvro(s)
	case jsonKind:
		s.text, err = r.canonicalJSON(s)
	case protobufKind:
		_, err = r.linkProtobuf(s)
	default:
		err = errors.New("schemas of this type are not supported")
	}
	if err != nil {
		kind := s.kind
		if kind == "" {
			kind = "AVRO"
		}
		return s, refuse(42201, "Invalid schema %s with refs [%s] of type %s, details: %s", s.text, s.refs, kind, err)
	}
	return s, nil
}

// compatible tells whether a schema reads what another one wrote.
func (r *Registry) compatible(old, s schema) error {
	switch {
	case old.kind != s.kind:
		return errors.New("the type of the schema changed")
	case s.kind == jsonKind:
		return r.compatibleJSON(old, s)
	case s.kind == protobufKind:
		return r.compatibleProtobuf(old, s)
	}
	return avro.Compatible(old.text, s.text)
}

func canonicalAvro(s schema) (string, error) {
	if s.refs != "" {
		return s.text, errors.New("references between Avro schemas are not supported")
	}
	parsed, err := avro.Parse([]byte(s.text))
	if err != nil {
		return s.text, err
	}
	return parsed.Text()
}

func (r *Registry) canonicalJSON(s schema) (string, error) {
	if _, err := r.parseJSON(s); err != nil {
		return s.text, err
	}
	var text bytes.Buffer
	err := json.Compact(&text, []byte(s.text))
	return text.String(), err
}

func (r *Registry) compatibleJSON(old, s schema) error {
	from, err := r.parseJSON(old)
	if err != nil {
		return err
	}
	as, err := r.parseJSON(s)
	if err != nil {
		return err
	}
	return jsondata.Readable(from, as)
}

func (r *Registry) parseJSON(s schema) (*jsondata.Schema, error) {
	known, err := r.references(s, 0)
	if err != nil {
		return nil, err
	}
	return (&jsondata.Settings{}).Parse(s.text, known)
}

// maxReferences bounds how deep references may go.
const maxReferences = 32

// references returns what a schema refers to, directly or not.
func (r *Registry) references(s schema, depth int) (all []jsondata.Reference, err error) {
	if s.refs == "" {
		return nil, nil
	}
	if depth > maxReferences {
		return nil, fmt.Errorf("references are more than %d deep", maxReferences)
	}
	var list []reference
	if err := json.Unmarshal([]byte(s.refs), &list); err != nil {
		return nil, err
	}
	for _, ref := range list {
		_, _, other, err := r.versionOf(ref.Subject, ref.Version)
		if err != nil {
			return nil, err
		}
		inner, err := r.references(other, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(append(all, inner...), jsondata.Reference{Name: ref.Name, Text: other.text})
	}
	return all, nil
}
