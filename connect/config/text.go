package config

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/internal/java/text"
)

// Text returns the canonical text of a parsed value of type t, as the REST API
// shows it: "" and false for null. A secret is Hidden.
func Text(v any, t Type) (string, bool) {
	if v == nil {
		return "", false
	}
	if t == PasswordType {
		return Hidden, true
	}
	if list, ok := items(v); ok {
		return strings.Join(list, ","), true
	}
	return show(v), true
}

// DefaultText returns the canonical text of a key's default: false when there is
// none or it is null.
func (k *Key) DefaultText() (string, bool) {
	if k.Required {
		return "", false
	}
	v, err := k.parseDefault()
	if err != nil {
		return "", false
	}
	return Text(v, k.Type)
}

// show prints a value as Java does within an error text.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int16:
		return strconv.Itoa(int(v))
	case int32:
		return strconv.Itoa(int(v))
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case float64:
		return text.Double(v)
	case float32:
		return text.Float(v)
	case []string, []any:
		list, _ := items(v)
		return bracketed(list)
	case foreign:
		return v.String()
	}
	return Hidden
}

// bracketed is List.toString.
func bracketed(items []string) string { return "[" + strings.Join(items, ", ") + "]" }
