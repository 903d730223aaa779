package conformance

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/text"
)

func TestData(t *testing.T) {
	run(t, "data", func(c *Case) (any, error) {
		switch c.Op {
		case "validateValue":
			return c.validateValue()
		case "schemaType":
			return c.schemaType()
		case "schemaBuilder":
			return c.buildSchema()
		case "struct":
			return c.putStruct()
		case "newStruct":
			_, err := data.NewStruct(c.schema(c.Input))
			return "ok", err
		case "structGetter":
			return c.structGetter()
		case "structEquals", "schemaEquals":
			return c.equal()
		case "project":
			return c.project()
		case "headers":
			return c.headers()
		case "schemaToString":
			return c.schema(c.Input).String(), nil
		case "structToString":
			return data.Text(c.value(c.Input, nil)), nil
		case "recordToString":
			return c.record(c.Input).String(), nil
		}
		return c.logical()
	})
}

func (c *Case) validateValue() (any, error) {
	in := into[struct {
		Name          *string
		Schema, Value json.RawMessage
	}](c.Input)
	s := c.schema(in.Schema)
	v := c.value(in.Value, s)
	if in.Name == nil {
		return "ok", data.Validate(s, v)
	}
	return "ok", data.ValidateField(*in.Name, s, v)
}

func (c *Case) schemaType() (any, error) {
	t, ok := data.TypeOf(c.value(c.Input, nil))
	if !ok {
		return nil, nil
	}
	return t.String(), nil
}

func (c *Case) putStruct() (any, error) {
	in := into[struct {
		Schema json.RawMessage
		Puts   [][2]json.RawMessage
	}](c.Input)
	s, err := data.NewStruct(c.schema(in.Schema))
	if err != nil {
		return nil, err
	}
	for _, put := range in.Puts {
		name := into[string](put[0])
		f, _ := s.Schema().Field(name)
		if err := s.Put(name, c.value(put[1], f.Schema)); err != nil {
			return nil, err
		}
	}
	valid := "ok"
	if err := s.Validate(); err != nil {
		valid = err.Error()
	}
	fields := map[string]any{}
	for _, f := range s.Schema().Fields() {
		with, _ := s.Get(f.Name)
		without, _ := s.GetWithoutDefault(f.Name)
		fields[f.Name] = []any{Value{with, f.Schema}, Value{without, f.Schema}}
	}
	return map[string]any{"toString": s.String(), "value": Value{s, s.Schema()}, "validate": valid, "get": fields}, nil
}

func (c *Case) structGetter() (any, error) {
	in := into[struct {
		Value json.RawMessage
		Field string
	}](c.Input)
	s := c.value(in.Value, nil).(*data.Struct)
	var v any
	var err error
	switch getter := c.text("getter"); getter {
	case "get":
		v, err = s.Get(in.Field)
	case "getWithoutDefault":
		v, err = s.GetWithoutDefault(in.Field)
	default:
		v, err = s.Typed(in.Field, typeNamed(strings.ToLower(strings.TrimPrefix(getter, "get"))))
	}
	f, _ := s.Schema().Field(in.Field)
	return Value{v, f.Schema}, err
}

func (c *Case) equal() (any, error) {
	in := into[[2]json.RawMessage](c.Input)
	c.buffer = unlikeArrays
	if c.Op == "schemaEquals" {
		return c.schema(in[0]).Equal(c.schema(in[1])), nil
	}
	return data.Equal(c.value(in[0], nil), c.value(in[1], nil)), nil
}

// unlikeArrays stands for ByteBuffers where they are compared: two are equal if what
// remains in them is, but none is equal to a byte[].
func unlikeArrays(array []byte, position, limit int) []byte {
	return append([]byte("java.nio.ByteBuffer "), array[position:limit]...)
}

func (c *Case) project() (any, error) {
	in := into[struct{ Source, Value, Target json.RawMessage }](c.Input)
	source, target := c.schema(in.Source), c.schema(in.Target)
	v, err := data.Project(source, c.value(in.Value, source), target)
	return Value{v, target}, err
}

// logical runs TYPE.fromLogical and TYPE.toLogical.
func (c *Case) logical() (any, error) {
	switch c.Op {
	case "Decimal.fromLogical":
		raw, err := data.EncodeDecimal(c.decimalSchema(), c.value(c.Input, nil).(data.Decimal))
		return hex.EncodeToString(raw), err
	case "Decimal.toLogical":
		return c.decodeDecimal()
	case "Date.fromLogical":
		days, err := data.EncodeDate(c.logicalSchema(data.DateSchema), c.instant())
		return days, err
	case "Time.fromLogical":
		ms, err := data.EncodeTime(c.logicalSchema(data.TimeSchema), c.instant())
		return ms, err
	case "Timestamp.fromLogical":
		ms, err := data.EncodeTimestamp(c.logicalSchema(data.TimestampSchema), c.instant())
		return data.Text(ms), err
	case "Date.toLogical":
		v, err := data.DecodeDate(c.logicalSchema(data.DateSchema), into[int32](c.Input))
		return Value{V: v}, err
	case "Time.toLogical":
		v, err := data.DecodeTime(c.logicalSchema(data.TimeSchema), into[int32](c.Input))
		return Value{V: v}, err
	case "Timestamp.toLogical":
		v, err := data.DecodeTimestamp(c.logicalSchema(data.TimestampSchema), signed(into[string](c.Input), 64))
		return Value{V: v}, err
	}
	return nil, unknownOp(c)
}

func (c *Case) instant() data.Instant {
	return data.Instant(signed(into[string](c.Input), 64))
}

// logicalSchema returns usual, or the wrong schema that the case names.
func (c *Case) logicalSchema(usual *data.Schema) *data.Schema {
	if name := c.text("schema"); name != "" {
		return data.NewBuilder(typeNamed(strings.ToLower(name))).MustBuild()
	}
	return usual
}

func (c *Case) decimalSchema() *data.Schema {
	if raw := c.setting("schema"); raw != nil {
		return c.schema(raw)
	}
	return data.NewDecimalSchema(into[int32](c.setting("scale"))).MustBuild()
}

func (c *Case) decodeDecimal() (any, error) {
	d, err := data.DecodeDecimal(c.decimalSchema(), unhex(into[string](c.Input)))
	if _, withTexts := into[map[string]json.RawMessage](c.Output)["plain"]; err != nil || !withTexts {
		return Value{V: d}, err
	}
	plain, err := text.AppendPlain(nil, d.Unscaled, d.Scale, 1<<16)
	return map[string]any{"value": Value{V: d}, "toString": d.String(), "plain": string(plain)}, err
}
