package jsondata

import (
	"strconv"

	"github.com/millrace/millrace/connect/data"
)

func (e *encoder) logical(dst []byte, p *plan, v any) ([]byte, error) {
	if p.op == opDecimal {
		return e.decimal(dst, p, v)
	}
	i, ok := v.(data.Instant)
	if !ok {
		name := map[op]string{opDate: "Date", opTime: "Time", opTimestamp: "Timestamp"}[p.op]
		return dst, data.Errorf("Invalid type for %s, expected Date but was class %s", name, data.ClassName(v))
	}
	var n int64
	var days int32
	var err error
	switch p.op {
	case opDate:
		days, err = data.EncodeDate(p.schema, i)
		n = int64(days)
	case opTime:
		days, err = data.EncodeTime(p.schema, i)
		n = int64(days)
	default:
		n, err = data.EncodeTimestamp(p.schema, i)
	}
	if err != nil {
		return dst, err
	}
	return strconv.AppendInt(dst, n, 10), nil
}

func (e *encoder) decimal(dst []byte, p *plan, v any) ([]byte, error) {
	d, ok := v.(data.Decimal)
	if !ok {
		return dst, data.Errorf("Invalid type for Decimal, expected BigDecimal but was class %s", data.ClassName(v))
	}
	if e.numeric {
		return append(dst, d.String()...), nil
	}
	raw, err := data.EncodeDecimal(p.schema, d)
	if err != nil {
		return dst, err
	}
	return data.AppendBase64(dst, raw), nil
}
