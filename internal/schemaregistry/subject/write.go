package subject

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/millrace/millrace/internal/schemaregistry/client"
)

// Prefix is how many bytes stand before the data: a byte 0 and the schema's id.
const Prefix = 5

// magic is the first byte of a value with the id of its schema before it.
const magic = 0

// Schema is the schema that a converter made for a value.
type Schema struct {
	Text       string // "" for a value that has none: it can only be written with one of the registry
	Record     string // full name of the record, for strategies that use it; "" for none
	References []client.Reference
}

// Written is with which schema a value is written.
type Written struct {
	Head   [Prefix]byte   // to write before the data
	Schema *client.Schema // the registry's; nil for the converter's own
	Strict string         // key of the setting that demands that the two are compatible; "" for none
	Until  time.Time      // when to ask again; zero for never
}

// Write finds the schema that values of a schema are written with: the registered
// one, or that which the settings name. It registers the schema if it may.
func (r *Registry) Write(topic string, own Schema) (Written, error) {
	name, err := r.strategy.Subject(topic, r.key, own.Record)
	if err != nil {
		return Written{}, r.format.Write.Wrong(topic, err.Error(), nil)
	}
	if own.Text == "" && (r.register || r.id < 0 && !r.latest) {
		missing := errors.New("the value has no schema: it can be written only with " + autoRegister + "=false and " + useLatest + " or " + useID)
		return Written{}, r.format.Write.Wrong(topic, "Error serializing "+r.format.Name+" message", missing)
	}
	sent := &client.Schema{Text: own.Text, References: own.References}
	if r.format.Type != "AVRO" {
		sent.Type = r.format.Type
	}
	w, id, what, err := r.choose(name, sent)
	if err != nil {
		return Written{}, r.format.Write.unanswered(topic, what+own.Text, err)
	}
	w.Head[0] = magic
	binary.BigEndian.PutUint32(w.Head[1:], uint32(id))
	return w, nil
}

// choose also returns what it did, for the message of the error.
func (r *Registry) choose(name string, sent *client.Schema) (w Written, id int32, what string, err error) {
	ctx := context.Background()
	of, colon := r.format.Name+" schema", r.format.Colon
	switch {
	case r.register:
		id, err = r.client.Register(ctx, name, sent, r.normalize)
		return w, id, "Error registering " + of + colon, err
	case r.id >= 0:
		w.Schema, err = r.client.ByID(ctx, int32(r.id), name)
		if r.idStrict {
			w.Strict = idStrict
		}
		return w, int32(r.id), "Error retrieving schema ID", err
	case r.latest:
		what = "Error retrieving latest version of " + of + colon
		if w.Schema, err = r.client.Latest(ctx, name); err != nil {
			return w, 0, what, err
		}
		if r.latestStrict {
			w.Strict = latestStrict
		}
		if r.latestTTL >= 0 {
			w.Until = time.Now().Add(r.latestTTL)
		}
		return w, w.Schema.ID, what, nil
	}
	what = "Error retrieving " + of + colon
	found, err := r.client.LookUp(ctx, name, sent, r.normalize, false)
	if err != nil {
		return w, 0, what, err
	}
	return w, found.ID, what, nil
}

// Check returns an error if the settings demand that values of a schema fit that
// which they are written with, and compatible says that they do not.
func (w *Written) Check(compatible func() error) error {
	if w.Strict == "" || w.Schema == nil {
		return nil
	}
	if err := compatible(); err != nil {
		return errors.Join(errors.New("Incompatible schema "+w.Schema.Text+". Set "+w.Strict+"=false to disable this check"), err)
	}
	return nil
}
