package objectstore

import (
	"errors"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// JSONFormat writes one JSON document in a line for each record: structs as
// JsonConverter without schemas does, anything else as Jackson writes the Java
// object.
type JSONFormat struct {
	NumericDecimals bool // within structs as numbers, not in base64
}

// Extension returns .json.
func (f JSONFormat) Extension() string { return ".json" }

// WrapsHeaders returns true: each line is an object.
func (f JSONFormat) WrapsHeaders() bool { return true }

// New returns the format itself: it keeps nothing between records.
func (f JSONFormat) New() Encoder { return f }

// Append appends a line.
func (f JSONFormat) Append(dst []byte, schema *data.Schema, value any) ([]byte, error) {
	if s, ok := value.(*data.Struct); ok {
		if schema == nil {
			schema = s.Schema()
		}
		dst, err := structJSON{f.NumericDecimals}.append(dst, schema, s)
		return append(dst, '\n'), err
	}
	dst, err := data.AppendJSON(dst, value)
	if err != nil {
		return nil, unserializable(err, value)
	}
	return append(dst, '\n'), nil
}

// unserializable says where in the value Jackson gives up.
func unserializable(err error, value any) error {
	var e *data.Error
	if !errors.As(err, &e) || e.Kind != data.Unserializable {
		return err
	}
	msg := e.Msg
	if chain := structIn(value); chain != "" {
		msg += " (through reference chain: " + chain + ")"
	}
	return &connect.Error{Msg: msg, Err: errors.New("JsonFormat writes structs only as whole values or within structs")}
}

// structIn returns the way to the first struct within lists and maps.
func structIn(value any) string {
	var steps []string
	var walk func(v any) bool
	walk = func(v any) bool {
		switch v := v.(type) {
		case *data.Struct:
			return true
		case []any:
			for i, e := range v {
				steps = append(steps, data.ClassName(v)+"["+strconv.Itoa(i)+"]")
				if walk(e) {
					return true
				}
				steps = steps[:len(steps)-1]
			}
		case *data.Map:
			for k, e := range v.All() {
				steps = append(steps, data.ClassName(v)+`["`+data.Text(k)+`"]`)
				if walk(e) {
					return true
				}
				steps = steps[:len(steps)-1]
			}
		}
		return false
	}
	walk(value)
	return strings.Join(steps, "->")
}
