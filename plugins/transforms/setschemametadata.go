package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	schemaNameKey    = "schema.name"
	schemaVersionKey = "schema.version"
)

func setSchemaMetadataConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: schemaNameKey, Type: config.StringType, Importance: config.High,
			Doc: "The schema's new name.",
		},
		config.Key{
			Name: schemaVersionKey, Type: config.Int, Importance: config.High,
			Doc: "The schema's new version.",
		},
		replaceNullOption(),
	)
}

// setSchemaMetadata gives schemas another name and version. As in Connect, it works
// for structs only.
type setSchemaMetadata struct {
	side    side
	name    *string
	version *int32
	nulls   nullRule
	plans   plans[*layout]
}

func newSetSchemaMetadata(v *config.Values, s side) (transform.Transformation, error) {
	t := &setSchemaMetadata{side: s, nulls: nullRuleOf(v)}
	if name, ok := v.Get(schemaNameKey).(string); ok {
		t.name = &name
	}
	if version, ok := v.Get(schemaVersionKey).(int32); ok {
		t.version = &version
	}
	if t.name == nil && t.version == nil {
		return nil, config.Errorf("", "Neither schema name nor version configured")
	}
	t.plans = newPlans(t.compile)
	return rewriter{t}, nil
}

func (t *setSchemaMetadata) compile(s *data.Schema) (*layout, error) {
	fields, err := fieldsOf(s)
	if err != nil {
		return nil, err
	}
	b := data.Copy(s)
	if t.name != nil {
		b.Name(*t.name)
	}
	if t.version != nil {
		b.Version(*t.version)
	}
	target, err := b.Build()
	return &layout{target: target, slots: t.nulls.carryAll(fields)}, err
}

func (t *setSchemaMetadata) apply(r *connect.Record, own bool) (bool, error) {
	schema, value := t.side.get(r)
	if schema == nil {
		if value == nil {
			return true, nil
		}
		return true, data.Errorf("Schema required for [updating schema metadata]")
	}
	plan, err := t.plans.of(schema)
	if err != nil {
		return true, err
	}
	if source, ok := value.(*data.Struct); ok {
		if value, err = t.move(plan, schema, source, own); err != nil {
			return true, err
		}
	}
	t.side.set(r, plan.target, value)
	return true, nil
}

func (t *setSchemaMetadata) move(plan *layout, schema *data.Schema, source *data.Struct, own bool) (*data.Struct, error) {
	if !source.Schema().Equal(schema) {
		return nil, data.Errorf("Struct schemas do not match.")
	}
	return plan.of(source, own)
}
