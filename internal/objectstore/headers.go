package objectstore

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// headerWrapper is a Format that wants the list of headers within a struct.
type headerWrapper interface{ WrapsHeaders() bool }

// headerSchemas are the shapes that headers are written in.
type headerSchemas struct{ one, list, record *data.Schema }

func newHeaderSchemas() headerSchemas {
	one := data.NewStructBuilder().Field("key", data.StringSchema).Field("value", data.StringSchema).MustBuild()
	list := data.NewArray(one).MustBuild()
	record := data.NewStructBuilder().Name("RecordHeaders").Field("headers", list).MustBuild()
	return headerSchemas{one, list, record}
}

// appendTo adds the headers of a record to an object.
func (h *headerSchemas) appendTo(o *object, f Format, headers connect.Headers) error {
	list := make([]any, len(headers))
	for i, x := range headers {
		text, err := headerText(x)
		if err != nil {
			return err
		}
		list[i] = data.StructOf(h.one, []any{x.Key, text})
	}
	if w, ok := f.(headerWrapper); ok && w.WrapsHeaders() {
		return o.append(h.record, data.StructOf(h.record, []any{list}))
	}
	return o.append(h.list, list)
}

// headerText is the value of a header as text.
func headerText(h connect.Header) (string, error) {
	text, err := data.ConvertToString(h.Schema, h.Value)
	if err != nil {
		return "", err
	}
	s, ok := text.(string)
	if !ok {
		return "", data.ValidateField("value", data.StringSchema, nil)
	}
	return s, nil
}
