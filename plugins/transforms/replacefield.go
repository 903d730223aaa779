package transforms

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	replaceFieldExclude = "exclude"
	replaceFieldInclude = "include"
	replaceFieldRenames = "renames"
	replaceFieldPurpose = "field replacement"
)

func replaceFieldConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: replaceFieldExclude, Type: config.List, Default: "",
			Validator: config.ListRule{AllowEmpty: true}, Importance: config.Medium,
			Doc: "Names of the fields to remove; they are removed even when they are included.",
		},
		config.Key{
			Name: replaceFieldInclude, Type: config.List, Default: "",
			Validator: config.ListRule{AllowEmpty: true}, Importance: config.Medium,
			Doc: "Names of the fields to keep; empty keeps all.",
		},
		config.Key{
			Name: replaceFieldRenames, Type: config.List, Default: "",
			Validator: validRenames(), Importance: config.Medium,
			Doc: "Fields to rename, as old:new.",
		},
		replaceNullOption(),
	)
}

func validRenames() config.Validator {
	return config.Valid("list of old:new pairs", func(_ string, value any) error {
		list, _ := value.([]string)
		_, err := parseRenames(list)
		return err
	})
}

type rename struct{ from, to string }

func parseRenames(list []string) ([]rename, error) {
	var renames []rename
	for _, item := range list {
		parts := splitPair(item)
		if len(parts) != 2 {
			return nil, badPair(list, item)
		}
		renames = append(renames, rename{parts[0], parts[1]})
	}
	return renames, nil
}

// splitPair is String.split(":"), which gives no empty parts at the end.
func splitPair(item string) []string {
	if item == "" {
		return []string{""}
	}
	parts := strings.Split(item, ":")
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

// badPair names renames as the key whatever it is for, as Connect does.
func badPair(list []string, item string) error {
	return config.Invalid(replaceFieldRenames, "["+strings.Join(list, ", ")+"]", "Invalid rename mapping: "+item)
}

// replaceField removes and renames fields.
type replaceField struct {
	side             side
	exclude, include []string
	renames          []rename
	nulls            nullRule
	plans            plans[*layout]
	selection        *data.Selection // of schemaless values
}

func newReplaceField(v *config.Values, s side) (transform.Transformation, error) {
	t := &replaceField{
		side:    s,
		exclude: v.List(replaceFieldExclude),
		include: v.List(replaceFieldInclude),
		nulls:   nullRuleOf(v),
	}
	t.plans, t.selection = newPlans(t.compile), data.NewSelection(t.place)
	var err error
	t.renames, err = parseRenames(v.List(replaceFieldRenames))
	return rewriter{t}, err
}

// place returns the new name of a field, and whether it is kept.
func (t *replaceField) place(name string) (string, bool) {
	return t.renamed(name), t.keeps(name)
}

func (t *replaceField) keeps(name string) bool {
	return !slices.Contains(t.exclude, name) &&
		(len(t.include) == 0 || slices.Contains(t.include, name))
}

// renamed returns the new name of a field; the last pair counts.
func (t *replaceField) renamed(name string) string {
	for _, r := range slices.Backward(t.renames) {
		if r.from == name {
			return r.to
		}
	}
	return name
}

// original returns the old name of a field. As ReplaceField, it looks at the pairs
// only, so a field renamed onto the name of a removed one takes that one's value.
func (t *replaceField) original(name string) string {
	for _, r := range slices.Backward(t.renames) {
		if r.to == name {
			return r.from
		}
	}
	return name
}

func (t *replaceField) compile(s *data.Schema) (*layout, error) {
	l := &layout{}
	b := data.CopyBasics(s, data.StructType)
	for _, f := range s.Fields() {
		if t.keeps(f.Name) {
			b.Field(t.renamed(f.Name), f.Schema)
		}
	}
	target, err := b.Build()
	if err != nil {
		return nil, err
	}
	l.target = target
	for _, f := range target.Fields() {
		from, ok := s.Field(t.original(f.Name))
		if !ok {
			return nil, data.Errorf("%s is not a valid field name", t.original(f.Name))
		}
		l.slots = append(l.slots, t.carry(from, f))
	}
	return l, nil
}

// carry validates the values of a field that takes another field's place.
func (t *replaceField) carry(from, to data.Field) slot {
	s := t.nulls.carry(from)
	if from.Schema.Equal(to.Schema) {
		return s
	}
	s.required = !to.Schema.Optional()
	s.convert = func(v any) (any, error) {
		return v, data.ValidateField(to.Name, to.Schema, v)
	}
	return s
}

func (t *replaceField) apply(r *connect.Record, own bool) (bool, error) {
	schema, value := t.side.get(r)
	if value == nil {
		return true, nil
	}
	if schema == nil {
		return true, t.applySchemaless(r, value, own)
	}
	source, err := requireStruct(value, replaceFieldPurpose)
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
	t.side.set(r, plan.target, target)
	return true, nil
}

func (t *replaceField) applySchemaless(r *connect.Record, value any, own bool) error {
	m, err := requireMap(value, replaceFieldPurpose)
	if err != nil {
		return err
	}
	if !m.StringKeys() {
		return data.Fail(data.BadClass, "the names of fields are not all of class java.lang.String")
	}
	if own {
		t.selection.In(m)
	} else {
		m = t.selection.Of(m)
	}
	t.side.set(r, nil, m)
	return nil
}
