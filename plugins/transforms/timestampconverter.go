package transforms

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/java/dateformat"
)

const (
	timestampField     = "field"
	timestampTarget    = "target.type"
	timestampPattern   = "format"
	timestampPrecision = "unix.precision"
	timestampPurpose   = "converting timestamp formats"
)

func timestampConverterConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: timestampField, Type: config.StringType, Default: "", Importance: config.High,
			Doc: "Name of the field that holds the timestamp; empty when the whole key or value is one.",
		},
		config.Key{
			Name: timestampTarget, Type: config.StringType, Required: true,
			Validator: config.OneOf("string", "unix", "Date", "Time", "Timestamp"), Importance: config.High,
			Doc: "What the timestamp becomes: string, unix, Date, Time or Timestamp.",
		},
		config.Key{
			Name: timestampPattern, Type: config.StringType, Default: "", Importance: config.Medium,
			Doc: "How timestamps are written as text, as a pattern of Java's SimpleDateFormat in UTC.",
		},
		config.Key{
			Name: timestampPrecision, Type: config.StringType, Default: "milliseconds",
			Validator:  config.OneOf("nanoseconds", "microseconds", "milliseconds", "seconds"),
			Importance: config.Low,
			Doc:        "What a unix timestamp counts: nanoseconds, microseconds, milliseconds or seconds since 1970.",
		},
		replaceNullOption(),
	)
}

// timestampConverter changes how a timestamp is represented.
type timestampConverter struct {
	side     side
	field    string // "" for the whole value
	target   timestampForm
	clock    clock
	required *data.Schema // of the target form
	optional *data.Schema
	nulls    nullRule
	plans    plans[*layout]
	patch    *data.Patch // of schemaless values
	values   []any       // for it
}

func newTimestampConverter(v *config.Values, s side) (transform.Transformation, error) {
	t := &timestampConverter{
		side:   s,
		field:  v.String(timestampField),
		target: formNamed(v.String(timestampTarget)),
		clock:  clock{pattern: v.String(timestampPattern), unit: unitNamed(v.String(timestampPrecision))},
		nulls:  nullRuleOf(v),
	}
	t.plans, t.patch = newPlans(t.compile), data.NewPatch(t.field)
	t.required = t.target.builder().MustBuild()
	t.optional = t.target.builder().Optional().MustBuild()
	if strings.TrimSpace(t.clock.pattern) == "" {
		if t.target == textForm {
			return nil, config.Errorf("", "TimestampConverter requires format option to be specified when using string timestamps")
		}
		return rewriter{t}, nil
	}
	format, err := dateformat.CompileSimple(t.clock.pattern)
	if err != nil {
		// As TimestampConverter: text and cause stand where key and value belong.
		return nil, config.Invalid("TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: "+t.clock.pattern,
			"java.lang.IllegalArgumentException: "+err.Error(), "")
	}
	t.clock.format = dateformat.NewFormatter(format)
	return rewriter{t}, nil
}

func (t *timestampConverter) schemaFor(source *data.Schema) *data.Schema {
	if source.Optional() {
		return t.optional
	}
	return t.required
}

func (t *timestampConverter) compile(s *data.Schema) (*layout, error) {
	fields, err := fieldsOf(s)
	if err != nil {
		return nil, err
	}
	l := &layout{slots: t.nulls.carryAll(fields)}
	b := data.CopyBasics(s, data.StructType).SetOptional(s.Optional())
	for i, f := range fields {
		if f.Name != t.field {
			b.Field(f.Name, f.Schema)
			continue
		}
		b.Field(f.Name, t.schemaFor(f.Schema))
		form, err := formOf(f.Schema)
		l.slots[i].convert = func(v any) (any, error) {
			if err != nil {
				return nil, err
			}
			return t.convert(form, v)
		}
	}
	if l.target, err = b.Build(); err != nil {
		return nil, err
	}
	return l, l.addDefault(s)
}

// addDefault gives the target the source's default, converted as values are.
func (l *layout) addDefault(source *data.Schema) error {
	def, ok := source.Default().(*data.Struct)
	if !ok {
		return nil
	}
	converted, err := l.apply(def)
	if err != nil {
		return err
	}
	l.target, err = data.Copy(l.target).Default(converted).Build()
	return err
}

// convert turns a timestamp of a form into the target form; null stays null.
func (t *timestampConverter) convert(from timestampForm, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	instant, err := t.clock.read(from, v)
	if err != nil {
		return nil, err
	}
	return t.clock.write(t.target, instant), nil
}

func (t *timestampConverter) apply(r *connect.Record, own bool) (bool, error) {
	schema, value := t.side.get(r)
	if schema == nil {
		return true, t.applySchemaless(r, value, own)
	}
	if t.field == "" {
		return true, t.applyWhole(r, schema, value)
	}
	var source *data.Struct
	if value != nil {
		var err error
		if source, err = requireStructOf(schema, value, timestampPurpose); err != nil {
			return true, err
		}
	}
	plan, err := t.plans.of(schema)
	if err != nil {
		return true, err
	}
	if source == nil {
		t.side.set(r, plan.target, nil)
		return true, nil
	}
	target, err := plan.of(source, own)
	if err != nil {
		return true, err
	}
	t.side.set(r, plan.target, target)
	return true, nil
}

func (t *timestampConverter) applyWhole(r *connect.Record, schema *data.Schema, value any) error {
	form, err := formOf(schema)
	if err != nil {
		return err
	}
	if value, err = t.convert(form, value); err != nil {
		return err
	}
	t.side.set(r, t.schemaFor(schema), value)
	return nil
}

func (t *timestampConverter) applySchemaless(r *connect.Record, value any, own bool) error {
	if value == nil || t.field == "" {
		converted, err := t.convertUntyped(value)
		if err == nil {
			t.side.set(r, nil, converted)
		}
		return err
	}
	m, err := requireMap(value, timestampPurpose)
	if err != nil {
		return err
	}
	v, err := t.convertMember(m)
	if err != nil {
		return err
	}
	t.values = append(t.values[:0], v)
	t.side.set(r, nil, patched(t.patch, m, t.values, own))
	return nil
}

func (t *timestampConverter) convertMember(m *data.Map) (any, error) {
	if n, ok := t.patch.Long(m, 0); ok {
		return t.clock.write(t.target, t.clock.unit.instant(n)), nil
	}
	return t.convertUntyped(t.patch.Get(m, 0))
}

func (t *timestampConverter) convertUntyped(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	form, err := formOfValue(v)
	if err != nil {
		return nil, err
	}
	return t.convert(form, v)
}
