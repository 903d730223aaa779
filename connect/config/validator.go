package config

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/java/text"
)

// Validator checks a parsed value, which may be nil for null. String describes what
// is valid, for documentation.
type Validator interface {
	Check(key string, value any) error
	String() string
}

type validator struct {
	text  string
	check func(key string, value any) error
}

func (v validator) Check(key string, value any) error { return v.check(key, value) }
func (v validator) String() string                    { return v.text }

// Valid returns a validator from a function and a description.
func Valid(description string, check func(key string, value any) error) Validator {
	return validator{description, check}
}

// AtLeast demands a number of at least minimum.
func AtLeast(minimum float64) Validator { return numberRange{minimum, math.Inf(1)} }

// Between demands a number from minimum to maximum.
func Between(minimum, maximum float64) Validator { return numberRange{minimum, maximum} }

type numberRange struct{ low, high float64 }

func (r numberRange) String() string {
	if math.IsInf(r.high, 1) {
		return "[" + r.bound(r.low) + ",...]"
	}
	return "[" + r.bound(r.low) + ",...," + r.bound(r.high) + "]"
}

// bound prints a bound as an integer unless one of them is a fraction.
func (r numberRange) bound(f float64) string {
	if r.low != math.Trunc(r.low) || r.high != math.Trunc(r.high) {
		return text.Double(f)
	}
	return strconv.FormatInt(int64(f), 10)
}

func (r numberRange) Check(key string, value any) error {
	if value == nil {
		return Invalid(key, nil, "Value must be non-null")
	}
	f, _ := convertNumber(Double, value)
	n, _ := f.(float64)
	if n < r.low {
		return Invalid(key, value, "Value must be at least "+r.bound(r.low))
	}
	if n > r.high {
		return Invalid(key, value, "Value must be no more than "+r.bound(r.high))
	}
	return nil
}

// OneOf demands one of these texts.
func OneOf(texts ...string) Validator {
	return Valid(bracketed(texts), func(key string, value any) error {
		if s, ok := value.(string); ok && slices.Contains(texts, s) {
			return nil
		}
		return Invalid(key, value, "String must be one of: "+strings.Join(texts, ", "))
	})
}

// OneOfFold demands one of these texts, in upper or lower case.
func OneOfFold(texts ...string) Validator {
	upper := make([]string, len(texts))
	for i, t := range texts {
		upper[i] = strings.ToUpper(t)
	}
	return Valid("(case insensitive) "+bracketed(upper), func(key string, value any) error {
		if s, ok := value.(string); ok && slices.Contains(upper, strings.ToUpper(s)) {
			return nil
		}
		return Invalid(key, value, "String must be one of (case insensitive): "+strings.Join(upper, ", "))
	})
}

// NonEmpty demands a text that is not empty; null is accepted.
func NonEmpty() Validator {
	return Valid("non-empty string", func(key string, value any) error {
		if s, ok := value.(string); ok && s == "" {
			return Invalid(key, value, "String must be non-empty")
		}
		return nil
	})
}

// NonEmptyPrintable demands a text that is not empty and has no control
// characters; null is accepted.
func NonEmptyPrintable() Validator {
	return Valid("non-empty string without ISO control characters", func(key string, value any) error {
		s, ok := value.(string)
		if !ok {
			return nil
		}
		if s == "" {
			return Invalid(key, value, "String may not be empty")
		}
		var codes []string
		for _, r := range s {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				codes = append(codes, strconv.Itoa(int(r)))
			}
		}
		if codes != nil {
			return Invalid(key, value, "String may not contain control sequences but had the following ASCII chars: "+strings.Join(codes, ", "))
		}
		return nil
	})
}

// NonNull demands a value.
func NonNull() Validator {
	return Valid("non-null string", func(key string, value any) error {
		if value == nil {
			return Invalid(key, nil, "entry must be non null")
		}
		return nil
	})
}

// All demands that every validator agrees; the first to refuse names the error.
func All(validators ...Validator) Validator {
	texts := make([]string, len(validators))
	for i, v := range validators {
		texts[i] = v.String()
	}
	return Valid(strings.Join(texts, ", "), func(key string, value any) error {
		for _, v := range validators {
			if err := v.Check(key, value); err != nil {
				return err
			}
		}
		return nil
	})
}
