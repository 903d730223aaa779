package data

// convertToInstant converts to Date, Time or Timestamp.
func convertToInstant(to, from *Schema, v any) (any, error) {
	if s, ok := v.(string); ok {
		if _, v = ParseString(s); v == nil {
			return nil, unable(nil, to.String(), nil)
		}
	}
	if i, ok := v.(Instant); ok {
		if from == nil {
			return i, nil
		}
		if converted, ok, err := betweenLogicals(to.Name(), from, i); ok {
			return converted, err
		}
	}
	n, err := asLong(from, v)
	if err != nil {
		return nil, err
	}
	switch to.Name() {
	case DateName:
		return decoded(DecodeDate(to, int32(n)))
	case TimeName:
		return decoded(DecodeTime(to, int32(n)))
	}
	return Instant(n), nil
}

func decoded(i Instant, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return i, nil
}

// betweenLogicals converts an Instant of one logical type to another; known is
// false where there is no such conversion.
func betweenLogicals(to string, from *Schema, i Instant) (v any, known bool, err error) {
	switch {
	case from.Name() == to:
		return i, true, nil
	case to == DateName && from.Name() == TimestampName:
		return i / dayMillis * dayMillis, true, nil
	case to == TimeName && from.Name() == TimestampName:
		return (i%dayMillis + dayMillis) % dayMillis, true, nil
	case to == TimestampName && from.Name() == DateName:
		_, err := EncodeDate(from, i)
		v, err = decoded(i, err)
		return v, true, err
	case to == TimestampName && from.Name() == TimeName:
		_, err := EncodeTime(from, i)
		v, err = decoded(i, err)
		return v, true, err
	}
	return nil, false, nil
}

// asLong returns a number's whole part, or the number that stands for an Instant
// of a logical type.
func asLong(from *Schema, v any) (int64, error) {
	if n, ok := toLong(v); ok {
		return n, nil
	}
	var cause error
	if s, ok := v.(string); ok {
		d, err := parseDecimal(s)
		if err == nil {
			return d.(Decimal).truncate(), nil
		}
		cause = err
	}
	if from == nil {
		return 0, unable(v, "a number", cause)
	}
	if i, ok := v.(Instant); ok {
		switch from.Name() {
		case DateName:
			days, err := EncodeDate(from, i)
			return int64(days), err
		case TimeName:
			ms, err := EncodeTime(from, i)
			return int64(ms), err
		case TimestampName:
			return int64(i), nil
		}
	}
	return 0, unable(v, from.String(), cause)
}

// asDouble is asLong for floats.
func asDouble(from *Schema, v any) (float64, error) {
	if f, ok := toDouble(v); ok {
		return f, nil
	}
	if s, ok := v.(string); ok {
		if d, err := parseDecimal(s); err == nil {
			return d.(Decimal).float(64), nil
		}
	}
	n, err := asLong(from, v)
	return float64(n), err
}
