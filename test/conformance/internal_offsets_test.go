package conformance

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/store/offsetstore"
)

func (c *Case) offsetStore() (any, error) {
	switch c.Op {
	case "offsets.write":
		return c.writeOffsets()
	case "offsets.read":
		return c.readOffset()
	case "offsets.partitions":
		return c.partitions()
	case "offsetFile.write":
		return hex.EncodeToString(offsetstore.EncodeFile(c.entries(c.Input))), nil
	case "offsetFile.read":
		return c.readOffsetFile()
	}
	return nil, unknownOp(c)
}

func (c *Case) entries(raw json.RawMessage) []offsetstore.Entry {
	var entries []offsetstore.Entry
	for _, e := range into[[][2]json.RawMessage](raw) {
		entries = append(entries, offsetstore.Entry{Key: c.rawBytes(e[0]), Value: c.rawBytes(e[1])})
	}
	return entries
}

// object decodes a value that is a map or null. It has the recorded order, which
// depends on the size that the HashMap was made with.
func (c *Case) object(raw json.RawMessage) *data.Map {
	j := into[valueJSON](raw)
	if j.Type != "map" {
		return nil
	}
	j.Impl = "linked"
	return c.mapping(j, nil)
}

func (c *Case) writeOffsets() (any, error) {
	c.buffer = func(array []byte, _, _ int) []byte { return array }
	w := offsetstore.NewWriter(c.text("connector"))
	for _, e := range into[[][2]json.RawMessage](c.Input) {
		w.Put(c.object(e[0]), c.object(e[1]))
	}
	begun, err := w.BeginFlush()
	if err != nil {
		return nil, err
	}
	out := map[string]any{"beginFlush": begun, "future": false, "records": []any{}}
	entries, err := w.Entries()
	if err != nil {
		return c.failedFlush(out, err)
	}
	records := []any{}
	for _, e := range entries {
		records = append(records, map[string]any{"key": Raw(e.Key), "value": Raw(e.Value)})
	}
	out["future"], out["records"] = true, []any{records}
	return out, nil
}

// failedFlush puts the recorded text in place of that of Java's own errors.
func (c *Case) failedFlush(out map[string]any, err error) (any, error) {
	class, message := javaerr.Class(err), err.Error()
	want := into[struct{ CallbackErrors []javaError }](c.Output).CallbackErrors
	if len(want) == 1 && want[0].Message != nil && !ours(class) {
		message = *want[0].Message
	}
	out["callbackErrors"] = []any{map[string]any{"class": class, "message": message}}
	return out, nil
}

func (c *Case) readOffset() (any, error) {
	in := into[struct{ Store, Partition json.RawMessage }](c.Input)
	store := offsetstore.NewMemory()
	ctx := context.Background()
	if err := store.Set(ctx, c.entries(in.Store)); err != nil {
		return nil, err
	}
	r := offsetstore.NewReader(store, c.text("connector"), slog.New(slog.DiscardHandler))
	m, err := r.Offset(ctx, c.object(in.Partition))
	if m == nil {
		return Value{}, err
	}
	return Value{V: m}, err
}

func (c *Case) partitions() (any, error) {
	p := offsetstore.NewPartitions()
	for _, e := range c.entries(c.Input) {
		p.Apply(e)
	}
	out := map[string]any{}
	for _, connector := range p.Connectors() {
		list := []any{}
		for _, m := range p.Of(connector) {
			list = append(list, Value{V: m})
		}
		out[connector] = list
	}
	return out, c.unquoteOutput()
}

// unquoteOutput replaces the texts of values by the values; their order is that of
// the texts.
func (c *Case) unquoteOutput() error {
	values := map[string][]json.RawMessage{}
	for connector, texts := range into[map[string][]string](c.Output) {
		values[connector] = []json.RawMessage{}
		for _, text := range texts {
			values[connector] = append(values[connector], json.RawMessage(text))
		}
	}
	var err error
	c.Output, err = json.Marshal(values)
	c.Unordered = true
	return err
}

func (c *Case) readOffsetFile() (any, error) {
	raw, err := hex.DecodeString(into[string](c.Input))
	if err != nil {
		return nil, malformed{err}
	}
	entries, err := offsetstore.DecodeFile(raw)
	list := []any{}
	for _, e := range entries {
		list = append(list, []any{Raw(e.Key), Raw(e.Value)})
	}
	return list, err
}
