package subject

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// ID names a schema of a registry.
type ID struct {
	Number int32
	GUID   string // if not "", it counts in place of Number
}

// String returns the id as messages have it.
func (id ID) String() string {
	if id.GUID != "" {
		return id.GUID
	}
	return strconv.Itoa(int(id.Number))
}

// Identify returns the id of the schema that a value was written with, from a header
// or from before the data, and the data.
func (r *Registry) Identify(topic string, headers []connect.RawHeader, raw []byte) (ID, []byte, error) {
	name := "__value_schema_id"
	if r.key {
		name = "__key_schema_id"
	}
	const withGUID, guidSize = 1, 16
	for i := len(headers) - 1; i >= 0; i-- {
		h := &headers[i]
		if h.Key == name && len(h.Value) == 1+guidSize && h.Value[0] == withGUID {
			return ID{GUID: guidText(h.Value[1:])}, raw, nil
		}
	}
	if len(raw) < Prefix || raw[0] != magic {
		return ID{}, nil, r.format.Read.Wrong(topic, "Unknown magic byte!", nil)
	}
	return ID{Number: int32(binary.BigEndian.Uint32(raw[1:]))}, raw[Prefix:], nil
}

func guidText(b []byte) string {
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// Read returns the schema of an id and those that it refers to, as a converter's
// parse makes it of them.
func (r *Registry) Read(topic string, id ID) (*client.Schema, []Dependency, error) {
	s, err := r.byID(topic, id)
	if err != nil {
		return nil, nil, r.format.Read.unanswered(topic, r.retrieving("schema", id), err)
	}
	all, err := r.Dependencies(s)
	if err != nil {
		return nil, nil, r.format.Read.unanswered(topic, r.retrieving("schema", id), err)
	}
	return s, all, nil
}

func (r *Registry) byID(topic string, id ID) (*client.Schema, error) {
	if id.GUID != "" {
		return r.client.ByGUID(context.Background(), id.GUID)
	}
	name := ""
	if !r.strategy.NeedsRecord() {
		name, _ = r.strategy.Subject(topic, r.key, "")
	}
	return r.client.ByID(context.Background(), id.Number, name)
}

// Unreadable is the error of a schema of the registry that cannot be used.
func (r *Registry) Unreadable(topic string, id ID, err error) error {
	return r.format.Read.Wrong(topic, r.retrieving("schema", id), err)
}

func (r *Registry) retrieving(what string, id ID) string {
	role := ""
	if r.format.Roles {
		role = " " + r.role()
	}
	return "Error retrieving " + r.format.Name + role + " " + what + " for id " + id.String()
}

// Version returns the version that a schema has in the subject of a topic, 0 when the
// subject does not have it. Record is the full name of the schema's record.
func (r *Registry) Version(topic string, id ID, s *client.Schema, record string) (int, error) {
	name, err := r.strategy.Subject(topic, r.key, record)
	if err != nil {
		return 0, r.format.Read.Wrong(topic, err.Error(), nil)
	}
	found, err := r.client.LookUp(context.Background(), name, s, false, true)
	switch {
	case client.NotFound(err):
		return 0, nil
	case err != nil:
		return 0, r.format.Read.unanswered(topic, r.retrieving("schema version", id), err)
	}
	return found.Version, nil
}

// Dependency is a schema that another one refers to.
type Dependency struct {
	Name   string // that it is referred to by
	Schema *client.Schema
}

// maxDependencies bounds the schemas that one may refer to, in all.
const maxDependencies = 1000

// Dependencies returns the schemas that a schema refers to, directly or not: each
// once, after those that it refers to itself.
func (r *Registry) Dependencies(s *client.Schema) ([]Dependency, error) {
	if s.Type != r.format.Type && (s.Type != "" || r.format.Type != "AVRO") {
		return nil, fmt.Errorf("the schema is not %s but %s", r.format.Name, typeName(s.Type))
	}
	w := walk{registry: r, seen: map[client.Reference]bool{}}
	err := w.from(s)
	return w.found, err
}

func typeName(registered string) string {
	if registered == "" {
		return "AVRO"
	}
	return registered
}

// walk collects what a schema refers to.
type walk struct {
	registry *Registry
	seen     map[client.Reference]bool
	found    []Dependency
}

func (w *walk) from(s *client.Schema) error {
	for _, ref := range s.References {
		if w.seen[ref] {
			continue
		}
		if len(w.seen) >= maxDependencies {
			return fmt.Errorf("the schema refers to more than %d others", maxDependencies)
		}
		w.seen[ref] = true
		other, err := w.registry.client.Version(context.Background(), ref.Subject, ref.Version)
		if err != nil {
			return err
		}
		if err := w.from(other); err != nil {
			return err
		}
		w.found = append(w.found, Dependency{ref.Name, other})
	}
	return nil
}
