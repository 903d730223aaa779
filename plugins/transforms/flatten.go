package transforms

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
)

const (
	flattenDelimiter = "delimiter"
	flattenPurpose   = "flattening"
)

func flattenConfig() *config.Def {
	return config.NewDef(config.Key{
		Name: flattenDelimiter, Type: config.StringType, Default: ".", Importance: config.Medium,
		Doc: "What stands between the names of the outer and the inner field.",
	})
}

// flatten lifts the fields of nested structs and maps to the top.
type flatten struct {
	side      side
	delimiter string
	plans     plans[*flattening]
}

// flattening is the plan for structs of one schema: the target, and the tree of
// structs to walk.
type flattening struct {
	target *data.Schema
	root   branch
}

// branch is a struct on the way: its fields in order, leaves and further branches.
type branch struct {
	fields []twig
	width  int // number of leaves
}

// twig is one field; it is a leaf when branch is nil.
type twig struct {
	branch *branch
	null   any
}

func newFlatten(v *config.Values, s side) (transform.Transformation, error) {
	t := &flatten{side: s, delimiter: v.String(flattenDelimiter)}
	t.plans = newPlans(t.compile)
	return rewriter{t}, nil
}

func (t *flatten) join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + t.delimiter + name
}

func (t *flatten) compile(s *data.Schema) (*flattening, error) {
	b := data.CopyBasics(s, data.StructType)
	def, _ := s.Default().(*data.Struct)
	root, err := t.grow(b, s, inherited{optional: s.Optional(), def: def})
	if err != nil {
		return nil, err
	}
	target, err := b.Build()
	return &flattening{target: target, root: root}, err
}

// inherited is what the fields of a struct have from the structs around it.
type inherited struct {
	prefix   string
	optional bool
	def      *data.Struct
}

func (t *flatten) grow(b *data.Builder, s *data.Schema, from inherited) (branch, error) {
	fields, err := fieldsOf(s)
	if err != nil {
		return branch{}, err
	}
	grown := branch{fields: make([]twig, len(fields))}
	for i, f := range fields {
		here := inherited{prefix: t.join(from.prefix, f.Name), optional: from.optional || f.Schema.Optional()}
		def := f.Schema.Default()
		if def == nil && from.def != nil {
			def = from.def.At(i)
		}
		switch f.Schema.Type() {
		case data.MapType:
			return branch{}, data.Errorf("Flatten transformation does not support MAP for record with schemas (for field %s).", here.prefix)
		case data.StructType:
			here.def, _ = def.(*data.Struct)
			inner, err := t.grow(b, f.Schema, here)
			if err != nil {
				return branch{}, err
			}
			grown.fields[i].branch = &inner
			grown.width += inner.width
		default:
			leaf, err := leafSchema(f.Schema, here.optional, def)
			if err != nil {
				return branch{}, err
			}
			b.Field(here.prefix, leaf)
			grown.fields[i].null = f.Schema.Default()
			grown.width++
		}
	}
	return grown, nil
}

func leafSchema(s *data.Schema, optional bool, def any) (*data.Schema, error) {
	b := data.Copy(s).SetOptional(optional)
	if def != nil {
		b.Default(def)
	}
	return b.Build()
}

func (t *flatten) apply(r *connect.Record, _ bool) (bool, error) {
	schema, value := t.side.get(r)
	if value == nil {
		return true, nil
	}
	if schema == nil {
		return true, t.applySchemaless(r, value)
	}
	source, err := requireStructOf(schema, value, flattenPurpose)
	if err != nil {
		return true, err
	}
	plan, err := t.plans.of(schema)
	if err != nil {
		return true, err
	}
	flat := make([]any, plan.root.width)
	if err := plan.root.collect(plan.target.Fields(), flat, source); err != nil {
		return true, err
	}
	t.side.set(r, plan.target, data.StructOf(plan.target, flat))
	return true, nil
}

// collect writes the leaves of source into flat, which are those of targets. A
// struct that is null leaves its fields unset.
func (b *branch) collect(targets []data.Field, flat []any, source *data.Struct) error {
	n := 0
	for i, v := range source.Slots() {
		f := &b.fields[i]
		if f.branch != nil {
			if inner, ok := v.(*data.Struct); ok {
				if err := f.branch.collect(targets[n:], flat[n:], inner); err != nil {
					return err
				}
			}
			n += f.branch.width
			continue
		}
		if v == nil {
			v = f.null
		}
		if v == nil && !targets[n].Schema.Optional() {
			return data.ValidateField(targets[n].Name, targets[n].Schema, nil)
		}
		flat[n] = v
		n++
	}
	return nil
}

func (t *flatten) applySchemaless(r *connect.Record, value any) error {
	m, err := requireMap(value, flattenPurpose)
	if err != nil {
		return err
	}
	flat := data.NewMap(m.Len())
	if err := t.collectMap(flat, "", m); err != nil {
		return err
	}
	t.side.set(r, nil, flat)
	return nil
}

func (t *flatten) collectMap(flat *data.Map, prefix string, m *data.Map) error {
	for k, v := range m.All() {
		name, err := fieldName(k)
		if err != nil {
			return err
		}
		name = t.join(prefix, name)
		if err := t.collectMember(flat, name, v); err != nil {
			return err
		}
	}
	return nil
}

func (t *flatten) collectMember(flat *data.Map, name string, v any) error {
	if v == nil {
		flat.Put(name, nil)
		return nil
	}
	switch typ, ok := data.TypeOf(v); {
	case !ok:
		return unsupportedClass("Flatten", v)
	case typ == data.StructType:
		return data.Errorf("Flatten transformation does not support class %s for record without schemas (for field %s).", data.ClassName(v), name)
	case typ == data.MapType:
		return t.collectMap(flat, name, v.(*data.Map))
	}
	flat.Put(name, v)
	return nil
}
