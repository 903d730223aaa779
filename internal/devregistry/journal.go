package devregistry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// change is what happened to a subject: a line of the journal. A version has an id, and
// the schema when it is new.
type change struct {
	Subject string  `json:"subject"`
	ID      int     `json:"id,omitempty"`
	Kind    string  `json:"schemaType,omitempty"`
	Schema  *string `json:"schema,omitempty"`
	Refs    string  `json:"references,omitempty"`
	Removed bool    `json:"removed,omitempty"`
	Level   string  `json:"compatibility,omitempty"`
}

// Open returns a registry that is kept in a file: what was in it is there again. Close
// it.
func Open(path string) (*Registry, error) {
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the schema registry: %w", err)
	}
	r := New()
	whole := bytes.LastIndexByte(raw, '\n') + 1 // a crash may have left a piece of a line
	for n, line := range bytes.Split(raw[:whole], []byte("\n")) {
		var c change
		if len(line) == 0 {
			continue
		}
		if err := json.Unmarshal(line, &c); err != nil {
			return nil, fmt.Errorf("read the schema registry: %s, line %d: %w", path, n+1, err)
		}
		r.apply(c)
	}
	if r.journal, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return nil, fmt.Errorf("open the schema registry: %w", err)
	}
	if err := r.journal.Truncate(int64(whole)); err != nil {
		return nil, errors.Join(fmt.Errorf("open the schema registry: %w", err), r.journal.Close())
	}
	r.written = int64(whole)
	return r, nil
}

// Close closes the file, if there is one.
func (r *Registry) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.journal == nil {
		return nil
	}
	return r.journal.Close()
}

// commit makes a change: first in the file.
func (r *Registry) commit(c change) error {
	if r.journal != nil {
		if err := r.write(c); err != nil {
			return refuse(50001, "The schema could not be stored: %s", err)
		}
	}
	r.apply(c)
	return nil
}

// write appends a line, or leaves the file as it was.
func (r *Registry) write(c change) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err = r.journal.WriteAt(line, r.written); err == nil {
		err = r.journal.Sync()
	}
	if err != nil {
		return errors.Join(err, r.journal.Truncate(r.written))
	}
	r.written += int64(len(line))
	return nil
}

func (r *Registry) apply(c change) {
	switch {
	case c.Level != "":
		r.levels[c.Subject] = c.Level
	case c.Removed:
		delete(r.subjects, c.Subject)
	default:
		if c.Schema != nil {
			s := schema{kind: c.Kind, text: *c.Schema, refs: c.Refs}
			r.schemas = append(r.schemas, s)
			r.ids[s] = len(r.schemas)
		}
		r.subjects[c.Subject] = append(r.subjects[c.Subject], c.ID)
	}
}
