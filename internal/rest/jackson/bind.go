package jackson

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// The classes of the library that errors name.
const (
	mapClass    = "java.util.LinkedHashMap"
	stringMap   = "java.util.LinkedHashMap<java.lang.String,java.lang.String>"
	objectMap   = "java.util.LinkedHashMap<java.lang.String,java.lang.Object>"
	stringClass = "java.lang.String"
)

// Field is a member of a Bean. Read is called with the reader on the value's first
// token and leaves it on its last.
type Field struct {
	Name string
	Read func() error
}

// Bean reads an object of a Java class. Only its fields may occur; an unknown one is
// reported when everything is read. Null sets nothing and returns false.
func (r *Reader) Bean(class string, fields ...Field) (bool, error) {
	if r.token == Null {
		return false, nil
	}
	if r.token != StartObject {
		return false, r.notBean(class)
	}
	unknown := ""
	for {
		if err := r.Next(); err != nil {
			return false, err
		}
		if r.token == EndObject {
			break
		}
		name := r.text
		if err := r.Next(); err != nil {
			return false, err
		}
		known, err := r.field(class, name, fields)
		if err != nil {
			return false, err
		}
		if !known && unknown == "" {
			unknown = strconv.Quote(name)
		}
	}
	if unknown != "" {
		return false, within(r.fail(r.pos, "Unrecognized field %s (class %s), not marked as ignorable (%d known properties: %s)",
			unknown, class, len(fields), names(fields)), class, unknown)
	}
	return true, nil
}

func (r *Reader) field(class, name string, fields []Field) (known bool, err error) {
	for _, f := range fields {
		if f.Name == name {
			if err := f.Read(); err != nil {
				return true, within(err, class, strconv.Quote(name))
			}
			return true, nil
		}
	}
	return false, r.skip()
}

func names(fields []Field) string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = strconv.Quote(f.Name)
	}
	return strings.Join(list, ", ")
}

// skip goes to the last token of the value.
func (r *Reader) skip() error {
	for depth := 0; ; {
		switch r.token {
		case StartObject, StartArray:
			depth++
		case EndObject, EndArray:
			depth--
		case String:
			if _, _, err := r.scanString(r.start, "string value"); err != nil {
				return err
			}
		}
		if depth == 0 {
			return nil
		}
		if err := r.Next(); err != nil {
			return err
		}
	}
}

// notBean refuses a scalar or array in the place of an object.
func (r *Reader) notBean(class string) error {
	var argument, from string
	switch r.token {
	case String:
		content, _, err := r.scanString(r.start, "string value")
		if err != nil {
			return err
		}
		if content == "" {
			return r.fail(r.start, "Cannot coerce empty String (\"\") to `%s` value (but could if coercion was enabled using `CoercionConfig`)", class)
		}
		argument, from = "String", "String value ('"+content+"')"
	case Integer:
		argument, from = integerClass(r.text), "Number value ("+r.text+")"
	case Float:
		argument, from = "double/Double", "Number value ("+r.text+")"
	case True, False:
		argument, from = "boolean/Boolean", "boolean value ("+r.text+")"
	default:
		return r.mismatch(class)
	}
	return r.fail(r.start, "Cannot construct instance of `%s` (although at least one Creator exists): "+
		"no %s-argument constructor/factory method to deserialize from %s", class, argument, from)
}

func integerClass(digits string) string {
	if _, err := strconv.ParseInt(digits, 10, 32); err == nil {
		return "int/Int"
	}
	if _, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return "long/Long"
	}
	return "BigInteger"
}

func (r *Reader) mismatch(class string) error {
	return r.fail(r.start, "Cannot deserialize value of type `%s` from %s (token `JsonToken.%s`)", class, r.token.value(), r.token)
}

// entries reads an object with any keys; typed is the type for errors.
func (r *Reader) entries(typed string, put func(key string) error) error {
	switch r.token {
	case StartObject:
	case String:
		return r.notBean(mapClass)
	default:
		return r.mismatch(typed)
	}
	for {
		if err := r.Next(); err != nil {
			return err
		}
		if r.token == EndObject {
			return nil
		}
		key := r.text
		if err := r.Next(); err != nil {
			return err
		}
		if err := put(key); err != nil {
			return within(err, mapClass, strconv.Quote(key))
		}
	}
}

// StringMap reads an object whose values are texts, or scalars taken as texts, or
// null (nil). Null is a nil map.
func (r *Reader) StringMap() (map[string]*string, error) {
	if r.token == Null {
		return nil, nil
	}
	m := map[string]*string{}
	return m, r.entries(stringMap, func(key string) (err error) {
		m[key], err = r.Text()
		return err
	})
}

// Text reads a text, or a scalar taken as text. Null is nil.
func (r *Reader) Text() (*string, error) {
	switch r.token {
	case Null:
		return nil, nil
	case StartObject, StartArray:
		return nil, r.mismatch(stringClass)
	case String:
		text, err := r.content()
		return &text, err
	}
	text := r.text
	return &text, nil
}

func (r *Reader) content() (string, error) {
	text, end, err := r.scanString(r.start, "string value")
	if err == nil && end-r.start-2 > maxString && len(text) > maxString {
		return "", exceeds("String value length", len(text), maxString, "getMaxStringLength")
	}
	return text, err
}

// Map reads an object with values of any kind: nil, bool, string, int64 or
// *big.Int, float64, map[string]any, []any. Null is a nil map.
func (r *Reader) Map() (map[string]any, error) {
	if r.token == Null {
		return nil, nil
	}
	m := map[string]any{}
	return m, r.entries(objectMap, func(key string) (err error) {
		m[key], err = r.value()
		return err
	})
}

func (r *Reader) value() (any, error) {
	switch r.token {
	case StartObject:
		return r.Map()
	case StartArray:
		list := []any{}
		return list, r.List(listClass, func() error {
			v, err := r.value()
			list = append(list, v)
			return err
		})
	case String:
		return r.content()
	case Integer:
		return integer(r.text), nil
	case Float:
		f, _ := strconv.ParseFloat(r.text, 64) // infinite when it is too large
		return f, nil
	case True, False:
		return r.token == True, nil
	}
	return nil, nil
}

func integer(digits string) any {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return n
	}
	n, _ := new(big.Int).SetString(digits, 10)
	return n
}

const listClass = "java.util.ArrayList"

// List reads an array; typed is its Java type. item is called with the reader on the
// first token of each element and leaves it on the last.
func (r *Reader) List(typed string, item func() error) error {
	if r.token != StartArray {
		return r.mismatch(typed)
	}
	for i := 0; ; i++ {
		if err := r.Next(); err != nil {
			return err
		}
		if r.token == EndArray {
			return nil
		}
		if err := item(); err != nil {
			return within(err, listClass, strconv.Itoa(i))
		}
	}
}

// Invalid refuses the current value for a reason.
func (r *Reader) Invalid(format string, args ...any) error { return r.fail(r.start, format, args...) }

// End reports what follows the value, which was read as class.
func (r *Reader) End(class string) error {
	if err := r.Next(); err != nil || r.token == None {
		return err
	}
	return r.fail(r.start, "Trailing token (of type %s) found after value (bound as `%s`): not allowed as per `DeserializationFeature.FAIL_ON_TRAILING_TOKENS`", r.token, class)
}

// NoContent is the error for an empty document where there must be a value.
func NoContent() error {
	return &Error{Msg: "No content to map due to end-of-input", where: fmt.Sprintf("%s1]", source)}
}
