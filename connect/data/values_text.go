package data

import (
	"encoding/base64"
	"math/big"
	"strings"
)

// AppendString appends the text from which ParseString makes v again, as far as
// the rules of Connect allow: lists as [1,2], maps and structs as {"a":1}, bytes in
// Base64. It fails for a value outside the data model.
func AppendString(dst []byte, v any) ([]byte, error) { return appendString(dst, v, false) }

func appendString(dst []byte, v any, embedded bool) ([]byte, error) {
	switch v := v.(type) {
	case nil, bool, int8, int16, int32, int64, float32, float64, Decimal, *big.Int:
		return AppendText(dst, v), nil
	case string:
		if embedded {
			return appendQuoted(dst, v), nil
		}
		return append(dst, v...), nil
	case []byte:
		return appendBase64(dst, v, embedded), nil
	case Instant:
		return appendInstant(dst, v), nil
	case []any:
		return appendList(dst, v)
	case *Map:
		return appendMap(dst, v)
	case *Struct:
		return appendStruct(dst, v)
	}
	return nil, Errorf("Failed to serialize unexpected value type %s: %s", ClassName(v), Text(v))
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	if strings.ContainsAny(s, `"\`) {
		for i := range len(s) {
			if s[i] == '"' || s[i] == '\\' {
				dst = append(dst, '\\')
			}
			dst = append(dst, s[i])
		}
	} else {
		dst = append(dst, s...)
	}
	return append(dst, '"')
}

func appendBase64(dst, v []byte, embedded bool) []byte {
	if embedded {
		dst = append(dst, '"')
	}
	dst = base64.StdEncoding.AppendEncode(dst, v)
	if embedded {
		dst = append(dst, '"')
	}
	return dst
}

// appendInstant takes everything before the second day for a time.
func appendInstant(dst []byte, i Instant) []byte {
	switch f := isoFormats(); {
	case i < dayMillis:
		return f.time.Append(dst, int64(i))
	case i%dayMillis == 0:
		return f.date.Append(dst, int64(i))
	default:
		return f.timestamp.Append(dst, int64(i))
	}
}

func appendList(dst []byte, list []any) ([]byte, error) {
	dst = append(dst, '[')
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendString(dst, v, true); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendMap(dst []byte, m *Map) ([]byte, error) {
	dst = append(dst, '{')
	first := true
	for k, v := range m.All() {
		var err error
		if dst, err = appendEntry(dst, first, k, v); err != nil {
			return nil, err
		}
		first = false
	}
	return append(dst, '}'), nil
}

func appendStruct(dst []byte, s *Struct) ([]byte, error) {
	dst = append(dst, '{')
	for i := range s.slots {
		var err error
		if dst, err = appendEntry(dst, i == 0, s.schema.fields[i].Name, s.At(i)); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendEntry(dst []byte, first bool, k, v any) ([]byte, error) {
	if !first {
		dst = append(dst, ',')
	}
	dst, err := appendString(dst, k, true)
	if err != nil {
		return nil, err
	}
	return appendString(append(dst, ':'), v, true)
}
