package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// matchSchema compares everything: name, version, documentation, parameters in
// order, default, parts.
func (c *Case) matchSchema(want json.RawMessage, got *data.Schema) error {
	if isNull(want) || got == nil {
		if isNull(want) && got == nil {
			return nil
		}
		return fmt.Errorf("schema %v, want %s", got, clip(want))
	}
	j := into[schemaJSON](want)
	if got.Type().Name() != j.Type {
		return fmt.Errorf("type %s, want %s", got.Type().Name(), j.Type)
	}
	if err := matchSchemaWords(j, got); err != nil {
		return err
	}
	if err := c.matchDefault(j.Default, got); err != nil {
		return fmt.Errorf("default: %w", err)
	}
	if err := c.matchSchema(j.Key, got.Key()); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if err := c.matchSchema(j.Value, got.Value()); err != nil {
		return fmt.Errorf("value: %w", err)
	}
	if len(j.Fields) != len(got.Fields()) {
		return fmt.Errorf("%d fields, want %d", len(got.Fields()), len(j.Fields))
	}
	for i, f := range got.Fields() {
		if f.Name != j.Fields[i].Name || f.Index != i {
			return fmt.Errorf("field %d is %s, want %s", i, f.Name, j.Fields[i].Name)
		}
		if err := c.matchSchema(j.Fields[i].Schema, f.Schema); err != nil {
			return fmt.Errorf("field %s: %w", f.Name, err)
		}
	}
	return nil
}

func matchSchemaWords(j schemaJSON, got *data.Schema) error {
	var params [][2]string
	for _, p := range got.Parameters() {
		params = append(params, [2]string{p.Key, p.Value})
	}
	version, hasVersion := got.Version()
	doc, hasDoc := got.Doc()
	switch {
	case got.Optional() != j.Optional:
		return fmt.Errorf("optional %t, want %t", got.Optional(), j.Optional)
	case !sameWord(j.Name, got.Name(), got.HasName()):
		return fmt.Errorf("name %q, want %s", got.Name(), word(j.Name))
	case !sameWord(j.Version, version, hasVersion):
		return fmt.Errorf("version %d, want %s", version, word(j.Version))
	case !sameWord(j.Doc, doc, hasDoc):
		return fmt.Errorf("doc %q, want %s", doc, word(j.Doc))
	case !slices.Equal(params, j.Parameters):
		return fmt.Errorf("parameters %q, want %q", params, j.Parameters)
	}
	return nil
}

func sameWord[T comparable](want *T, got T, has bool) bool {
	if want == nil || !has {
		return want == nil && !has
	}
	return *want == got
}

func word[T any](w *T) string {
	if w == nil {
		return "none"
	}
	return fmt.Sprintf("%v", *w)
}

func (c *Case) matchDefault(want json.RawMessage, got *data.Schema) error {
	if isNull(want) {
		if got.Default() != nil {
			return fmt.Errorf("got %v, want none", data.Text(got.Default()))
		}
		return nil
	}
	return c.matchValue(want, got.Default(), got)
}

// matchRecord compares a record of any kind; nil is a dropped one.
func (c *Case) matchRecord(want json.RawMessage, got *connect.Record) error {
	w := c.record(want)
	switch {
	case w == nil || got == nil:
		if w == nil && got == nil {
			return nil
		}
		return fmt.Errorf("record %v", got)
	case got.Topic != w.Topic || got.Partition != w.Partition:
		return fmt.Errorf("goes to %s-%d, want %s-%d", got.Topic, got.Partition, w.Topic, w.Partition)
	case got.Timestamp != w.Timestamp:
		return fmt.Errorf("timestamp %d, want %d", got.Timestamp, w.Timestamp)
	}
	j := into[recordJSON](want)
	if err := c.matchPart(j.KeySchema, j.Key, got.KeySchema, got.Key); err != nil {
		return fmt.Errorf("key: %w", err)
	}
	if err := c.matchPart(j.ValueSchema, j.Value, got.ValueSchema, got.Value); err != nil {
		return fmt.Errorf("value: %w", err)
	}
	if err := c.matchHeaders(j.Headers, got.Headers); err != nil {
		return err
	}
	return matchOrigin(w, got)
}

func (c *Case) matchPart(wantSchema, wantValue json.RawMessage, schema *data.Schema, v any) error {
	if err := c.matchSchema(wantSchema, schema); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return c.matchValue(wantValue, v, schema)
}

func (c *Case) matchHeaders(want []headerJSON, got connect.Headers) error {
	if len(want) != len(got) {
		return fmt.Errorf("%d headers, want %d: %v", len(got), len(want), got)
	}
	for i, h := range got {
		if h.Key != want[i].Key {
			return fmt.Errorf("header %d is %s, want %s", i, h.Key, want[i].Key)
		}
		if err := c.matchPart(want[i].Schema, want[i].Value, h.Schema, h.Value); err != nil {
			return fmt.Errorf("header %s: %w", h.Key, err)
		}
	}
	return nil
}

// matchOrigin compares what a transform must not change.
func matchOrigin(want, got *connect.Record) error {
	if (want.Consumed == nil) != (got.Consumed == nil) || (want.Source == nil) != (got.Source == nil) ||
		(want.SourceOffset == nil) != (got.SourceOffset == nil) {
		return errors.New("record of another kind")
	}
	if w, g := want.Consumed, got.Consumed; w != nil {
		if w.TopicPartition() != g.TopicPartition() || w.Offset != g.Offset || w.TimestampType != g.TimestampType {
			return fmt.Errorf("consumed from %v@%d, want %v@%d", g.TopicPartition(), g.Offset, w.TopicPartition(), w.Offset)
		}
	}
	if want.Source != nil && !sameFields(want.Source.Fields(), got.Source.Fields()) {
		return fmt.Errorf("source partition %v, want %v", got.Source, want.Source)
	}
	if want.SourceOffset != nil && !sameFields(want.SourceOffset.Fields(), got.SourceOffset.Fields()) {
		return fmt.Errorf("source offset %v, want %v", got.SourceOffset, want.SourceOffset)
	}
	return nil
}

func sameFields(a, b connect.Fields) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		w, ok := b[k]
		if !ok || !data.Equal(v, w) {
			return false
		}
	}
	return true
}
