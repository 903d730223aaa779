package config

import (
	"maps"
	"slices"
)

// Def is a set of keys in definition order. It is immutable and safe for
// concurrent use.
type Def struct {
	keys     []Key
	defaults []any // parsed, beside keys
	index    map[string]int
}

// NewDef returns a Def of keys. A key given twice, or one whose default is not of
// its type, is a programmer's error: it panics.
func NewDef(keys ...Key) *Def {
	d := &Def{keys: slices.Clone(keys), defaults: make([]any, len(keys)), index: make(map[string]int, len(keys))}
	for i := range d.keys {
		k := &d.keys[i]
		if _, twice := d.index[k.Name]; twice {
			panic("config: key " + k.Name + " is defined twice")
		}
		if k.Group == "" {
			k.Order = -1
		}
		var err error
		if d.defaults[i], err = k.parseDefault(); err != nil {
			panic("config: default of " + k.Name + ": " + err.Error())
		}
		d.index[k.Name] = i
	}
	return d
}

// With returns a Def of d's keys and more.
func (d *Def) With(keys ...Key) *Def {
	return NewDef(append(slices.Clone(d.Keys()), keys...)...)
}

// Keys returns the keys in definition order; the caller must not change them. A nil
// Def has none.
func (d *Def) Keys() []Key {
	if d == nil {
		return nil
	}
	return d.keys
}

// Key returns the named key.
func (d *Def) Key(name string) (*Key, bool) {
	if d == nil {
		return nil, false
	}
	i, ok := d.index[name]
	if !ok {
		return nil, false
	}
	return &d.keys[i], true
}

// Groups returns the groups in order of first use.
func (d *Def) Groups() []string {
	var groups []string
	for i := range d.Keys() {
		if g := d.keys[i].Group; g != "" && !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// Parse reads props. The error is that of the first key in definition order which
// is missing or wrong. Properties without definition are ignored; Originals has
// them.
func (d *Def) Parse(props map[string]string) (*Values, error) {
	return d.ParseInput(Input{Props: props})
}

// ParseInput is Parse for properties that can be null and classes that must exist.
func (d *Def) ParseInput(in Input) (*Values, error) {
	v := &Values{def: d, values: make(map[string]any, len(d.Keys())), originals: maps.Clone(in.Props)}
	for i := range d.Keys() {
		k := &d.keys[i]
		value, err := d.read(i, &in)
		if err == nil && k.Validator != nil {
			value, err = k.check(value)
		}
		if err != nil {
			return nil, err
		}
		v.values[k.Name] = value
	}
	return v, nil
}

// read returns the value of the i-th key in the input, or its default.
func (d *Def) read(i int, in *Input) (any, error) {
	k := &d.keys[i]
	switch {
	case in.Props[k.Name] == Null:
		return nil, k.checkNull()
	case in.has(k.Name):
		return in.read(k.Name, k.Type)
	case k.Required:
		return nil, Missing(k.Name)
	}
	return d.defaults[i], nil
}

// checkNull refuses null for a boolean or number with a default: whoever reads one
// counts on a value.
func (k *Key) checkNull() error {
	switch k.Type {
	case Boolean, Int, Short, Long, Double:
		if k.Default != nil {
			return Invalid(k.Name, nil, "A value is needed; leave the key out to have the default")
		}
	}
	return nil
}

// parseDefault lets defaults be written as text or as plain Go numbers.
func (k *Key) parseDefault() (any, error) {
	switch def := k.Default.(type) {
	case string:
		return Parse(k.Name, k.Type, def)
	case int:
		return fitInt(k.Type, int64(def)), nil
	}
	return Convert(k.Name, k.Type, k.Default)
}

func fitInt(t Type, n int64) any {
	switch t {
	case Int:
		return int32(n)
	case Short:
		return int16(n)
	case Double:
		return float64(n)
	}
	return n
}

// check validates a value at run time, where lists lose their duplicates first.
func (k *Key) check(value any) (any, error) {
	if list, ok := value.([]string); ok {
		if u, ok := k.Validator.(interface{ unique() bool }); ok && u.unique() {
			value = dedupe(list)
		}
	}
	return value, k.Validator.Check(k.Name, value)
}

func dedupe(list []string) []string {
	kept := make([]string, 0, len(list))
	for _, item := range list {
		if !slices.Contains(kept, item) {
			kept = append(kept, item)
		}
	}
	return kept
}
