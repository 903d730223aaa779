package s3source

import (
	"fmt"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// The names that the sink gives to what it wraps.
const (
	keyField     = "key"
	valueField   = "value"
	headersField = "headers"
)

// unwrapKey takes a key out of the struct that Parquet needs.
func unwrapKey(v any) (*data.Schema, any, error) {
	s, ok := v.(*data.Struct)
	if !ok {
		return nil, nil, fmt.Errorf("a %s is no record with a key", data.ClassName(v))
	}
	f, ok := s.Schema().Field(keyField)
	if !ok {
		return nil, nil, fmt.Errorf("a record has no field %s", keyField)
	}
	key, err := s.GetWithoutDefault(keyField)
	return f.Schema, key, err
}

// unwrapHeaders takes the list of headers out of what is around it in JSON and
// Parquet.
func unwrapHeaders(v any) (*data.Schema, any, error) {
	if _, ok := v.([]any); ok {
		return nil, v, nil
	}
	list, err := member(v, headersField)
	return nil, list, err
}

// headersOf returns headers, whose values the sink wrote as text.
func headersOf(v any) (connect.Headers, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, fmt.Errorf("a %s is no list of headers", data.ClassName(v))
	}
	all := make(connect.Headers, len(list))
	for i, h := range list {
		k, err := member(h, keyField)
		if err != nil {
			return nil, err
		}
		text, err := member(h, valueField)
		if err != nil {
			return nil, err
		}
		key, ok := k.(string)
		if _, also := text.(string); !ok || !also {
			return nil, fmt.Errorf("a header is not two texts but a %s and a %s", data.ClassName(k), data.ClassName(text))
		}
		all[i] = connect.Header{Key: key, Schema: data.StringSchema, Value: text}
	}
	return all, nil
}

// member returns a field of a struct or of an object.
func member(v any, name string) (any, error) {
	switch v := v.(type) {
	case *data.Struct:
		return v.GetWithoutDefault(name)
	case *data.Map:
		if m, ok := v.Get(name); ok {
			return m, nil
		}
	}
	return nil, fmt.Errorf("a %s has no %s", data.ClassName(v), name)
}
