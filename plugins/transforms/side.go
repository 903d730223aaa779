package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// side is the half of a record that a transformation works on.
type side bool

const (
	keySide   side = false
	valueSide side = true
)

// String returns the suffix of the class name.
func (s side) String() string {
	if s == valueSide {
		return "Value"
	}
	return "Key"
}

func (s side) get(r *connect.Record) (*data.Schema, any) {
	if s == valueSide {
		return r.ValueSchema, r.Value
	}
	return r.KeySchema, r.Key
}

func (s side) set(r *connect.Record, schema *data.Schema, value any) {
	if s == valueSide {
		r.ValueSchema, r.Value = schema, value
		return
	}
	r.KeySchema, r.Key = schema, value
}
