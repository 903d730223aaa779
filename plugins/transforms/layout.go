package transforms

import "github.com/millrace/millrace/connect/data"

// layout says how a struct becomes one of the target schema. Fields of the target
// beyond the slots stay unset, for the transformation to fill.
type layout struct {
	target *data.Schema
	slots  []slot
}

// slot says where a field of the target comes from.
type slot struct {
	from     int                    // position in the source
	null     any                    // what takes the place of null; nil to keep it
	required bool                   // null is an error
	convert  func(any) (any, error) // nil to take the value as it is; it is given null too
}

// apply returns a new struct of the target schema.
func (l *layout) apply(source *data.Struct) (*data.Struct, error) {
	values := make([]any, len(l.target.Fields()))
	if err := l.fill(values, source.Slots()); err != nil {
		return nil, err
	}
	return data.StructOf(l.target, values), nil
}

func (l *layout) fill(values, source []any) error {
	for i := range l.slots {
		s := &l.slots[i]
		v := source[s.from]
		if v == nil {
			v = s.null
		}
		if s.convert != nil {
			var err error
			if v, err = s.convert(v); err != nil {
				return err
			}
		}
		if v == nil && s.required {
			f := &l.target.Fields()[i]
			return data.ValidateField(f.Name, f.Schema, nil)
		}
		values[i] = v
	}
	return nil
}

// nullRule is the option replace.null.with.default: whether null in a field that
// has a default becomes the default (KIP-1040).
type nullRule bool

// carry returns the slot that copies field f.
func (replace nullRule) carry(f data.Field) slot {
	s := slot{from: f.Index, required: !f.Schema.Optional()}
	if replace {
		s.null = f.Schema.Default()
	}
	return s
}

// carryAll returns the slots that copy all fields.
func (replace nullRule) carryAll(fields []data.Field) []slot {
	slots := make([]slot, len(fields))
	for i, f := range fields {
		slots[i] = replace.carry(f)
	}
	return slots
}

// value returns the value of a slot for a struct, of which it is not a part.
func (s *slot) value(source *data.Struct) any {
	if v := source.Slots()[s.from]; v != nil {
		return v
	}
	return s.null
}
