package parquetfile

import (
	"fmt"

	"github.com/parquet-go/parquet-go/format"

	"github.com/millrace/millrace/connect/data"
)

// readNode says how a value is put together from the columns of a file.
type readNode struct {
	kind        kind // of the value; leaves have int32Kind
	schema      *data.Schema
	optional    bool
	def, rep    int // levels at which the value, or an element of it, is there
	first, last int // its columns are first … last-1
	children    []*readNode
	leaf        *column
}

// planOf compiles a plan for values of a schema in the columns of a tree.
func planOf(c *column, s *data.Schema) (*readNode, error) {
	if s == nil {
		return nil, fmt.Errorf("read the schema of a Parquet file: it has no records but values of any kind")
	}
	if c.repeated() {
		return planElements(c, c, s)
	}
	return planValue(c, s)
}

// planValue compiles the plan for one value of a column, repeated or not.
func planValue(c *column, s *data.Schema) (*readNode, error) {
	n := &readNode{schema: s, optional: c.optional(), def: c.def, first: c.first, last: c.last}
	switch s.Type() {
	case data.StructType:
		return n, n.planFields(c)
	case data.Array:
		if c.leaf() || !c.wraps() {
			return nil, mismatch(c, s)
		}
		list, err := planElements(c.children[0], c.element(), s)
		return wrapped(n, list), err
	case data.MapType:
		if c.leaf() || !c.wraps() {
			return nil, mismatch(c, s)
		}
		m, err := planPairs(c.children[0], c.pair(), s)
		return wrapped(n, m), err
	}
	if !c.leaf() || !fits(c, s) {
		return nil, mismatch(c, s)
	}
	n.kind, n.leaf = int32Kind, c
	return n, nil
}

// wrapped returns the plan of a group around a repeated column: outer says whether
// there is a list at all, inner what is in it.
func wrapped(outer, inner *readNode) *readNode {
	if inner == nil {
		return nil
	}
	outer.kind, outer.children = inner.kind, inner.children
	outer.rep = inner.rep
	outer.leaf = inner.leaf
	return outer
}

func (n *readNode) planFields(c *column) error {
	if c.leaf() {
		return mismatch(c, n.schema)
	}
	n.kind = structKind
	union := isUnion(n.schema)
	for i, f := range n.schema.Fields() {
		name := f.Name
		if union {
			name = fmt.Sprintf("member%d", i)
		}
		child := c.child(name)
		if child == nil {
			return fmt.Errorf("read the schema of a Parquet file: there is no column for field %s", f.Name)
		}
		plan, err := planOf(child, f.Schema)
		if err != nil {
			return err
		}
		n.children = append(n.children, plan)
	}
	return nil
}

// planElements compiles the plan of a list: repeated is the column that repeats,
// element what it has each time.
func planElements(repeated, element *column, s *data.Schema) (*readNode, error) {
	if s.Type() != data.Array || s.Value() == nil {
		return nil, mismatch(repeated, s)
	}
	child, err := planValue(element, s.Value())
	if err != nil {
		return nil, err
	}
	return &readNode{
		kind: listKind, schema: s, def: repeated.def - 1, rep: repeated.rep,
		first: repeated.first, last: repeated.last, children: []*readNode{child}, leaf: repeated,
	}, nil
}

// planPairs compiles the plan of a map: repeated is the column that repeats, pair what
// has a key and a value.
func planPairs(repeated, pair *column, s *data.Schema) (*readNode, error) {
	if s.Key() == nil || s.Value() == nil || len(pair.children) != 2 {
		return nil, mismatch(repeated, s)
	}
	n := &readNode{kind: mapKind, schema: s, rep: repeated.rep, first: repeated.first, last: repeated.last, leaf: repeated}
	for i, side := range []*data.Schema{s.Key(), s.Value()} {
		child, err := planOf(pair.children[i], side)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, child)
	}
	return n, nil
}

func mismatch(c *column, s *data.Schema) error {
	return fmt.Errorf("read the schema of a Parquet file: column %s cannot hold values of schema %s", c.Name, s)
}

// fits tells whether a leaf holds values of a schema.
func fits(c *column, s *data.Schema) bool {
	t := c.Type.V
	switch s.Type() {
	case data.Int8, data.Int16, data.Int32:
		return t == format.Int32
	case data.Int64:
		return t == format.Int64
	case data.Float32:
		return t == format.Float
	case data.Float64:
		return t == format.Double
	case data.Boolean:
		return t == format.Boolean
	case data.String:
		return t == format.ByteArray
	case data.Bytes:
		if s.Name() == data.DecimalName {
			return t != format.Boolean && t != format.Float && t != format.Double && t != format.Int96
		}
		return t == format.ByteArray || t == format.FixedLenByteArray
	}
	return false
}
