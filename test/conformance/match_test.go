package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// Value is a value of the data model as a result; Schema is the schema around it,
// which says what struct to expect.
type Value struct {
	V      any
	Schema *data.Schema
}

// Raw is what a converter wrote, nil for null.
type Raw []byte

// match compares a result with what was recorded. got may be a Value, a Schema, a
// SchemaAndValue, a Record (nil for a dropped one), Raw, or a string, number, bool,
// nil, []any or map[string]any of those.
func (c *Case) match(want json.RawMessage, got any) error {
	switch got := got.(type) {
	case Value:
		return c.matchValue(want, got.V, got.Schema)
	case *data.Schema:
		return c.matchSchema(want, got)
	case SchemaAndValue:
		if isNull(want) && got.Schema == nil && got.Value == nil {
			return nil
		}
		w := into[struct{ Schema, Value json.RawMessage }](want)
		if err := c.matchSchema(w.Schema, got.Schema); err != nil {
			return fmt.Errorf("schema: %w", err)
		}
		return c.matchValue(w.Value, got.Value, got.Schema)
	case *connect.Record:
		return c.matchRecord(want, got)
	case Raw:
		return matchRaw(c.rawBytes(want), got)
	case []any:
		return c.matchList(want, got)
	case map[string]any:
		return c.matchObject(want, got)
	}
	return matchScalar(want, got)
}

func matchRaw(want, got []byte) error {
	if !sameText(string(want), string(got)) || (want == nil) != (got == nil) {
		return fmt.Errorf("bytes %q, want %q", got, want)
	}
	return nil
}

func matchScalar(want json.RawMessage, got any) error {
	raw, err := json.Marshal(got)
	if err != nil {
		return err
	}
	var a, b any
	d := json.NewDecoder(bytes.NewReader(want))
	d.UseNumber()
	if err := d.Decode(&a); err != nil {
		return err
	}
	e := json.NewDecoder(bytes.NewReader(raw))
	e.UseNumber()
	if err := e.Decode(&b); err != nil {
		return err
	}
	wantText, isText := a.(string)
	gotText, ok := b.(string)
	if isText && ok && sameText(wantText, gotText) {
		return nil
	}
	if a != b {
		return fmt.Errorf("got %s", raw)
	}
	return nil
}

func (c *Case) matchList(want json.RawMessage, got []any) error {
	w := into[[]json.RawMessage](want)
	if len(w) != len(got) {
		return fmt.Errorf("%d items, want %d", len(got), len(w))
	}
	if c.Unordered {
		return c.matchBag(w, got)
	}
	for i := range w {
		if err := c.match(w[i], got[i]); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (c *Case) matchBag(want []json.RawMessage, got []any) error {
	rest := slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(rest, func(g any) bool { return c.match(w, g) == nil })
		if i < 0 {
			return fmt.Errorf("%s is missing", clip(w))
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return nil
}

// matchObject ignores the order of members, and members that are wanted null and
// not there.
func (c *Case) matchObject(want json.RawMessage, got map[string]any) error {
	w := into[map[string]json.RawMessage](want)
	if w == nil {
		return fmt.Errorf("got an object with %d members", len(got))
	}
	for name, raw := range w {
		g, ok := got[name]
		if !ok {
			return fmt.Errorf("%s is missing", name)
		}
		if err := c.match(raw, g); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name := range got {
		if _, ok := w[name]; !ok {
			return fmt.Errorf("%s is not expected", name)
		}
	}
	return nil
}

func (c *Case) matchValue(want json.RawMessage, got any, schema *data.Schema) error {
	j := into[valueJSON](want)
	switch g := got.(type) {
	case float32:
		if j.Type == "float32" && (math.Float32bits(g) == uint32(number(j.Bits, 16, 32)) || g != g && isNaN32(j.Bits)) {
			return nil
		}
		return mismatch(j, got)
	case float64:
		if j.Type == "float64" && (math.Float64bits(g) == number(j.Bits, 16, 64) || g != g && isNaN64(j.Bits)) {
			return nil
		}
		return mismatch(j, got)
	case []any:
		return c.matchElements(j, g, schema)
	case *data.Map:
		return c.matchEntries(j, g, schema)
	case *data.Struct:
		return c.matchStruct(j, g, schema)
	case *big.Int:
		if j.Type == "biginteger" && into[string](j.V) == g.String() {
			return nil
		}
		return mismatch(j, got)
	}
	return c.matchPlain(j, want, got)
}

func (c *Case) matchPlain(j valueJSON, want json.RawMessage, got any) error {
	switch j.Type {
	case "array", "map", "struct", "float32", "float64", "biginteger":
		return mismatch(j, got)
	}
	w := c.value(want, nil)
	if o, ok := w.(javaObject); ok {
		if g, ok := got.(javaObject); ok && g == o {
			return nil
		}
		return mismatch(j, got)
	}
	if s, ok := w.(string); ok {
		if g, ok := got.(string); ok && sameText(s, g) {
			return nil
		}
	}
	if !data.Equal(w, got) {
		return mismatch(j, got)
	}
	return nil
}

func isNaN32(bits string) bool {
	f := math.Float32frombits(uint32(number(bits, 16, 32)))
	return f != f
}

func isNaN64(bits string) bool { return math.IsNaN(math.Float64frombits(number(bits, 16, 64))) }

func mismatch(j valueJSON, got any) error {
	return fmt.Errorf("got %T %s, want %s %s", got, strconv.Quote(data.Text(got)), j.Type, clip(j.V))
}

func (c *Case) matchElements(j valueJSON, got []any, schema *data.Schema) error {
	if j.Type != "array" {
		return mismatch(j, got)
	}
	w := into[[]json.RawMessage](j.V)
	if len(w) != len(got) {
		return mismatch(j, got)
	}
	for i := range w {
		if err := c.matchValue(w[i], got[i], element(schema)); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

// matchEntries compares hash maps as sets of entries, others in order.
func (c *Case) matchEntries(j valueJSON, got *data.Map, schema *data.Schema) error {
	if j.Type != "map" {
		return mismatch(j, got)
	}
	w := into[[][2]json.RawMessage](j.V)
	if len(w) != got.Len() {
		return mismatch(j, got)
	}
	if j.Impl != "linked" {
		for _, e := range w {
			key := c.value(e[0], nil)
			v, ok := got.GetKey(key)
			if !ok {
				return fmt.Errorf("key %s is missing in %s", clip(e[0]), data.Text(got))
			}
			if err := c.matchValue(e[1], v, element(schema)); err != nil {
				return fmt.Errorf("%v: %w", key, err)
			}
		}
		return nil
	}
	i := 0
	for k, v := range got.All() {
		if err := c.matchValue(w[i][0], k, nil); err != nil {
			return fmt.Errorf("key %d: %w", i, err)
		}
		if err := c.matchValue(w[i][1], v, element(schema)); err != nil {
			return fmt.Errorf("%v: %w", k, err)
		}
		i++
	}
	return nil
}

func (c *Case) matchStruct(j valueJSON, got *data.Struct, schema *data.Schema) error {
	switch {
	case j.Type != "struct":
		return mismatch(j, got)
	case len(j.Schema) > 0:
		if err := c.matchSchema(j.Schema, got.Schema()); err != nil {
			return fmt.Errorf("struct's schema: %w", err)
		}
	case schema != nil && !schema.Equal(got.Schema()):
		return fmt.Errorf("struct's schema %v is not the enclosing one", got.Schema())
	}
	w := into[map[string]json.RawMessage](j.V)
	if len(w) != len(got.Slots()) {
		return mismatch(j, got)
	}
	for i, f := range got.Schema().Fields() {
		raw, ok := w[f.Name]
		if !ok {
			return fmt.Errorf("field %s is not expected", f.Name)
		}
		if err := c.matchValue(raw, got.Slots()[i], f.Schema); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}
