package transforms

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	extractFieldName    = "field"
	extractFieldSyntax  = "field.syntax.version"
	extractFieldPurpose = "field extraction"
	nestedPurpose       = "nested field access"
)

func extractFieldConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: extractFieldName, Type: config.StringType, Required: true, Importance: config.Medium,
			Doc: "Name of the field that becomes the whole key or value; a path to a nested field in syntax V2.",
		},
		replaceNullOption(),
		config.Key{
			Name: extractFieldSyntax, Type: config.StringType, Default: "V1",
			Validator: config.OneOfFold("V1", "V2"), Importance: config.High,
			Doc: "How the field is read: V1 takes it as one name, V2 as names with dots between them.",
		},
	)
}

// extractField replaces a key or value by one of its fields.
type extractField struct {
	side  side
	path  string
	steps []string
	nulls nullRule
	plans plans[*extraction]
}

// extraction is the way to the field through structs of one schema. All slots but
// the last one hold structs.
type extraction struct {
	schema *data.Schema
	slots  []slot
}

func newExtractField(v *config.Values, s side) (transform.Transformation, error) {
	t := &extractField{side: s, path: v.String(extractFieldName), nulls: nullRuleOf(v)}
	t.plans = newPlans(t.compile)
	if !strings.EqualFold(v.String(extractFieldSyntax), "V2") {
		t.steps = []string{t.path}
		return t, nil
	}
	var err error
	t.steps, err = parsePath(t.path)
	return t, err
}

func (t *extractField) compile(s *data.Schema) (*extraction, error) {
	x := &extraction{schema: s}
	for i, name := range t.steps {
		f, ok, err := fieldOf(x.schema, name)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, data.Fail(data.BadArgument, "Unknown field: %s", t.path)
		}
		// As SingleFieldPath: the option is for the last step only.
		nulls := t.nulls || i < len(t.steps)-1
		x.schema, x.slots = f.Schema, append(x.slots, nulls.carry(f))
	}
	return x, nil
}

func (t *extractField) Apply(r *connect.Record) (bool, error) {
	schema, value := t.side.get(r)
	if schema == nil {
		found, err := t.fromMap(value)
		if err == nil {
			t.side.set(r, nil, found)
		}
		return true, err
	}
	var source *data.Struct
	if value != nil {
		var err error
		if source, err = requireStructOf(schema, value, extractFieldPurpose); err != nil {
			return true, err
		}
	}
	if len(t.steps) == 0 {
		return true, errNoSteps()
	}
	x, err := t.plans.of(schema)
	if err != nil {
		return true, err
	}
	t.side.set(r, x.schema, x.value(source))
	return true, nil
}

// value returns the field of source, or null when something on the way is null.
func (x *extraction) value(source *data.Struct) any {
	last := len(x.slots) - 1
	for i := range x.slots[:last] {
		if source == nil {
			return nil
		}
		source, _ = x.slots[i].value(source).(*data.Struct)
	}
	if source == nil {
		return nil
	}
	return x.slots[last].value(source)
}

func (t *extractField) fromMap(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	m, err := requireMap(v, extractFieldPurpose)
	if err != nil {
		return nil, err
	}
	if len(t.steps) == 0 {
		return nil, errNoSteps()
	}
	last := len(t.steps) - 1
	for _, name := range t.steps[:last] {
		inner, _ := m.Get(name)
		if inner == nil {
			return nil, nil
		}
		if m, err = requireMap(inner, nestedPurpose); err != nil {
			return nil, err
		}
	}
	found, _ := m.Get(t.steps[last])
	return found, nil
}

// errNoSteps is what an empty path gives in syntax V2.
func errNoSteps() error { return data.Fail(data.BadArgument, "fromIndex(0) > toIndex(-1)") }
