package transforms

import "github.com/millrace/millrace/connect/data"

// layout says how a struct becomes one of the target schema. Fields of the target
// beyond the slots stay unset, for the transformation to fill.
type layout struct {
	target *data.Schema
	slots  []slot

	// What it takes to rewrite a struct, once that is needed.
	prepared bool
	place    placing
	changed  []int32 // slots that do more than take over a value
	values   []any   // what they give
}

// placing says where values lie that a struct of the target schema takes over.
type placing uint8

const (
	inPlace   placing = iota // where they are in the source
	moving                   // there or farther back
	elsewhere                // anywhere
)

// slot says where a field of the target comes from.
type slot struct {
	from     int                    // position in the source
	null     any                    // what takes the place of null; nil to keep it
	required bool                   // null is an error
	unset    bool                   // null may be there although the field is required
	convert  func(any) (any, error) // nil to take the value as it is; it is given null too
}

// of returns source as a struct of the target schema: itself if it is the caller's
// own, else a new one. On an error source is as it was.
func (l *layout) of(source *data.Struct, own bool) (*data.Struct, error) {
	if own {
		return source, l.rewrite(source)
	}
	return l.apply(source)
}

// apply returns a new struct of the target schema.
func (l *layout) apply(source *data.Struct) (*data.Struct, error) {
	values := make([]any, len(l.target.Fields()))
	for i := range l.slots {
		var err error
		if values[i], err = l.read(i, source.Slots()); err != nil {
			return nil, err
		}
	}
	return data.StructOf(l.target, values), nil
}

// read returns the value of slot i.
func (l *layout) read(i int, source []any) (v any, err error) {
	s := &l.slots[i]
	if v = source[s.from]; v == nil {
		v = s.null
	}
	if s.convert != nil {
		if v, err = s.convert(v); err != nil {
			return nil, err
		}
	}
	if v == nil && s.required {
		f := &l.target.Fields()[i]
		return nil, data.ValidateField(f.Name, f.Schema, nil)
	}
	return v, nil
}

// rewrite makes source, which nobody else refers to, a struct of the target schema.
// Unlike apply it relies on source being valid.
func (l *layout) rewrite(source *data.Struct) error {
	l.prepare()
	l.values = l.values[:0]
	for _, i := range l.changed {
		v, err := l.read(int(i), source.Slots())
		if err != nil {
			return err
		}
		l.values = append(l.values, v)
	}
	slots := l.arrange(source.Slots())
	for k, i := range l.changed {
		slots[i] = l.values[k]
	}
	source.Become(l.target, slots)
	return nil
}

// arrange moves values to where the target has them.
func (l *layout) arrange(slots []any) []any {
	n, width := len(l.slots), len(l.target.Fields())
	switch l.place {
	case elsewhere:
		source := slots
		slots = make([]any, n, width)
		for i := range l.slots {
			slots[i] = source[l.slots[i].from]
		}
	case moving:
		for i := range l.slots {
			slots[i] = slots[l.slots[i].from]
		}
	}
	clear(slots[n:])
	slots = slots[:n]
	for len(slots) < width {
		slots = append(slots, nil)
	}
	return slots
}

func (l *layout) prepare() {
	if l.prepared {
		return
	}
	l.prepared = true
	for i := range l.slots {
		s := &l.slots[i]
		if s.convert != nil || s.null != nil || s.required && s.unset {
			l.changed = append(l.changed, int32(i))
		}
		switch {
		case s.from < i:
			l.place = elsewhere
		case s.from > i:
			l.place = max(l.place, moving)
		}
	}
}

// nullRule is the option replace.null.with.default: whether null in a field that
// has a default becomes the default (KIP-1040).
type nullRule bool

// carry returns the slot that copies field f.
func (replace nullRule) carry(f data.Field) slot {
	s := slot{from: f.Index, required: !f.Schema.Optional(), unset: f.Schema.Default() != nil}
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
