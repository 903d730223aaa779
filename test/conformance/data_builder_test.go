package conformance

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/millrace/millrace/connect/data"
)

// buildSchema runs a script of SchemaBuilder calls. Java fails at the wrong call,
// Go at Build: the script ends at the first error either way.
func (c *Case) buildSchema() (any, error) {
	steps := into[[][]json.RawMessage](c.Input)
	var b *data.Builder
	for i, step := range steps {
		method, args := into[string](step[0]), step[1:]
		if i == 0 {
			var err error
			if b, err = c.startBuilder(method, args); err != nil {
				return nil, err
			}
			continue
		}
		if s, err := b.Build(); err != nil {
			return nil, err
		} else if isAccessor(method) {
			return c.access(s, method, args)
		}
		c.step(b, method, args)
	}
	s, err := b.Build()
	return s, err
}

func (c *Case) startBuilder(method string, args []json.RawMessage) (*data.Builder, error) {
	switch method {
	case "type":
		name, ok := c.value(args[0], nil).(string)
		if !ok {
			return nil, data.Fail(data.BadSchema, "type cannot be null")
		}
		return data.NewBuilder(typeNamed(name)), nil
	case "array":
		return data.NewArray(c.argument(args[0])), nil
	case "map":
		return data.NewMapOf(c.argument(args[0]), c.argument(args[1])), nil
	case "arrayOfNull":
		return data.NewArrayOfNull(), nil
	case "mapOfNull":
		return data.NewMapOfNull(nil, nil), nil
	case "mapWithNullValues":
		return data.NewMapOfNull(c.argument(args[0]), nil), nil
	}
	return nil, unknownOp(c)
}

// argument decodes {"schema":…}, or a null value.
func (c *Case) argument(raw json.RawMessage) *data.Schema {
	return c.schema(into[struct{ Schema json.RawMessage }](raw).Schema)
}

func (c *Case) step(b *data.Builder, method string, args []json.RawMessage) {
	word := func(i int) string {
		s, _ := c.value(args[i], nil).(string)
		return s
	}
	switch method {
	case "optional":
		b.Optional()
	case "required":
		b.SetOptional(false)
	case "default":
		b.Default(c.value(args[0], nil))
	case "name":
		b.Name(word(0))
	case "doc":
		b.Doc(word(0))
	case "version":
		b.Version(c.value(args[0], nil).(int32))
	case "parameter":
		b.Parameter(word(0), word(1))
	case "parameters":
		params, _ := c.value(args[0], nil).(*data.Map)
		for k, v := range params.All() {
			b.Parameter(data.Text(k), data.Text(v))
		}
	case "field":
		b.Field(word(0), c.argument(args[1]))
	default:
		panic(unknownOp(c))
	}
}

func isAccessor(method string) bool {
	switch method {
	case "fields", "getField", "keySchema", "valueSchema":
		return true
	}
	return false
}

// access reads a schema. Go's accessors return nothing where Java's throw.
func (c *Case) access(s *data.Schema, method string, args []json.RawMessage) (any, error) {
	switch method {
	case "keySchema":
		return s.Key(), nil
	case "valueSchema":
		return s.Value(), nil
	case "fields":
		if s.Type() != data.StructType {
			return nil, data.Errorf("Cannot list fields on non-struct type")
		}
		var fields []string
		for _, f := range s.Fields() {
			fields = append(fields, fieldText(f))
		}
		return "[" + strings.Join(fields, ", ") + "]", nil
	}
	if s.Type() != data.StructType {
		return nil, data.Errorf("Cannot look up fields on non-struct type")
	}
	f, ok := s.Field(c.value(args[0], nil).(string))
	if !ok {
		return "null", nil
	}
	return fieldText(f), nil
}

// fieldText is what Java prints for a Field.
func fieldText(f data.Field) string {
	return fmt.Sprintf("Field{name=%s, index=%d, schema=%s}", f.Name, f.Index, f.Schema)
}
