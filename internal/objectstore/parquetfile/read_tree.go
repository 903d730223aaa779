package parquetfile

import (
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// column is an element of a file's schema with what is within it.
type column struct {
	*format.SchemaElement
	children    []*column
	first, last int // leaves within are first … last-1
	def, rep    int // levels of its values
}

// treeOf returns the schema of a file, which lists its elements depth first.
func treeOf(elements []format.SchemaElement) (*column, error) {
	t := &treeBuilder{rest: elements}
	root, err := t.next(nil)
	if err == nil && len(t.rest) > 0 {
		err = errors.New("there is more than one root")
	}
	if err == nil && len(root.children) == 0 {
		err = errors.New("it has no columns")
	}
	if err != nil {
		return nil, fmt.Errorf("read the schema of a Parquet file: %w", err)
	}
	return root, nil
}

type treeBuilder struct {
	rest   []format.SchemaElement
	leaves int
	depth  int
}

func (t *treeBuilder) next(parent *column) (*column, error) {
	if len(t.rest) == 0 {
		return nil, errors.New("it ends within a group")
	}
	if t.depth > maxLevels {
		return nil, errors.New(tooManyColumns)
	}
	c := &column{SchemaElement: &t.rest[0], first: t.leaves}
	t.rest = t.rest[1:]
	if parent != nil {
		c.def, c.rep = parent.def, parent.rep
		if !c.required() {
			c.def++
		}
		if c.repeated() {
			c.rep++
		}
	}
	if c.leaf() {
		t.leaves++
	}
	t.depth++
	for range c.NumChildren.V {
		child, err := t.next(c)
		if err != nil {
			return nil, err
		}
		c.children = append(c.children, child)
	}
	t.depth--
	if c.last = t.leaves; c.last > maxColumns {
		return nil, errors.New(tooManyColumns)
	}
	return c, nil
}

func (c *column) leaf() bool     { return c.Type.Valid }
func (c *column) required() bool { return c.RepetitionType.V == format.Required }
func (c *column) optional() bool { return c.RepetitionType.V == format.Optional }
func (c *column) repeated() bool { return c.RepetitionType.V == format.Repeated }

func (c *column) converted(t deprecated.ConvertedType) bool {
	return c.ConvertedType.Valid && c.ConvertedType.V == t
}

func (c *column) child(name string) *column {
	for _, child := range c.children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// isList tells whether a group stands for a list.
func (c *column) isList() bool {
	_, ok := c.LogicalType.Value.(*format.ListType)
	return (ok || c.converted(deprecated.List)) && c.wraps()
}

// isMap tells whether a group stands for a map.
func (c *column) isMap() bool {
	_, ok := c.LogicalType.Value.(*format.MapType)
	ok = ok || c.converted(deprecated.Map) || c.converted(deprecated.MapKeyValue)
	return ok && c.wraps() && len(c.children[0].children) == 2
}

// wraps tells whether there is nothing but a repeated column in a group.
func (c *column) wraps() bool { return len(c.children) == 1 && c.children[0].repeated() }

// element returns what a list repeats: the repeated column itself, when it has two
// levels, or what is within it.
func (c *column) element() *column {
	r := c.children[0]
	if r.leaf() || len(r.children) != 1 || r.Name == elementNames[0] || r.Name == c.Name+"_tuple" {
		return r
	}
	return r.children[0]
}

// pair returns what has the key and the value of a map, which may be written as a list
// of structs.
func (c *column) pair() *column {
	if r := c.children[0]; len(r.children) == 2 {
		return r
	}
	return c.element()
}
