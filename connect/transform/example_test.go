package transform_test

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
)

var shortenDef = config.NewDef(config.Key{
	Name: "max.length", Type: config.Int, Required: true, Importance: config.High,
	Validator: config.AtLeast(1), Doc: "How many characters are kept of a text.",
})

// shorten cuts texts that are too long, and drops those that are blank.
type shorten struct{ most int }

func newShorten(props map[string]string) (transform.Transformation, error) {
	v, err := shortenDef.Parse(props)
	if err != nil {
		return nil, err
	}
	return shorten{v.Int("max.length")}, nil
}

func (s shorten) Apply(r *connect.Record) (keep bool, err error) {
	text, ok := r.Value.(string)
	if !ok {
		return true, data.Errorf("Only text can be shortened, found: %s", data.ClassName(r.Value))
	}
	if runes := []rune(text); len(runes) > s.most {
		r.Value = string(runes[:s.most]) // replaced, never written into
	}
	return strings.TrimSpace(text) != "", nil
}

// Shorten is what a host puts into its list of plugins.
var Shorten = plugin.Transformation{
	Info: plugin.Info{Class: "com.example.Shorten", Version: "1.0.0", Config: shortenDef},
	New:  newShorten,
}

func Example() {
	t, err := Shorten.New(map[string]string{"max.length": "5"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, value := range []any{"Millrace", "größer", " ", int32(7)} {
		r := &connect.Record{Topic: "t", Value: value}
		keep, err := t.Apply(r)
		fmt.Println(r.Value, keep, err)
	}
	// Output:
	// Millr true <nil>
	// größe true <nil>
	//   false <nil>
	// 7 true Only text can be shortened, found: java.lang.Integer
}
