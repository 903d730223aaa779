package config

import (
	"maps"
	"slices"
)

// Values are a configuration read through a Def. The getters panic when the key is
// not in the Def or has another type: that is a programmer's error.
type Values struct {
	def       *Def
	values    map[string]any
	originals map[string]string
}

// Originals returns the properties as given, unknown ones included. The caller
// must not change them.
func (v *Values) Originals() map[string]string { return v.originals }

// WithPrefix returns the properties whose names begin with prefix, without it.
func (v *Values) WithPrefix(prefix string) map[string]string {
	return WithPrefix(v.originals, prefix)
}

// WithPrefix returns the properties whose names begin with prefix, without it.
func WithPrefix(props map[string]string, prefix string) map[string]string {
	found := map[string]string{}
	for k, value := range props {
		if len(k) > len(prefix) && k[:len(prefix)] == prefix {
			found[k[len(prefix):]] = value
		}
	}
	return found
}

// Unknown returns the names of properties that the Def does not define, sorted.
func (v *Values) Unknown() []string {
	var names []string
	for name := range v.originals {
		if _, ok := v.def.Key(name); !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Get returns the parsed value, nil for null.
func (v *Values) Get(key string) any {
	value, ok := v.values[key]
	if !ok {
		panic("config: key " + key + " is not defined")
	}
	return value
}

// Replace returns a copy in which a key has another value, which must be of the
// key's Go type.
func (v *Values) Replace(key string, value any) *Values {
	v.Get(key)
	changed := maps.Clone(v.values)
	changed[key] = value
	return &Values{def: v.def, values: changed, originals: v.originals}
}

// IsSet tells whether the key has a value other than null.
func (v *Values) IsSet(key string) bool { return v.Get(key) != nil }

func get[T any](v *Values, key string) T {
	var zero T
	value := v.Get(key)
	if value == nil {
		return zero
	}
	return value.(T)
}

// String returns a STRING or CLASS; "" for null.
func (v *Values) String(key string) string { return get[string](v, key) }

// Bool returns a BOOLEAN; false for null.
func (v *Values) Bool(key string) bool { return get[bool](v, key) }

// Int returns an INT or SHORT; 0 for null.
func (v *Values) Int(key string) int {
	if n, ok := v.Get(key).(int16); ok {
		return int(n)
	}
	return int(get[int32](v, key))
}

// Long returns a LONG; 0 for null.
func (v *Values) Long(key string) int64 { return get[int64](v, key) }

// Double returns a DOUBLE; 0 for null.
func (v *Values) Double(key string) float64 { return get[float64](v, key) }

// List returns the texts of a LIST; nil for null. The caller must not change it.
func (v *Values) List(key string) []string {
	list, _ := items(v.Get(key))
	return list
}

// Password returns a PASSWORD; "" for null.
func (v *Values) Password(key string) Password { return get[Password](v, key) }
