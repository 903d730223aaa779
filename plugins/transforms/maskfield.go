package transforms

import (
	"math/big"
	"slices"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	maskFieldFields      = "fields"
	maskFieldReplacement = "replacement"
	maskFieldPurpose     = "mask fields"
)

func maskFieldConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: maskFieldFields, Type: config.List, Required: true,
			Validator: config.ListRule{}, Importance: config.High,
			Doc: "Names of the fields to mask.",
		},
		config.Key{
			Name: maskFieldReplacement, Type: config.StringType,
			Validator: config.NonEmpty(), Importance: config.Low,
			Doc: "What to write instead of texts and numbers; without it the zero value of the field's type is written.",
		},
		replaceNullOption(),
	)
}

// maskField overwrites fields with constants.
type maskField struct {
	side   side
	fields []string
	mask   func(any) (any, error)
	nulls  nullRule
	plans  plans[*layout]
	patch  *data.Patch // of schemaless values
	masked []any
}

func newMaskField(v *config.Values, s side) (transform.Transformation, error) {
	t := &maskField{side: s, fields: v.List(maskFieldFields), mask: zeroMask, nulls: nullRuleOf(v)}
	if v.IsSet(maskFieldReplacement) {
		t.mask = newReplacement(v.String(maskFieldReplacement)).mask
	}
	t.plans, t.patch = newPlans(t.compile), data.NewPatch(t.fields...)
	return rewriter{t}, nil
}

func (t *maskField) compile(s *data.Schema) (*layout, error) {
	l := &layout{target: s, slots: t.nulls.carryAll(s.Fields())}
	for i, f := range s.Fields() {
		if slices.Contains(t.fields, f.Name) {
			l.slots[i].convert = t.mask
		}
	}
	return l, nil
}

func (t *maskField) apply(r *connect.Record, own bool) (bool, error) {
	schema, value := t.side.get(r)
	if schema == nil {
		return true, t.applySchemaless(r, value, own)
	}
	source, err := requireStruct(value, maskFieldPurpose)
	if err != nil {
		return true, err
	}
	plan, err := t.plans.of(source.Schema())
	if err != nil {
		return true, err
	}
	target, err := plan.of(source, own)
	if err != nil {
		return true, err
	}
	t.side.set(r, schema, target)
	return true, nil
}

func (t *maskField) applySchemaless(r *connect.Record, value any, own bool) error {
	m, err := requireMap(value, maskFieldPurpose)
	if err != nil {
		return err
	}
	t.masked = t.masked[:0]
	for k := range t.fields {
		masked, err := t.mask(t.patch.Like(m, k))
		if err != nil {
			return err
		}
		t.masked = append(t.masked, masked)
	}
	t.side.set(r, nil, patched(t.patch, m, t.masked, own))
	return nil
}

// zeroMask returns the zero value of v's own type.
func zeroMask(v any) (any, error) {
	switch v.(type) {
	case nil:
		return nil, nil
	case bool:
		return false, nil
	case int8:
		return int8(0), nil
	case int16:
		return int16(0), nil
	case int32:
		return int32(0), nil
	case int64:
		return int64(0), nil
	case float32:
		return float32(0), nil
	case float64:
		return float64(0), nil
	case string:
		return "", nil
	}
	return zeroObject(v)
}

func zeroObject(v any) (any, error) {
	switch v.(type) {
	case data.Decimal:
		return data.NewDecimal(0, 0), nil
	case data.Instant:
		return data.Instant(0), nil
	case *big.Int:
		return new(big.Int), nil
	case []any:
		return []any{}, nil
	case *data.Map:
		return data.NewHashMap(0), nil
	}
	return nil, data.Errorf("Cannot mask value of type: class %s", data.ClassName(v))
}
