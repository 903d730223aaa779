package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// requireMap returns the map of a record without schema. The purpose names the
// transformation in the error text.
func requireMap(v any, purpose string) (*data.Map, error) {
	if m, ok := v.(*data.Map); ok {
		return m, nil
	}
	return nil, data.Errorf("Only Map objects supported in absence of schema for [%s], found: %s", purpose, data.ClassName(v))
}

// requireStruct returns the struct of a record with schema.
func requireStruct(v any, purpose string) (*data.Struct, error) {
	if s, ok := v.(*data.Struct); ok {
		return s, nil
	}
	return nil, data.Errorf("Only Struct objects supported for [%s], found: %s", purpose, data.ClassName(v))
}

// requireStructOf is requireStruct for a plan that was compiled for the record's
// schema: it makes sure that the struct has the slots which the plan relies on.
func requireStructOf(schema *data.Schema, v any, purpose string) (*data.Struct, error) {
	s, err := requireStruct(v, purpose)
	if err != nil {
		return nil, err
	}
	if !s.Schema().Equal(schema) {
		return nil, data.Errorf("Struct schemas do not match.")
	}
	return s, nil
}

func requireConsumed(r *connect.Record, purpose string) (*connect.Consumed, error) {
	if r.Consumed != nil {
		return r.Consumed, nil
	}
	return nil, data.Errorf("Only SinkRecord supported for [%s], found: org.apache.kafka.connect.source.SourceRecord", purpose)
}

// fieldsOf returns the fields of a STRUCT schema.
func fieldsOf(s *data.Schema) ([]data.Field, error) {
	if s.Type() != data.StructType {
		return nil, data.Errorf("Cannot list fields on non-struct type")
	}
	return s.Fields(), nil
}

// fieldOf looks a field up by name.
func fieldOf(s *data.Schema, name string) (data.Field, bool, error) {
	if s.Type() != data.StructType {
		return data.Field{}, false, data.Errorf("Cannot look up fields on non-struct type")
	}
	f, ok := s.Field(name)
	return f, ok, nil
}

// unsupportedClass is the error for a value without schema that no schema could
// describe.
func unsupportedClass(transform string, v any) error {
	return data.Errorf("%s transformation was passed a value of type class %s which is not supported by Connect's data API", transform, data.ClassName(v))
}

// fieldName returns the name of a member of a map without schema.
func fieldName(key any) (string, error) {
	if name, ok := key.(string); ok {
		return name, nil
	}
	return "", data.Fail(data.BadClass, "class %s cannot be cast to class java.lang.String", data.ClassName(key))
}
