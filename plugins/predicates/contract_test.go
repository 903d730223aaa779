package predicates

import (
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/plugin"
)

func TestContract(t *testing.T) {
	suites := map[string]connecttest.Predicate{
		"HasHeaderKey": {
			Config: map[string]string{"name": "h"},
			Records: []connecttest.Tested{
				{Name: "has it", Record: connect.Record{Headers: connect.Headers{{Key: "x"}, {Key: "h"}}}, Want: true},
				{Name: "has none", Record: connect.Record{}},
			},
			Bad: []connecttest.BadSetting{{Key: "name"}},
		},
		"RecordIsTombstone": {
			Records: []connecttest.Tested{
				{Name: "null", Record: connect.Record{Key: "k"}, Want: true},
				{Name: "text", Record: connect.Record{Value: ""}},
			},
		},
		"TopicNameMatches": {
			Config: map[string]string{"pattern": "or.*"},
			Records: []connecttest.Tested{
				{Name: "matches", Record: connect.Record{Topic: "orders"}, Want: true},
				{Name: "only a part", Record: connect.Record{Topic: "border"}},
			},
			Bad: []connecttest.BadSetting{{Key: "pattern", Value: "("}, {Key: "pattern"}},
		},
	}
	for _, p := range All() {
		class := p.Describe().Class[len(namespace):]
		t.Run(class, func(t *testing.T) {
			suite, ok := suites[class]
			if !ok {
				t.Fatal("there is no suite for this predicate")
			}
			suite.Plugin = p.(plugin.Predicate)
			suite.Run(t)
		})
	}
}
