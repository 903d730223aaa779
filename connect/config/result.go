package config

// Value is what validation says of one key.
type Value struct {
	Name        string
	Value       any // parsed; nil when null or not readable
	Recommended []any
	Errors      []string
	Visible     bool
}

// Result is the outcome of a validation: one Value per key of the Def, in
// definition order, then those that were added.
type Result struct {
	Values []*Value
}

// Value returns what is said of a key, nil when nothing is.
func (r *Result) Value(name string) *Value {
	for _, v := range r.Values {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// AddError adds an error to a key, which is added when it is new.
func (r *Result) AddError(name, msg string) {
	v := r.Value(name)
	if v == nil {
		v = &Value{Name: name, Visible: true}
		r.Values = append(r.Values, v)
	}
	v.Errors = append(v.Errors, msg)
}

// ErrorCount returns the number of errors of all keys.
func (r *Result) ErrorCount() int {
	n := 0
	for _, v := range r.Values {
		n += len(v.Errors)
	}
	return n
}

// Errors returns all messages, in the order of the values.
func (r *Result) Errors() []string {
	var all []string
	for _, v := range r.Values {
		all = append(all, v.Errors...)
	}
	return all
}

// Validate checks props key by key and collects every error. A key that cannot be
// read has a null value, on which its validator still runs.
func (d *Def) Validate(props map[string]string) *Result {
	return d.ValidateInput(Input{Props: props})
}

// ValidateInput is Validate for properties that can be null and classes that must
// exist.
func (d *Def) ValidateInput(in Input) *Result {
	r := &Result{}
	values := make(map[string]any, len(d.Keys()))
	for i := range d.Keys() {
		k := &d.keys[i]
		v := &Value{Name: k.Name, Visible: true}
		r.Values = append(r.Values, v)
		value, err := d.read(i, &in)
		v.fail(err)
		v.Value, values[k.Name] = value, value
		if k.Validator != nil {
			v.fail(k.Validator.Check(k.Name, value))
		}
	}
	for i, v := range r.Values {
		if rec := d.keys[i].Recommend; rec != nil {
			v.Recommended = rec.Recommended(v.Name, values)
			v.Visible = rec.Visible(v.Name, values)
		}
	}
	return r
}

func (v *Value) fail(err error) {
	if err != nil {
		v.Errors = append(v.Errors, err.Error())
	}
}
