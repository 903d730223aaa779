// Package topicjson reads the JSON without schema that the internal topics hold.
//
// Floor 2. Connect: org.apache.kafka.connect.json.JsonConverter with
// schemas.enable=false.
package topicjson

import (
	"bytes"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/charset"
	"github.com/millrace/millrace/internal/jsontext"
)

// Decode returns the value of a record: nil, bool, int64, float64, string, []any or
// a *data.Map that must not be changed. No bytes, zero bytes and the text null are
// nil. It keeps no reference to raw.
func Decode(raw []byte) (any, error) { return new(Decoder).Decode(raw) }

// Decoder decodes many values with less memory than as many calls of Decode. It is not
// safe for concurrent use; its values are.
type Decoder struct{ reader data.JSONReader }

// Decode is the function of the same name.
func (d *Decoder) Decode(raw []byte) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	src, err := jsontext.UTF8(bytes.Clone(raw))
	if err != nil {
		return nil, invalid(err)
	}
	v, err := d.reader.Read(src)
	if err != nil {
		return nil, invalid(err)
	}
	return v, nil
}

func invalid(err error) error {
	return data.Errorf("Converting byte[] to Kafka Connect data failed due to serialization error: ").Because(err)
}

// Key returns the text of a record's key. Bytes that are not UTF-8 are replaced.
func Key(raw []byte) string { return charset.UTF8(raw) }

// Shown returns a record's key for logs, cut to 200 bytes.
func Shown(raw []byte) string {
	const enough = 200
	if len(raw) > enough {
		return Key(raw[:enough]) + "…"
	}
	return Key(raw)
}

// Member returns a member of an object, nil when it is null or not there.
func Member(m *data.Map, name string) any {
	v, _ := m.Get(name)
	return v
}

// Text returns a textual member. ok is false when it is of another type, null or not
// there.
func Text(m *data.Map, name string) (text string, ok bool) {
	text, ok = Member(m, name).(string)
	return text, ok
}

// OptionalText returns a member that may be null or absent, which is "". ok is false
// when it is of another type.
func OptionalText(m *data.Map, name string) (text string, ok bool) {
	v := Member(m, name)
	if v == nil {
		return "", true
	}
	text, ok = v.(string)
	return text, ok
}

// Object returns a member that is an object. ok is false for anything else.
func Object(m *data.Map, name string) (object *data.Map, ok bool) {
	object, ok = Member(m, name).(*data.Map)
	return object, ok
}

// Int32 returns an integral member, cut to 32 bits as Java's Long.intValue does. ok
// is false for anything else.
func Int32(m *data.Map, name string) (n int, ok bool) {
	long, ok := Member(m, name).(int64)
	return int(int32(long)), ok
}
