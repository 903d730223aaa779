package conformance

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func TestValues(t *testing.T) {
	conversions := map[string]func(*data.Schema, any) (any, error){
		"convertToBoolean":   data.ConvertToBoolean,
		"convertToByte":      data.ConvertToByte,
		"convertToShort":     data.ConvertToShort,
		"convertToInteger":   data.ConvertToInteger,
		"convertToLong":      data.ConvertToLong,
		"convertToFloat":     data.ConvertToFloat,
		"convertToDouble":    data.ConvertToDouble,
		"convertToString":    data.ConvertToString,
		"convertToList":      data.ConvertToList,
		"convertToMap":       data.ConvertToMap,
		"convertToStruct":    data.ConvertToStruct,
		"convertToDate":      data.ConvertToDate,
		"convertToTime":      data.ConvertToTime,
		"convertToTimestamp": data.ConvertToTimestamp,
	}
	run(t, "values", func(c *Case) (any, error) {
		switch c.Op {
		case "parseString":
			s, ok := c.value(c.Input, nil).(string)
			if !ok {
				return SchemaAndValue{}, nil
			}
			schema, v := data.ParseString(s)
			return SchemaAndValue{schema, v}, nil
		case "inferSchema":
			s, err := data.InferSchema(c.value(c.Input, nil))
			return s, err
		case "convertToDecimal":
			in := c.schemaAndValue(c.Input)
			v, err := data.ConvertToDecimal(in.Schema, in.Value, into[int32](c.setting("scale")))
			return Value{V: v}, err
		}
		convert, ok := conversions[c.Op]
		if !ok {
			return nil, unknownOp(c)
		}
		in := c.schemaAndValue(c.Input)
		v, err := convert(in.Schema, in.Value)
		return Value{V: v}, err
	})
}
