package s3sink

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
)

const minPartSize = 5 << 20

func partSizes() config.Validator {
	return config.Valid("[5242880,...,2147483647]", func(key string, value any) error {
		n, ok := value.(int32)
		switch {
		case !ok:
			return config.Invalid(key, nil, "Part size must be non-null")
		case n < minPartSize:
			return config.Invalid(key, value, "Part size must be at least: 5242880 bytes (5MB)")
		}
		return nil
	})
}

// valueOf demands one of these texts, in the words of the S3 connector.
func valueOf(texts ...string) config.Validator {
	list := "[" + strings.Join(texts, ", ") + "]"
	return config.Valid(list, func(key string, value any) error {
		if s, ok := value.(string); ok && slices.Contains(texts, s) {
			return nil
		}
		return config.Invalid(key, value, "Value must be one of: "+list)
	})
}

// foldedOneOf is config.OneOf for texts in upper or lower case.
func foldedOneOf(texts ...string) config.Validator {
	exact := config.OneOf(texts...)
	return config.Valid(exact.String(), func(key string, value any) error {
		if s, ok := value.(string); ok && exact.Check(key, strings.ToLower(s)) == nil {
			return nil
		}
		return exact.Check(key, value)
	})
}

func orNull(v config.Validator) config.Validator {
	return config.Valid(v.String(), func(key string, value any) error {
		if value == nil {
			return nil
		}
		return v.Check(key, value)
	})
}

// choices recommends texts.
func choices(texts ...string) config.Recommender {
	all := make([]any, len(texts))
	for i, t := range texts {
		all[i] = t
	}
	return recommended(all)
}

type recommended []any

func (r recommended) Recommended(string, map[string]any) []any { return r }
func (r recommended) Visible(string, map[string]any) bool      { return true }
