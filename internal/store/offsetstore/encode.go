package offsetstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// EncodeKey returns the JSON text of [connector, partition]. Members stand in the
// order of a Java HashMap, because Kafka compares keys by their bytes.
func EncodeKey(connector string, partition connect.Fields) ([]byte, error) {
	m, err := hashMap(partition)
	if err != nil {
		return nil, fmt.Errorf("source partition of connector %s: %w", connector, err)
	}
	return EncodeMapKey(connector, m)
}

// EncodeMapKey is EncodeKey for a partition that has an order of its own, or is nil.
func EncodeMapKey(connector string, partition *data.Map) ([]byte, error) {
	if partition == nil {
		return data.AppendJSON(nil, []any{connector, nil})
	}
	return data.AppendJSON(nil, []any{connector, partition})
}

// EncodeFields returns the JSON text of an offset, nil for none.
func EncodeFields(f connect.Fields) ([]byte, error) {
	if f == nil {
		return nil, nil
	}
	m, err := hashMap(f)
	if err != nil {
		return nil, fmt.Errorf("source offset: %w", err)
	}
	return data.AppendJSON(nil, m)
}

// hashMap returns fields in the order of a Java HashMap that got them sorted.
func hashMap(f connect.Fields) (*data.Map, error) {
	if f == nil {
		return nil, nil
	}
	m := data.NewHashMap(len(f))
	for _, name := range f.Names() {
		v, err := plain(name, f[name])
		if err != nil {
			return nil, err
		}
		m.Put(name, v)
	}
	return m, nil
}

// plain accepts what an offset may hold: null and primitives.
func plain(name string, v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string, int8, int16, int32, int64, float32, float64, []byte:
		return v, nil
	case int:
		return int64(v), nil
	}
	return nil, data.Errorf("Offsets may only contain primitive types as values, but field %s contains %s", name, kind(v))
}

// kind names the type of what an offset must not hold.
func kind(v any) string {
	switch v.(type) {
	case []any:
		return data.Array.String()
	case *data.Map:
		return data.MapType.String()
	case *data.Struct:
		return data.StructType.String()
	}
	return "class " + data.ClassName(v)
}

// check tells what is wrong with a partition or offset. nil is neither wrong nor a
// map.
func check(m *data.Map) error {
	if m == nil {
		return nil
	}
	if !m.StringKeys() {
		return data.Errorf("Offsets may only use String keys")
	}
	for k, v := range m.All() {
		if _, err := plain(data.Text(k), v); err != nil {
			return err
		}
	}
	return nil
}

// DecodeFields reverses EncodeFields: integers are int64, other numbers float64.
func DecodeFields(raw []byte) (connect.Fields, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("read stored offset: %w", err)
	}
	if m == nil {
		return nil, nil
	}
	f := make(connect.Fields, len(m))
	for name, v := range m {
		f[name] = number(v)
	}
	return f, nil
}

func number(v any) any {
	n, ok := v.(json.Number)
	if !ok {
		return v
	}
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil {
		return math.Inf(1)
	}
	return f
}

// DecodeKey reverses EncodeKey.
func DecodeKey(raw []byte) (connector string, partition connect.Fields, err error) {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != 2 {
		return "", nil, fmt.Errorf("stored offset key is not [connector, partition]: %.100q", raw)
	}
	if err := json.Unmarshal(parts[0], &connector); err != nil {
		return "", nil, fmt.Errorf("stored offset key: connector name: %w", err)
	}
	partition, err = DecodeFields(parts[1])
	return connector, partition, err
}
