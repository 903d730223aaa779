package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	valueToKeyFields  = "fields"
	valueToKeyPurpose = "copying fields from value to key"
)

func valueToKeyConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: valueToKeyFields, Type: config.List, Required: true,
			Validator: config.ListRule{}, Importance: config.High,
			Doc: "Names of the fields of the value that make up the key.",
		},
		replaceNullOption(),
	)
}

// valueToKey makes a key of some fields of the value.
type valueToKey struct {
	fields []string
	nulls  nullRule
	plans  plans[*layout]
}

func newValueToKey(v *config.Values) (transform.Transformation, error) {
	t := &valueToKey{fields: v.List(valueToKeyFields), nulls: nullRuleOf(v)}
	t.plans = newPlans(t.compile)
	return rewriter{t}, nil
}

func (t *valueToKey) compile(s *data.Schema) (*layout, error) {
	l := &layout{}
	key := data.NewStructBuilder()
	for _, name := range t.fields {
		f, ok := s.Field(name)
		if !ok {
			return nil, data.Errorf("Field does not exist: %s", name)
		}
		key.Field(name, f.Schema)
		l.slots = append(l.slots, t.nulls.carry(f))
	}
	var err error
	l.target, err = key.Build()
	return l, err
}

func (t *valueToKey) apply(r *connect.Record, _ bool) (bool, error) {
	if r.ValueSchema == nil {
		return true, t.applySchemaless(r)
	}
	value, err := requireStruct(r.Value, valueToKeyPurpose)
	if err != nil {
		return true, err
	}
	plan, err := t.plans.of(value.Schema())
	if err != nil {
		return true, err
	}
	key, err := plan.apply(value)
	if err != nil {
		return true, err
	}
	r.KeySchema, r.Key = plan.target, key
	return true, nil
}

func (t *valueToKey) applySchemaless(r *connect.Record) error {
	value, err := requireMap(r.Value, valueToKeyPurpose)
	if err != nil {
		return err
	}
	key := data.NewHashMapSize(len(t.fields))
	for _, name := range t.fields {
		v, _ := value.Get(name)
		key.Put(name, v)
	}
	r.KeySchema, r.Key = nil, key
	return nil
}
