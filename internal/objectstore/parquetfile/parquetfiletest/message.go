package parquetfiletest

import (
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// message returns the text of a schema.
func (n *node) message() string {
	var b strings.Builder
	b.WriteString("message " + n.Name + " {\n")
	for _, child := range n.children {
		child.write(&b, "  ")
	}
	b.WriteString("}\n")
	return b.String()
}

func (n *node) write(b *strings.Builder, indent string) {
	b.WriteString(indent + strings.ToLower(n.RepetitionType.V.String()) + " " + n.physical() + " " + n.Name)
	if a := n.annotation(); a != "" {
		b.WriteString(" (" + a + ")")
	}
	if len(n.children) == 0 {
		b.WriteString(";\n")
		return
	}
	b.WriteString(" {\n")
	for _, child := range n.children {
		child.write(b, indent+"  ")
	}
	b.WriteString(indent + "}\n")
}

func (n *node) physical() string {
	if len(n.children) > 0 {
		return "group"
	}
	switch n.Type.V {
	case format.Boolean:
		return "boolean"
	case format.Int32:
		return "int32"
	case format.Int64:
		return "int64"
	case format.Float:
		return "float"
	case format.Double:
		return "double"
	case format.FixedLenByteArray:
		return fmt.Sprintf("fixed_len_byte_array(%d)", n.TypeLength.V)
	default:
		return "binary"
	}
}

// annotation returns the logical type, or the converted type when there is none.
func (n *node) annotation() string {
	switch t := n.LogicalType.Value.(type) {
	case *format.StringType:
		return "STRING"
	case *format.EnumType:
		return "ENUM"
	case *format.ListType:
		return "LIST"
	case *format.MapType:
		return "MAP"
	case *format.DateType:
		return "DATE"
	case *format.DecimalType:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	case *format.TimeType:
		return fmt.Sprintf("TIME(%s,%t)", unit(t.Unit), t.IsAdjustedToUTC)
	case *format.TimestampType:
		return fmt.Sprintf("TIMESTAMP(%s,%t)", unit(t.Unit), t.IsAdjustedToUTC)
	case nil:
		if n.is(deprecated.MapKeyValue) {
			return "MAP_KEY_VALUE"
		}
		if n.ConvertedType.Valid {
			return fmt.Sprint(n.ConvertedType.V)
		}
		return ""
	default:
		return fmt.Sprint(t)
	}
}

func unit(u format.TimeUnit) string {
	if _, ok := u.Value.(*format.MilliSeconds); ok {
		return "MILLIS"
	}
	return fmt.Sprint(u.Value)
}
