package conformance

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/plugins/converters/jsonconverter"
)

func TestJSONConverter(t *testing.T) {
	run(t, "json-converter", func(c *Case) (any, error) {
		props := c.allProps()
		role := convert.Value
		switch {
		case c.Op == "configure-map":
			role = ""
		case props["converter.type"] == "key":
			role = convert.Key
		}
		j, err := jsonconverter.New(props, role)
		if err != nil || strings.HasPrefix(c.Op, "configure") {
			return "ok", err
		}
		// A buffer is written from its first byte on, wherever it stands.
		c.buffer = func(array []byte, _, _ int) []byte { return array }
		return c.convertJSON(j)
	})
}

func (c *Case) convertJSON(j *jsonconverter.Converter) (any, error) {
	switch c.Op {
	case "fromConnectData":
		in := c.schemaAndValue(c.Input)
		raw, err := j.FromConnect("t", nil, in.Schema, in.Value)
		return Raw(raw), err
	case "fromConnectHeader":
		in := c.schemaAndValue(c.Input)
		raw, err := j.FromHeader("t", "h", in.Schema, in.Value)
		return Raw(raw), err
	case "toConnectData":
		s, v, err := j.ToConnect("t", nil, c.rawBytes(c.Input))
		return SchemaAndValue{s, printable(v)}, err
	case "toConnectHeader":
		s, v, err := j.ToHeader("t", "h", c.rawBytes(c.Input))
		return SchemaAndValue{s, printable(v)}, err
	}
	return nil, unknownOp(c)
}

// printable replaces lone surrogates, which the recording lost.
func printable(v any) any {
	if s, ok := v.(string); ok {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return v
}

// TestJSONOrder compares the order of members after reading and writing with the
// recorded order of the HashMap.
func TestJSONOrder(t *testing.T) {
	cases(t, "json-converter", func(c *Case) {
		if c.feature() != "to/hash-order" {
			return
		}
		j, err := jsonconverter.New(c.allProps(), convert.Value)
		if err != nil {
			t.Fatal(err)
		}
		_, v, err := j.ToConnect("t", nil, c.rawBytes(c.Input))
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		out := into[struct{ Value valueJSON }](c.Output)
		for _, e := range into[[][2]json.RawMessage](out.Value.V) {
			want = append(want, data.Text(c.value(e[0], nil)))
		}
		for k := range v.(*data.Map).All() {
			got = append(got, k.(string))
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: order %q, want %q", c.ID, got, want)
		}
	})
}
