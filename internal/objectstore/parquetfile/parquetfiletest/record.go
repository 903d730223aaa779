package parquetfiletest

import (
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// node is an element of a schema with what is below it.
type node struct {
	format.SchemaElement
	children    []*node
	first, last int // columns
	rep         int // repetition level, when it is repeated
	def         int // definition level when it is there
}

// newNode reads a tree from the list of its elements.
func newNode(elements []format.SchemaElement) *node {
	column := 0
	var next func(rep, def int) *node
	next = func(rep, def int) *node {
		n := &node{SchemaElement: elements[0], first: column}
		elements = elements[1:]
		switch n.RepetitionType.V {
		case format.Optional:
			def++
		case format.Repeated:
			rep, def = rep+1, def+1
		}
		n.rep, n.def = rep, def
		for range n.NumChildren.V {
			n.children = append(n.children, next(rep, def))
		}
		if len(n.children) == 0 {
			column++
		}
		n.last = column
		return n
	}
	return next(0, 0)
}

func (n *node) is(t deprecated.ConvertedType) bool {
	return n.ConvertedType.Valid && n.ConvertedType.V == t
}

// columns are the values of one row, or of a part of it, by column.
type columns map[int][]parquet.Value

func rowColumns(row parquet.Row) columns {
	c := columns{}
	for _, v := range row {
		c[v.Column()] = append(c[v.Column()], v)
	}
	return c
}

// split divides what is in the columns of a repeated node at its repetition level.
func (c columns) split(n *node) []columns {
	var parts []columns
	for i := n.first; i < n.last; i++ {
		at := -1
		for j, v := range c[i] {
			if j == 0 || v.RepetitionLevel() <= n.rep {
				at++
			}
			if at == len(parts) {
				parts = append(parts, columns{})
			}
			parts[at][i] = append(parts[at][i], v)
		}
	}
	return parts
}

func (c columns) has(n *node) bool { return c[n.first][0].DefinitionLevel() >= n.def }

// value returns the value of a node that is not repeated, or of one repetition.
func (c columns) value(n *node) any {
	if !c.has(n) {
		return nil
	}
	switch {
	case len(n.children) == 0:
		return n.leaf(c[n.first][0])
	case n.is(deprecated.List):
		return c.list(n.children[0])
	case n.is(deprecated.Map):
		return c.entries(n.children[0])
	}
	fields := map[string]any{}
	for _, child := range n.children {
		fields[child.Name] = c.value(child)
	}
	return fields
}

func (c columns) list(repeated *node) any {
	list := []any{}
	if !c.has(repeated) {
		return list
	}
	for _, part := range c.split(repeated) {
		if len(repeated.children) == 1 && repeated.Name == "list" {
			list = append(list, part.value(repeated.children[0]))
		} else {
			list = append(list, part.value(repeated))
		}
	}
	return list
}

func (c columns) entries(repeated *node) any {
	m := map[string]any{}
	if !c.has(repeated) {
		return m
	}
	for _, part := range c.split(repeated) {
		m[part.value(repeated.children[0]).(string)] = part.value(repeated.children[1])
	}
	return m
}

// leaf returns a value as it would be read from JSON, but for the size of numbers.
func (n *node) leaf(v parquet.Value) any {
	switch v.Kind() {
	case parquet.Boolean:
		return v.Boolean()
	case parquet.Int32:
		return int64(v.Int32())
	case parquet.Int64:
		return v.Int64()
	case parquet.Float:
		return v.Float()
	case parquet.Double:
		return v.Double()
	}
	raw := v.ByteArray()
	if (n.is(deprecated.UTF8) || n.is(deprecated.Enum)) && utf8.Valid(raw) {
		return string(raw)
	}
	return map[string]any{"$bytes": append([]byte{}, raw...)}
}
