package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const hoistFieldName = "field"

func hoistFieldConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: hoistFieldName, Type: config.StringType, Required: true, Importance: config.Medium,
		Doc: "Name of the only field of the struct or map that is put around the key or value.",
	})
}

// hoistField wraps the key or value in a struct or map.
type hoistField struct {
	side  side
	name  string
	plans plans[*data.Schema]
}

func newHoistField(v *config.Values, s side) (transform.Transformation, error) {
	t := &hoistField{side: s, name: v.String(hoistFieldName)}
	t.plans = newPlans(t.compile)
	return rewriter{t}, nil
}

func (t *hoistField) compile(s *data.Schema) (*data.Schema, error) {
	return data.NewStructBuilder().Field(t.name, s).Build()
}

func (t *hoistField) apply(r *connect.Record, _ bool) (bool, error) {
	schema, value := t.side.get(r)
	if schema == nil {
		m := data.NewHashMap(1)
		m.Put(t.name, value)
		t.side.set(r, nil, m)
		return true, nil
	}
	outer, err := t.plans.of(schema)
	if err != nil {
		return true, err
	}
	if err := data.ValidateField(t.name, schema, value); err != nil {
		return true, err
	}
	t.side.set(r, outer, data.StructOf(outer, []any{value}))
	return true, nil
}
