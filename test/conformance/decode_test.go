package conformance

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"unicode/utf16"

	"github.com/millrace/millrace/connect/data"
)

// decoder turns the JSON of a case into values, schemas and records.
type decoder struct {
	// buffer returns the Go value of a java.nio.ByteBuffer; nil takes what lies
	// between position and limit. Go has one type for it and byte[].
	buffer func(array []byte, position, limit int) []byte
	// drained is what a buffer held that was recorded after it was read to its end.
	drained []byte
}

// javaObject is a value outside Connect's model.
type javaObject struct{ class, text string }

func (o javaObject) JavaClass() string { return o.class }
func (o javaObject) String() string    { return o.text }

type valueJSON struct {
	Type     string          `json:"type"`
	V        json.RawMessage `json:"v"`
	Bits     string          `json:"bits"`
	UTF16    string          `json:"utf16"`
	Java     string          `json:"java"`
	Position int             `json:"position"`
	Limit    *int            `json:"limit"`
	Impl     string          `json:"impl"`
	Schema   json.RawMessage `json:"schema"`
	Unscaled string          `json:"unscaled"`
	Scale    int32           `json:"scale"`
	MS       string          `json:"ms"`
	Class    string          `json:"class"`
}

// value decodes a value; schema is the enclosing schema, or nil.
func (d *decoder) value(raw json.RawMessage, schema *data.Schema) any {
	j := into[valueJSON](raw)
	switch j.Type {
	case "null", "":
		return nil
	case "int8", "int16", "int32", "int64":
		return integer(j)
	case "float32":
		return math.Float32frombits(uint32(number(j.Bits, 16, 32)))
	case "float64":
		return math.Float64frombits(number(j.Bits, 16, 64))
	case "boolean":
		return into[bool](j.V)
	case "string":
		return decodeText(j)
	case "bytes":
		return d.bytes(j)
	case "decimal":
		return data.Decimal{Unscaled: bigInteger(j.Unscaled), Scale: j.Scale}
	case "biginteger":
		return bigInteger(into[string](j.V))
	case "date":
		return data.Instant(signed(j.MS, 64))
	}
	return d.container(j, schema)
}

func (d *decoder) container(j valueJSON, schema *data.Schema) any {
	switch j.Type {
	case "array":
		list := []any{}
		for _, e := range into[[]json.RawMessage](j.V) {
			list = append(list, d.value(e, element(schema)))
		}
		return list
	case "map":
		return d.mapping(j, schema)
	case "struct":
		return d.structure(j, schema)
	case "java":
		if j.V[0] == '[' {
			return javaObject{j.Class, j.Class + "@*"}
		}
		return javaObject{j.Class, into[string](j.V)}
	}
	panic(malformed{fmt.Errorf("unknown value type %q", j.Type)})
}

func element(s *data.Schema) *data.Schema {
	if s == nil {
		return nil
	}
	return s.Value()
}

func (d *decoder) mapping(j valueJSON, schema *data.Schema) *data.Map {
	entries := into[[][2]json.RawMessage](j.V)
	m := data.NewMap(len(entries))
	if j.Impl == "hash" {
		m = data.NewHashMap(len(entries))
	}
	var key *data.Schema
	if schema != nil {
		key = schema.Key()
	}
	for _, e := range entries {
		m.PutKey(d.value(e[0], key), d.value(e[1], element(schema)))
	}
	return m
}

func (d *decoder) structure(j valueJSON, schema *data.Schema) *data.Struct {
	if len(j.Schema) > 0 {
		schema = d.schema(j.Schema)
	}
	if schema == nil {
		panic(malformed{fmt.Errorf("struct without schema")})
	}
	values := into[map[string]json.RawMessage](j.V)
	slots := make([]any, len(schema.Fields()))
	for i, f := range schema.Fields() {
		slots[i] = d.value(values[f.Name], f.Schema)
	}
	return data.StructOf(schema, slots)
}

func integer(j valueJSON) any {
	v := into[string](j.V)
	switch j.Type {
	case "int8":
		return int8(signed(v, 8))
	case "int16":
		return int16(signed(v, 16))
	case "int32":
		return int32(signed(v, 32))
	}
	return signed(v, 64)
}

func signed(v string, bits int) int64 {
	n, err := strconv.ParseInt(v, 10, bits)
	if err != nil {
		panic(malformed{err})
	}
	return n
}

func number(v string, base, bits int) uint64 {
	n, err := strconv.ParseUint(v, base, bits)
	if err != nil {
		panic(malformed{err})
	}
	return n
}

func bigInteger(v string) *big.Int {
	n, ok := new(big.Int).SetString(v, 10)
	if !ok {
		panic(malformed{fmt.Errorf("not an integer: %q", v)})
	}
	return n
}

// decodeText decodes a string; a lone surrogate becomes U+FFFD, as Go has no other
// place for it.
func decodeText(j valueJSON) string {
	if j.UTF16 == "" {
		return into[string](j.V)
	}
	raw := unhex(j.UTF16)
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units))
}

func unhex(s string) []byte {
	raw, err := hex.DecodeString(s)
	if err != nil {
		panic(malformed{err})
	}
	return raw
}

func (d *decoder) bytes(j valueJSON) []byte {
	raw := unbase64(into[string](j.V))
	limit := len(raw)
	switch {
	case j.Java != "ByteBuffer":
		return raw
	case j.Limit != nil:
		limit = *j.Limit
	case limit == 0 && d.drained != nil:
		return d.drained
	}
	if d.buffer != nil {
		return d.buffer(raw, j.Position, limit)
	}
	return raw[j.Position:limit]
}

func unbase64(s string) []byte {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		panic(malformed{err})
	}
	return raw
}

// rawBytes decodes what a converter reads or writes; nil stands for null.
func (d *decoder) rawBytes(raw json.RawMessage) []byte {
	j := into[*struct {
		UTF8 *string `json:"utf8"`
		B64  string  `json:"b64"`
	}](raw)
	switch {
	case j == nil:
		return nil
	case j.UTF8 != nil:
		return []byte(*j.UTF8)
	}
	return unbase64(j.B64)
}

// SchemaAndValue is a value and its schema, which may be nil.
type SchemaAndValue struct {
	Schema *data.Schema
	Value  any
}

// schemaAndValue decodes {"schema":…,"value":…}.
func (d *decoder) schemaAndValue(raw json.RawMessage) SchemaAndValue {
	j := into[struct{ Schema, Value json.RawMessage }](raw)
	s := d.schema(j.Schema)
	return SchemaAndValue{s, d.value(j.Value, s)}
}
