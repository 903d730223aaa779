package jsondata

import (
	"slices"
	"strconv"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
)

// Bounds of what one schema may become.
const (
	maxDepth = 200
	maxNodes = 100_000
)

// NoVersion is the version of a schema that the registry gives none.
const NoVersion = -1

// ToConnect returns the Connect schema of a JSON Schema. The version is that of the
// schema in a registry; it counts unless the schema names another one itself.
func (s *Settings) ToConnect(from *Schema, version int) (*data.Schema, error) {
	r := reading{Settings: s, within: map[*node]bool{}}
	to, err := r.schema(from.main.node(from.main.root), context{version: version})
	if broken := from.main.set.err; broken != nil {
		return nil, data.Errorf("%s", broken.Error())
	}
	return to, err
}

// reading makes the Connect schema of one JSON Schema.
type reading struct {
	*Settings
	within map[*node]bool // schemas around
	depth  int
	count  int
	unions int
}

// context is what a schema's place adds to it.
type context struct {
	version  int // NoVersion for all but the outermost
	optional bool
	at       *place
}

func (c context) inner(name string, optional bool) context {
	return context{NoVersion, optional, &place{name, c.at}}
}

func (c context) fail(format string, args ...any) error {
	return data.Errorf("%s%s", data.Errorf(format, args...).Msg, c.at)
}

func (r *reading) schema(n *node, c context) (*data.Schema, error) {
	if n == nil {
		return nil, nil
	}
	if r.within[n] {
		return nil, c.fail("The JSON schema contains itself: recursive schemas are not supported")
	}
	r.depth++
	r.count++
	if r.depth > maxDepth || r.count > maxNodes {
		return nil, c.fail("The JSON schema is nested too deep or has too many parts")
	}
	r.within[n] = true
	defer func() {
		delete(r.within, n)
		r.depth--
	}()
	switch n.kind {
	case referenceKind:
		target, err := n.referred()
		if err != nil {
			return nil, c.fail("%s", err.Error())
		}
		return r.schema(target, c)
	case combinedKind:
		if n.criterion == allOf {
			return r.allOf(n, c)
		}
		if only, null := r.single(n); only != nil {
			c.optional = c.optional || null
			return r.schema(only, c)
		}
	}
	b, err := r.begin(n, c)
	if err != nil {
		return nil, err
	}
	return r.finish(b, n, c)
}

// single returns the member of a union that is no more than optional, or that has
// one member.
func (r *reading) single(n *node) (only *node, null bool) {
	all := n.children()
	switch {
	case len(all) == 1 && r.FlattenSingletons:
		r.unions++
		return all[0], false
	case len(all) != 2:
		return nil, false
	case all[0].kind == nullKind:
		r.unions++
		return all[1], true
	case all[1].kind == nullKind:
		r.unions++
		return all[0], true
	}
	return nil, false
}

// started is a Connect schema being built.
type started struct {
	*data.Builder
	named bool
}

func start(t data.Type) started { return started{data.NewBuilder(t), false} }

// begin starts the Connect schema of a kind.
func (r *reading) begin(n *node, c context) (started, error) {
	declared, _ := n.text(connectType)
	switch n.kind {
	case booleanKind:
		return start(data.Boolean), nil
	case numberKind, integerKind:
		return beginNumber(n, declared, c)
	case stringKind:
		if declared == bytesType {
			return start(data.Bytes), nil
		}
		return start(data.String), nil
	case enumKind, constKind:
		return r.beginEnum(n), nil
	case combinedKind:
		return r.beginUnion(n, c)
	case arrayKind:
		return r.beginArray(n, declared, c)
	case objectKind:
		return r.beginObject(n, declared, c)
	}
	return started{}, c.fail("Unsupported schema type %s", n.kind)
}

func beginNumber(n *node, declared string, c context) (started, error) {
	if declared == "" {
		if n.kind == integerKind {
			return start(data.Int64), nil
		}
		return start(data.Float64), nil
	}
	for _, t := range []data.Type{data.Int8, data.Int16, data.Int32, data.Int64, data.Float32, data.Float64, data.Bytes} {
		if t.Name() == declared {
			return start(t), nil
		}
	}
	return started{}, c.fail("Unsupported type %s", declared)
}

func (r *reading) beginEnum(n *node) started {
	b := start(data.String)
	name := r.enumParameter()
	b.Parameter(name, "")
	for i, symbol := range n.symbols() {
		value := symbol
		if r.GeneralSums {
			value = strconv.Itoa(i)
		}
		b.Parameter(name+"."+symbol, value)
	}
	return b
}

func (r *reading) beginUnion(n *node, c context) (started, error) {
	name, field := oneOfName, oneOfPart
	if r.GeneralSums {
		name, field = sumUnionPrefix+strconv.Itoa(r.unions), sumFieldPrefix
	}
	r.unions++
	b := started{data.NewStructBuilder().Name(name), true}
	if r.GeneralSums {
		b.Parameter(sumUnion, name)
	}
	index := 0
	for _, m := range n.children() {
		if m.kind == nullKind {
			b.SetOptional(true)
			continue
		}
		inner, err := r.schema(m, c.inner(string(n.criterion)+"["+strconv.Itoa(index)+"]", true))
		if err != nil {
			return b, err
		}
		b.Field(field+strconv.Itoa(index), inner)
		index++
	}
	return b, nil
}

func (r *reading) beginArray(n *node, declared string, c context) (started, error) {
	items := n.keyword("items")
	if items == nil {
		return started{}, c.fail("Array schema did not specify the items type")
	}
	if declared == mapType && items.kind == objectKind {
		key, value, err := r.entry(items, c)
		return started{data.NewMapOf(key, value), false}, err
	}
	inner, err := r.schema(items, c.inner("[]", false))
	return started{data.NewArray(inner), false}, err
}

func (r *reading) entry(items *node, c context) (key, value *data.Schema, err error) {
	for _, p := range items.properties() {
		switch p.name {
		case keyField:
			key, err = r.schema(p.node, c.inner(keyField, false))
		case valueField:
			value, err = r.schema(p.node, c.inner(valueField, false))
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return key, value, nil
}

func (r *reading) beginObject(n *node, declared string, c context) (started, error) {
	if declared == mapType {
		value, err := r.schema(n.keyword("additionalProperties"), c.inner("{}", false))
		return started{data.NewMapOf(data.StringSchema, value), false}, err
	}
	b := started{data.NewStructBuilder(), false}
	return b, r.fields(b, indexed(n.properties()), n.required, c)
}

// fields adds properties as fields.
func (r *reading) fields(b started, all []property, required func(string) bool, c context) error {
	for _, p := range all {
		optional := r.OptionalForNonRequired && !required(p.name)
		inner, err := r.schema(p.node, c.inner(p.name, optional))
		if err != nil {
			return err
		}
		b.Field(p.name, inner)
	}
	return nil
}

// indexed sorts properties by connect.index. One without goes to the place that
// counts how many came before it, as in Java, or where that is taken, to the next.
func indexed(all []property) []property {
	taken := map[int64]property{}
	order := make([]int64, 0, len(all))
	for _, p := range all {
		at := int64(len(order))
		if i := p.prop(connectIndex); i != nil && i.Kind == jsontext.Whole {
			at = jsontext.Long(i.Text)
		}
		for {
			if _, is := taken[at]; !is {
				break
			}
			at++
		}
		taken[at] = p
		order = append(order, at)
	}
	slices.Sort(order)
	out := make([]property, len(order))
	for i, at := range order {
		out[i] = taken[at]
	}
	return out
}
