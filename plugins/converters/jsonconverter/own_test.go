package jsonconverter

import (
	"testing"

	"github.com/millrace/millrace/connect/data"
)

// Each value is new, even a default: transformations write into it.
func TestValuesAreNew(t *testing.T) {
	table := `{"type":"map","keys":{"type":"string"},"values":{"type":"int32"},"optional":false,"default":{"k":1}}`
	for _, raw := range []string{
		`{"schema":` + point + `,"payload":{"x":1}}`,
		`{"schema":` + table + `,"payload":null}`,
		`{"schema":null,"payload":{"x":1}}`,
	} {
		c := converter(t)
		_, first, err := c.ToConnect("t", nil, []byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		before := data.Text(first)
		switch v := first.(type) {
		case *data.Struct:
			v.Become(data.NewStructBuilder().MustBuild(), v.Slots()[:0])
			clear(v.Slots()[:2])
		case *data.Map:
			v.Put("k", "changed")
		}
		if _, second, _ := c.ToConnect("t", nil, []byte(raw)); data.Text(second) != before || data.Text(first) == before {
			t.Errorf("%s: %s, want %s", raw, data.Text(second), before)
		}
	}
}
