package data

import (
	"math/big"
	"strings"
)

// where says in an error text which part of a value is wrong.
type where struct {
	prefix string // what the part is of outer: "element of array "
	outer  *where
	field  string // without outer: a struct's field, "" for a value of its own
}

func (w *where) text() string {
	switch {
	case w.outer != nil:
		return w.prefix + w.outer.text()
	case w.field != "":
		return `field: "` + w.field + `"`
	}
	return "value"
}

// Validate checks that v is a value of schema, parts included.
func Validate(schema *Schema, v any) error {
	return validate(&where{}, schema, v)
}

// ValidateField is Validate with error texts that name a struct's field.
func ValidateField(name string, schema *Schema, v any) error {
	return validate(&where{field: name}, schema, v)
}

func validate(w *where, s *Schema, v any) error {
	if v == nil {
		if s.optional {
			return nil
		}
		return Errorf("Invalid value: null used for required %s, schema type: %s", w.text(), s.typ)
	}
	if fits(s, v) {
		return validateParts(w, s, v)
	}
	if s.name != nil {
		return Errorf(`Invalid Java object for schema "%s" with type %s: class %s for %s`, *s.name, s.typ, ClassName(v), w.text())
	}
	return Errorf("Invalid Java object for schema with type %s: class %s for %s", s.typ, ClassName(v), w.text())
}

// fits compares the Go type of v with what the schema asks for.
func fits(s *Schema, v any) bool {
	if s.name != nil {
		switch *s.name {
		case DecimalName:
			_, ok := v.(Decimal)
			return ok
		case DateName, TimeName, TimestampName:
			_, ok := v.(Instant)
			return ok
		}
	}
	t, ok := TypeOf(v)
	return ok && t == s.typ
}

func validateParts(w *where, s *Schema, v any) error {
	switch v := v.(type) {
	case *Struct:
		if !v.schema.Equal(s) {
			return Errorf("Struct schemas do not match.")
		}
		return v.Validate()
	case []any:
		if s.value == nil {
			return nil
		}
		element := where{prefix: "element of array ", outer: w}
		for _, e := range v {
			if err := validate(&element, s.value, e); err != nil {
				return err
			}
		}
	case *Map:
		return validateEntries(w, s, v)
	}
	return nil
}

func validateEntries(w *where, s *Schema, m *Map) error {
	key := where{prefix: "key of map ", outer: w}
	value := where{prefix: "value of map ", outer: w}
	for k, v := range m.All() {
		if s.key != nil {
			if err := validate(&key, s.key, k); err != nil {
				return err
			}
		}
		if s.value != nil {
			if err := validate(&value, s.value, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// ClassName is the JVM name of the class that holds such a value in Java: error
// texts that users search for contain it.
func ClassName(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case int8:
		return "java.lang.Byte"
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
	case bool:
		return "java.lang.Boolean"
	case string:
		return "java.lang.String"
	case []byte:
		return "[B"
	case []any:
		return "java.util.ArrayList"
	case *Map:
		return v.className()
	case *Struct:
		return "org.apache.kafka.connect.data.Struct"
	case Decimal:
		return "java.math.BigDecimal"
	case Instant:
		return "java.util.Date"
	case *big.Int:
		return "java.math.BigInteger"
	}
	return otherClassName(v)
}

func otherClassName(v any) string {
	if c, ok := v.(interface{ JavaClass() string }); ok {
		return c.JavaClass()
	}
	return strings.TrimPrefix(typeName(v), "*")
}
