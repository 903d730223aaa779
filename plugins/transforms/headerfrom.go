package transforms

import (
	"slices"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	headerFromFields    = "fields"
	headerFromHeaders   = "headers"
	headerFromOperation = "operation"
	moveOperation       = "move"
	copyOperation       = "copy"
)

func headerFromConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: headerFromFields, Type: config.List, Required: true,
			Validator: nonEmptyList(), Importance: config.High,
			Doc: "Names of the fields that become headers.",
		},
		config.Key{
			Name: headerFromHeaders, Type: config.List, Required: true,
			Validator: nonEmptyList(), Importance: config.High,
			Doc: "Names of the headers, one for each field.",
		},
		config.Key{
			Name: headerFromOperation, Type: config.StringType, Required: true,
			Validator: config.OneOf(moveOperation, copyOperation), Importance: config.High,
			Doc: "Whether the fields stay (copy) or are removed (move).",
		},
		replaceNullOption(),
	)
}

// nonEmptyList demands a list with items; unlike config.ListRule it lets them
// repeat.
func nonEmptyList() config.Validator {
	return config.Valid("non-empty list", func(key string, value any) error {
		list, ok := value.([]string)
		switch {
		case !ok:
			return config.Invalid(key, nil, "Empty list")
		case len(list) == 0:
			return config.Invalid(key, "[]", "Empty list")
		}
		return nil
	})
}

// headerFrom moves or copies fields to headers.
type headerFrom struct {
	side    side
	fields  []string
	headers []string
	move    bool
	purpose string
	nulls   nullRule
	plans   plans[*headerPlan]
}

// headerPlan is for structs of one schema: which fields become headers, and what
// is left; rest is nil when all stays.
type headerPlan struct {
	headers []headerSource
	rest    *layout
}

type headerSource struct {
	name   string
	schema *data.Schema
	slot   slot
}

func newHeaderFrom(v *config.Values, s side) (transform.Transformation, error) {
	t := &headerFrom{
		side:    s,
		fields:  v.List(headerFromFields),
		headers: v.List(headerFromHeaders),
		move:    v.String(headerFromOperation) == moveOperation,
		purpose: "header " + v.String(headerFromOperation),
		nulls:   nullRuleOf(v),
	}
	t.plans = newPlans(t.compile)
	if len(t.fields) != len(t.headers) {
		return nil, config.Errorf("", "'fields' config must have the same number of elements as 'headers' config.")
	}
	return rewriter{t}, nil
}

func (t *headerFrom) compile(s *data.Schema) (*headerPlan, error) {
	plan := &headerPlan{}
	if t.move {
		var err error
		if plan.rest, err = t.without(s); err != nil {
			return nil, err
		}
	}
	for i, name := range t.fields {
		f, ok := s.Field(name)
		if !ok {
			return nil, data.Fail(data.NullValue, "field %s does not exist in %s", name, s)
		}
		plan.headers = append(plan.headers, headerSource{t.headers[i], f.Schema, t.nulls.carry(f)})
	}
	return plan, nil
}

// without is the layout that leaves out the fields which move.
func (t *headerFrom) without(s *data.Schema) (*layout, error) {
	l := &layout{}
	b := data.CopyBasics(s, data.StructType)
	for _, f := range s.Fields() {
		if !slices.Contains(t.fields, f.Name) {
			b.Field(f.Name, f.Schema)
			l.slots = append(l.slots, t.nulls.carry(f))
		}
	}
	var err error
	l.target, err = b.Build()
	return l, err
}

func (t *headerFrom) apply(r *connect.Record, own bool) (bool, error) {
	schema, value := t.side.get(r)
	if schema == nil {
		return true, t.applySchemaless(r, value, own)
	}
	source, err := requireStructOf(schema, value, t.purpose)
	if err != nil {
		return true, err
	}
	plan, err := t.plans.of(schema)
	if err != nil {
		return true, err
	}
	rest := source
	if plan.rest != nil && !own {
		if rest, err = plan.rest.apply(source); err != nil {
			return true, err
		}
	}
	headers := r.Headers
	for i := range plan.headers {
		h := &plan.headers[i]
		if err := headers.Add(h.name, h.schema, h.slot.value(source)); err != nil {
			return true, err
		}
	}
	if plan.rest != nil {
		if own {
			if err := plan.rest.rewrite(rest); err != nil {
				return true, err
			}
		}
		t.side.set(r, plan.rest.target, rest)
	}
	r.Headers = headers
	return true, nil
}

func (t *headerFrom) applySchemaless(r *connect.Record, value any, own bool) error {
	m, err := requireMap(value, t.purpose)
	if err != nil {
		return err
	}
	headers := r.Headers
	for i, name := range t.fields {
		v, _ := m.Get(name)
		if err := headers.Add(t.headers[i], nil, v); err != nil {
			return err
		}
	}
	if own {
		m.Rehash()
	} else {
		m = m.CopyHash()
	}
	if t.move {
		for _, name := range t.fields {
			m.Delete(name)
		}
	}
	t.side.set(r, nil, m)
	r.Headers = headers
	return nil
}
