package jsondata

import (
	"math/big"

	"github.com/millrace/millrace/connect/data"
	javatext "github.com/millrace/millrace/internal/java/text"
	"github.com/millrace/millrace/internal/jsontext"
)

// convertLogical returns the value of a logical type for a checked JSON value.
func convertLogical(p *plan, text []byte, kind jsontext.Kind) (any, error) {
	switch p.op {
	case opDecimal:
		return decimal(p.schema, text, kind)
	case opTimestamp:
		if kind != jsontext.Whole {
			return nil, data.Errorf("Invalid type for Timestamp, underlying representation should be integral but was %s", kind)
		}
		return failed(data.DecodeTimestamp(p.schema, jsontext.Long(text)))
	}
	name := "Date"
	if p.op == opTime {
		name = "Time"
	}
	n, fits := int32(0), false
	if kind == jsontext.Whole {
		n, fits = jsontext.Fits(text)
	}
	if !fits {
		return nil, data.Errorf("Invalid type for %s, underlying representation should be integer but was %s", name, kind)
	}
	if p.op == opTime {
		return failed(data.DecodeTime(p.schema, n))
	}
	return failed(data.DecodeDate(p.schema, n))
}

// failed returns no value beside an error.
func failed(i data.Instant, err error) (any, error) {
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

// truncated returns a number with fraction or exponent as BigDecimal.longValue
// does: the low 64 bits of its whole part.
func truncated(number []byte) int64 {
	n, scale, err := javatext.ParseDecimal(string(number))
	if err != nil {
		return 0
	}
	switch digits := len(number); {
	case n.Sign() == 0 || int(scale) > digits || scale <= -64:
		return 0
	case scale > 0:
		n.Quo(n, power(int64(scale)))
	default:
		n.Mul(n, power(-int64(scale)))
	}
	low := new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1))
	return int64(low.Uint64())
}

func power(n int64) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(n), nil) }
