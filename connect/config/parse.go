package config

import (
	"strings"

	"github.com/millrace/millrace/internal/java/text"
)

// Parse reads a text as type t. The error is an *Error with Kafka's words.
func Parse(key string, t Type, raw string) (any, error) {
	s := trim(raw)
	switch t {
	case Boolean:
		return parseBool(key, raw, s)
	case Int, Short, Long, Double:
		v, err := parseNumber(t, s)
		if err != nil {
			return nil, Invalid(key, raw, "Not a number of type "+t.String())
		}
		return v, nil
	case List:
		return splitList(s), nil
	case PasswordType:
		return Password(s), nil
	}
	return s, nil
}

// trim is String.trim: it removes everything up to the blank.
func trim(s string) string { return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' }) }

func parseBool(key, raw, s string) (any, error) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, nil
	case strings.EqualFold(s, "false"):
		return false, nil
	}
	return nil, Invalid(key, raw, "Expected value to be either true or false")
}

func parseNumber(t Type, s string) (any, error) {
	switch t {
	case Short:
		return text.ParseShort(s)
	case Int:
		return text.ParseInt(s)
	case Long:
		return text.ParseLong(s)
	}
	return text.ParseDouble(s)
}

// splitList splits at commas with the blanks around them; trailing empty items
// stay. As in Java, where the pattern is \s*,\s*, only ASCII blanks go.
func splitList(s string) []string {
	if s == "" {
		return []string{}
	}
	items := strings.Split(s, ",")
	for i := range items {
		items[i] = strings.Trim(items[i], " \t\n\v\f\r")
	}
	return items
}

// Convert takes a value that has a Go type already, such as a default: text is
// parsed, a value of t's own type (or null) stays, and so does a list of any items. A
// value may also be of a type from elsewhere that has methods JavaClass and String;
// it fits no t. The error is an *Error with Kafka's words.
func Convert(key string, t Type, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		return Parse(key, t, v)
	case Password:
		if t == PasswordType {
			return v, nil
		}
	case bool:
		if t == Boolean {
			return v, nil
		}
	case []string, []any:
		if t == List {
			return v, nil
		}
	default:
		if n, ok := convertNumber(t, v); ok {
			return n, nil
		}
	}
	return nil, Invalid(key, value, mismatch(t, value))
}

// convertNumber accepts the type itself; a DOUBLE may be any number.
func convertNumber(t Type, value any) (any, bool) {
	switch v := value.(type) {
	case int16:
		return widen(t, Short, v, float64(v))
	case int32:
		return widen(t, Int, v, float64(v))
	case int64:
		return widen(t, Long, v, float64(v))
	case float32:
		return float64(v), t == Double
	case float64:
		return v, t == Double
	}
	return nil, false
}

func widen(t, own Type, value any, double float64) (any, bool) {
	if t == Double {
		return double, true
	}
	return value, t == own
}

// foreign is a value of a Java class that configurations do not know.
type foreign interface {
	JavaClass() string
	String() string
}

// mismatch says what a value is that has the wrong type.
func mismatch(t Type, value any) string {
	expected := ""
	switch t {
	case Boolean:
		return "Expected value to be either true or false"
	case List:
		return "Expected a comma separated list."
	case Class:
		return "Expected a Class instance or class name."
	case Int:
		expected = "a 32-bit integer"
	case Short:
		expected = "a 16-bit integer (short)"
	case Long:
		expected = "a 64-bit integer (long)"
	case Double:
		expected = "a double"
	default:
		expected = "a string"
	}
	return "Expected value to be " + expected + ", but it was a " + javaClass(value)
}

func javaClass(value any) string {
	switch v := value.(type) {
	case bool:
		return "java.lang.Boolean"
	case int16:
		return "java.lang.Short"
	case int32:
		return "java.lang.Integer"
	case int64:
		return "java.lang.Long"
	case float32:
		return "java.lang.Float"
	case float64:
		return "java.lang.Double"
	case Password:
		return "org.apache.kafka.common.config.types.Password"
	case foreign:
		return v.JavaClass()
	}
	return "java.util.List"
}
