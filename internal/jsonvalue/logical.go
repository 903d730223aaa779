package jsonvalue

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
	javatext "github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// Logical is a logical type.
type Logical uint8

// The logical types. None is what other schemas have.
const (
	None Logical = iota
	Decimal
	Date
	Time
	Timestamp
)

// LogicalOf returns the logical type of a schema.
func LogicalOf(s *data.Schema) Logical {
	switch s.Name() {
	case data.DecimalName:
		return Decimal
	case data.DateName:
		return Date
	case data.TimeName:
		return Time
	case data.TimestampName:
		return Timestamp
	}
	return None
}

// String returns the name of the type in error texts.
func (l Logical) String() string {
	return [...]string{"none", "Decimal", "Date", "Time", "Timestamp"}[l]
}

// Read returns the value that a JSON text, which is known to be a value of that kind,
// stands for. l is that of s, and not None.
func (l Logical) Read(s *data.Schema, text []byte, kind jsontext.Kind) (any, error) {
	switch l {
	case Decimal:
		return decimal(s, text, kind)
	case Timestamp:
		if kind != jsontext.Whole {
			return nil, data.Errorf("Invalid type for Timestamp, underlying representation should be integral but was %s", kind)
		}
		return instant(data.DecodeTimestamp(s, jsontext.Long(text)))
	}
	n, fits := int32(0), false
	if kind == jsontext.Whole {
		n, fits = jsontext.Fits(text)
	}
	if !fits {
		return nil, data.Errorf("Invalid type for %s, underlying representation should be integer but was %s", l, kind)
	}
	if l == Time {
		return instant(data.DecodeTime(s, n))
	}
	return instant(data.DecodeDate(s, n))
}

// instant returns no value beside an error.
func instant(i data.Instant, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return i, nil
}

func decimal(s *data.Schema, text []byte, kind jsontext.Kind) (any, error) {
	switch kind {
	case jsontext.Whole, jsontext.Fraction:
		unscaled, scale, err := javatext.ParseDecimal(string(text))
		if err != nil {
			return nil, err
		}
		return data.Decimal{Unscaled: unscaled, Scale: scale}, nil
	case jsontext.Text:
	default:
		return nil, data.Errorf("Invalid type for Decimal, underlying representation should be numeric or bytes but was %s", kind)
	}
	_, f, _ := jsontext.ScanString(text, 0)
	raw, err := jsontext.DecodeBase64(jsontext.StringAt(text, f))
	if err == nil {
		var d data.Decimal
		if d, err = data.DecodeDecimal(s, raw); err == nil {
			return d, nil
		}
	}
	return nil, data.Errorf("Invalid bytes for Decimal field").Because(err)
}

// Append appends a value, which is not null. l is that of s, and not None. numeric
// says that decimals are numbers, not bytes in base64.
func (l Logical) Append(dst []byte, s *data.Schema, v any, numeric bool) ([]byte, error) {
	if l == Decimal {
		return appendDecimal(dst, s, v, numeric)
	}
	i, ok := v.(data.Instant)
	if !ok {
		return dst, data.Errorf("Invalid type for %s, expected Date but was class %s", l, data.ClassName(v))
	}
	var n int64
	var days int32
	var err error
	switch l {
	case Date:
		days, err = data.EncodeDate(s, i)
		n = int64(days)
	case Time:
		days, err = data.EncodeTime(s, i)
		n = int64(days)
	default:
		n, err = data.EncodeTimestamp(s, i)
	}
	if err != nil {
		return dst, err
	}
	return strconv.AppendInt(dst, n, 10), nil
}

func appendDecimal(dst []byte, s *data.Schema, v any, numeric bool) ([]byte, error) {
	d, ok := v.(data.Decimal)
	if !ok {
		return dst, data.Errorf("Invalid type for Decimal, expected BigDecimal but was class %s", data.ClassName(v))
	}
	if numeric {
		return append(dst, d.String()...), nil
	}
	raw, err := data.EncodeDecimal(s, d)
	if err != nil {
		return dst, err
	}
	return data.AppendBase64(dst, raw), nil
}
