package parquetfile

import (
	"fmt"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/millrace/millrace/connect/data"
)

// derived returns the schema that follows from the columns, for files that other
// programs wrote: the one that their Avro schema would have by the rules of the Java
// library.
func derived(c *column) (*data.Schema, error) {
	b := data.NewStructBuilder().Name(c.Name)
	for _, child := range c.children {
		s, err := derivedField(child)
		if err != nil {
			return nil, err
		}
		b.Field(child.Name, s)
	}
	return b.SetOptional(c.optional()).Build()
}

func derivedField(c *column) (*data.Schema, error) {
	if !c.repeated() {
		return derivedValue(c)
	}
	// A repeated column without a group around it is a list.
	element, err := derivedValue(c)
	if err != nil {
		return nil, err
	}
	return data.NewArray(element).Build()
}

// derivedValue returns the schema of one value of a column.
func derivedValue(c *column) (*data.Schema, error) {
	switch {
	case c.leaf():
		return derivedLeaf(c)
	case c.isMap():
		pair := c.children[0]
		key, err := derivedValue(pair.children[0])
		if err != nil {
			return nil, err
		}
		value, err := derivedField(pair.children[1])
		if err != nil {
			return nil, err
		}
		return data.NewMapOf(key, value).SetOptional(c.optional()).Build()
	case c.isList():
		element, err := derivedValue(c.element())
		if err != nil {
			return nil, err
		}
		return data.NewArray(element).SetOptional(c.optional()).Build()
	}
	return derived(c)
}

func derivedLeaf(c *column) (*data.Schema, error) {
	if scale, ok := c.decimal(); ok {
		return data.NewDecimalSchema(scale).SetOptional(c.optional()).Build()
	}
	var b *data.Builder
	switch c.Type.V {
	case format.Boolean:
		b = data.NewBuilder(data.Boolean)
	case format.Int32:
		b = derivedInt(c)
	case format.Int64:
		if b = data.NewBuilder(data.Int64); c.isMillis() {
			b = data.NewTimestampSchema()
		}
	case format.Float:
		b = data.NewBuilder(data.Float32)
	case format.Double:
		b = data.NewBuilder(data.Float64)
	case format.ByteArray:
		if b = data.NewBuilder(data.Bytes); c.isText() {
			b = data.NewBuilder(data.String)
		}
	case format.FixedLenByteArray:
		b = data.NewBuilder(data.Bytes)
	default:
		return nil, fmt.Errorf("column %s of a Parquet file: the type %s is not supported", c.Name, c.Type.V)
	}
	return b.SetOptional(c.optional()).Build()
}

func derivedInt(c *column) *data.Builder {
	_, isDate := c.LogicalType.Value.(*format.DateType)
	_, isTime := c.LogicalType.Value.(*format.TimeType)
	switch {
	case isDate || c.converted(deprecated.Date):
		return data.NewDateSchema()
	case isTime || c.converted(deprecated.TimeMillis):
		return data.NewTimeSchema()
	}
	return data.NewBuilder(data.Int32)
}

// decimal returns the scale of a column of decimals.
func (c *column) decimal() (scale int32, ok bool) {
	if d, ok := c.LogicalType.Value.(*format.DecimalType); ok {
		return d.Scale, true
	}
	return c.Scale.V, c.converted(deprecated.Decimal)
}

// isMillis tells whether a column has points in time that Connect can have.
func (c *column) isMillis() bool {
	if t, ok := c.LogicalType.Value.(*format.TimestampType); ok {
		_, ok := t.Unit.Value.(*format.MilliSeconds)
		return ok
	}
	return c.converted(deprecated.TimestampMillis)
}

func (c *column) isText() bool {
	switch c.LogicalType.Value.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return true
	}
	return c.converted(deprecated.UTF8) || c.converted(deprecated.Enum) || c.converted(deprecated.Json)
}
