package conformance

import (
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/plugins/converters/booleanconverter"
	"github.com/millrace/millrace/plugins/converters/bytearrayconverter"
	"github.com/millrace/millrace/plugins/converters/numberconverters"
	"github.com/millrace/millrace/plugins/converters/simpleheader"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
)

func TestPrimitiveConverters(t *testing.T) {
	converters := map[string]plugin.Converter{}
	for _, p := range []plugin.Converter{
		stringconverter.Plugin, bytearrayconverter.Plugin, booleanconverter.Plugin,
		numberconverters.Short, numberconverters.Integer, numberconverters.Long,
		numberconverters.Float, numberconverters.Double,
	} {
		converters[p.Class] = p
	}
	run(t, "primitive-converters", func(c *Case) (any, error) {
		// As ByteArrayConverter: a buffer's position does not count.
		c.buffer = func(array []byte, _, limit int) []byte { return array[:limit] }
		// Buffers without an array hold this; converters that read one leave it empty.
		c.drained = []byte{2, 3}
		if c.text("class") == simpleheader.Plugin.Class {
			h, err := simpleheader.Plugin.New(c.props("props"))
			if err != nil {
				return nil, err
			}
			return c.convertHeader(h)
		}
		p, ok := converters[c.text("class")]
		if !ok {
			return nil, unknownOp(c)
		}
		conv, err := p.New(c.props("props"), convert.Value)
		if err != nil {
			return nil, err
		}
		return c.convert(conv)
	})
}

// convert runs the four ops of a converter that is for headers as well.
func (c *Case) convert(conv convert.Converter) (any, error) {
	switch c.Op {
	case "fromConnectData":
		in := c.schemaAndValue(c.Input)
		raw, err := conv.FromConnect("t", nil, in.Schema, in.Value)
		return Raw(raw), err
	case "toConnectData":
		schema, v, err := conv.ToConnect("t", nil, c.rawBytes(c.Input))
		return SchemaAndValue{schema, v}, err
	}
	return c.convertHeader(conv.(convert.HeaderConverter))
}

func (c *Case) convertHeader(h convert.HeaderConverter) (any, error) {
	switch c.Op {
	case "fromConnectHeader":
		in := c.schemaAndValue(c.Input)
		raw, err := h.FromHeader("t", "h", in.Schema, in.Value)
		return Raw(raw), err
	case "toConnectHeader":
		schema, v, err := h.ToHeader("t", "h", c.rawBytes(c.Input))
		return SchemaAndValue{schema, v}, err
	}
	return nil, unknownOp(c)
}
