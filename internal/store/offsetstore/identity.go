package offsetstore

import (
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/data"
)

// identity returns a text that two values share when Java's equals holds for them:
// maps in any order, numbers of one type only.
func identity(v any) string {
	var b strings.Builder
	appendIdentity(&b, v)
	return b.String()
}

func appendIdentity(b *strings.Builder, v any) {
	switch v := v.(type) {
	case *data.Map:
		if v == nil {
			b.WriteString("null")
			return
		}
		members := make([]string, 0, v.Len())
		for k, v := range v.All() {
			members = append(members, identity(k)+":"+identity(v))
		}
		slices.Sort(members)
		b.WriteString("{" + strings.Join(members, ",") + "}")
	case []any:
		b.WriteByte('[')
		for _, e := range v {
			appendIdentity(b, e)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case string:
		fmt.Fprintf(b, "%q", v)
	default:
		fmt.Fprintf(b, "%T(%s)", v, data.Text(v))
	}
}
