package transforms

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	castSpec    = "spec"
	castPurpose = "cast types"
)

func castConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: castSpec, Type: config.List, Required: true,
			Validator: validCasts(), Importance: config.High,
			Doc: "Fields and the types to cast them to, as field:type, or one type to cast the whole key or value to. " +
				"Types are int8, int16, int32, int64, float32, float64, boolean and string.",
		},
		replaceNullOption(),
	)
}

func validCasts() config.Validator {
	return config.Valid("list of field:type pairs, or one type", func(_ string, value any) error {
		list, _ := value.([]string)
		_, err := parseCasts(list)
		return err
	})
}

// fieldCast is one item of the spec; whole says that it is for the whole value.
type fieldCast struct {
	field  string
	whole  bool
	target data.Type
}

func parseCasts(list []string) ([]fieldCast, error) {
	if len(list) == 0 {
		return nil, config.Errorf("", "Must specify at least one field to cast.")
	}
	var casts []fieldCast
	whole := false
	for _, item := range list {
		c, err := parseCast(list, item)
		if err != nil {
			return nil, err
		}
		casts = append(casts, c)
		whole = whole || c.whole
	}
	if whole && len(list) > 1 {
		return nil, config.Errorf("", "Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec")
	}
	return casts, nil
}

func parseCast(list []string, item string) (fieldCast, error) {
	parts := splitPair(item)
	switch len(parts) {
	case 1:
		target, err := parseCastType(parts[0])
		return fieldCast{whole: true, target: target}, err
	case 2:
		target, err := parseCastType(parts[1])
		return fieldCast{field: strings.TrimSpace(parts[0]), target: target}, err
	}
	return fieldCast{}, badPair(list, item)
}

// parseCastType reads a type's name in upper or lower case. The error texts have
// key and value in the places where Connect has them.
func parseCastType(name string) (data.Type, error) {
	name = strings.TrimSpace(name)
	upper := strings.ToUpper(name)
	for t := data.Int8; t <= data.StructType; t++ {
		if t.String() != upper {
			continue
		}
		if t > data.String {
			return t, config.Errorf("", "Cast transformation does not support casting to %s; supported types are [%s]", t, castableTypes(data.String))
		}
		return t, nil
	}
	return 0, config.Invalid("Invalid type found in casting spec: "+name,
		"java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type."+upper, "")
}

// castableTypes lists the types up to last.
func castableTypes(last data.Type) string {
	var names []string
	for t := data.Int8; t <= last; t++ {
		names = append(names, t.String())
	}
	return strings.Join(names, ", ")
}

// cast changes the types of fields, or of a whole key or value.
type cast struct {
	side  side
	casts []fieldCast
	nulls nullRule
	plans plans[*layout]

	patch  *data.Patch // of schemaless values
	values []any
}

func newCast(v *config.Values, s side) (transform.Transformation, error) {
	t := &cast{side: s, nulls: nullRuleOf(v)}
	t.plans = newPlans(t.compile)
	var err error
	t.casts, err = parseCasts(v.List(castSpec))
	var fields []string
	for _, c := range t.casts {
		fields = append(fields, c.field)
	}
	t.patch = data.NewPatch(fields...)
	return rewriter{t}, err
}

// whole returns the type that whole values are cast to.
func (t *cast) whole() (data.Type, bool) { return t.casts[0].target, t.casts[0].whole }

// of returns the type that a field is cast to; the last item of the spec counts.
func (t *cast) of(field string) (data.Type, bool) {
	for i := len(t.casts) - 1; i >= 0; i-- {
		if t.casts[i].field == field {
			return t.casts[i].target, true
		}
	}
	return 0, false
}

func (t *cast) compile(s *data.Schema) (*layout, error) {
	l := &layout{}
	typ, whole := t.whole()
	if !whole {
		typ = data.StructType
	}
	b := data.CopyBasics(s, typ)
	if !whole {
		if err := t.compileFields(l, b, s); err != nil {
			return nil, err
		}
	}
	b.SetOptional(s.Optional())
	if err := castDefault(b, s, typ); err != nil {
		return nil, err
	}
	var err error
	l.target, err = b.Build()
	return l, err
}

func (t *cast) compileFields(l *layout, b *data.Builder, s *data.Schema) error {
	fields, err := fieldsOf(s)
	if err != nil {
		return err
	}
	l.slots = t.nulls.carryAll(fields)
	for i, f := range fields {
		target, listed := t.of(f.Name)
		if !listed {
			b.Field(f.Name, f.Schema)
			continue
		}
		schema, err := castSchema(f.Schema, target)
		if err != nil {
			return err
		}
		b.Field(f.Name, schema)
		l.slots[i].convert = func(v any) (any, error) { return castValue(f.Schema, v, target) }
	}
	return nil
}

// castSchema is the schema of a field that is cast: of the old one it keeps the
// optionality and the default.
func castSchema(s *data.Schema, target data.Type) (*data.Schema, error) {
	b := data.NewBuilder(target).SetOptional(s.Optional())
	if err := castDefault(b, s, target); err != nil {
		return nil, err
	}
	return b.Build()
}

func castDefault(b *data.Builder, s *data.Schema, target data.Type) error {
	if s.Default() == nil {
		return nil
	}
	def, err := castValue(s, s.Default(), target)
	if err != nil {
		return err
	}
	b.Default(def)
	return nil
}

func (t *cast) apply(r *connect.Record, own bool) (bool, error) {
	schema, value := t.side.get(r)
	if value == nil {
		return true, nil
	}
	if schema == nil {
		return true, t.applySchemaless(r, value, own)
	}
	plan, err := t.plans.of(schema)
	if err != nil {
		return true, err
	}
	if target, whole := t.whole(); whole {
		if value, err = castValue(schema, value, target); err == nil {
			t.side.set(r, plan.target, value)
		}
		return true, err
	}
	source, err := requireStructOf(schema, value, castPurpose)
	if err != nil {
		return true, err
	}
	result, err := plan.of(source, own)
	if err != nil {
		return true, err
	}
	t.side.set(r, plan.target, result)
	return true, nil
}

func (t *cast) applySchemaless(r *connect.Record, value any, own bool) error {
	if target, whole := t.whole(); whole {
		v, err := castValue(nil, value, target)
		if err == nil {
			t.side.set(r, nil, v)
		}
		return err
	}
	m, err := requireMap(value, castPurpose)
	if err != nil {
		return err
	}
	t.values = t.values[:0]
	for k, c := range t.casts {
		v, err := castValue(nil, t.patch.Get(m, k), c.target)
		if err != nil {
			return err
		}
		t.values = append(t.values, v)
	}
	t.side.set(r, nil, patched(t.patch, m, t.values, own))
	return nil
}
