package config

// Input is a configuration as it comes from outside.
type Input struct {
	Props   map[string]string
	Nulls   map[string]bool // keys that are given, with null as value
	Classes Classes         // nil takes every class name as it is
}

// Null is the text by which Props says that a key is there and null, for those who
// have nothing but the map. No text from outside is like it, because it is not UTF-8. A
// boolean or number that has a default cannot be null in this way.
const Null = "\xffnull"

// Classes finds the class that a name in a configuration means: the full class
// name of an alias. It returns false when there is no such class.
type Classes func(name string) (class string, found bool)

// has tells whether a key is given, with a value or with null.
func (in *Input) has(name string) bool {
	_, ok := in.Props[name]
	return ok || in.Nulls[name]
}

// read returns the parsed value of a key that is given.
func (in *Input) read(name string, t Type) (any, error) {
	if in.Nulls[name] {
		return nil, nil
	}
	raw := in.Props[name]
	if t == Class && in.Classes != nil {
		return in.class(name, raw)
	}
	return Parse(name, t, raw)
}

func (in *Input) class(name, raw string) (any, error) {
	class, found := in.Classes(trim(raw))
	if !found {
		return nil, Invalid(name, raw, "Class "+raw+" could not be found.")
	}
	return class, nil
}
