package transforms

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/connecttest"
	"github.com/millrace/millrace/connect/plugin"
)

// badSettings are those that do not follow from the declarations.
func badSettings() map[string][]connecttest.BadSetting {
	return map[string][]connecttest.BadSetting{
		"Cast":               {{Key: "spec", Value: "id:nonsense"}, {Key: "spec", Value: ""}},
		"DropHeaders":        {{Key: "headers", Value: ""}},
		"HeaderFrom":         {{Key: "headers", Value: "only-one"}, {Key: "operation", Value: "steal"}},
		"InsertField":        {{Key: "static.value", Missing: true}},
		"MaskField":          {{Key: "replacement", Value: ""}},
		"RegexRouter":        {{Key: "regex", Value: "("}},
		"TimestampConverter": {{Key: "target.type", Value: "sundial"}, {Key: "format", Value: ""}},
		"ValueToKey":         {{Key: "fields", Value: ""}},
	}
}

// contractRecords are records to which every example applies.
func contractRecords() []connecttest.Transformed {
	s := orderSchema("order")
	return []connecttest.Transformed{
		{Name: "with schema", Record: *recordOf(s, order(s))},
		{Name: "an equal schema", Record: *recordOf(orderSchema("order"), order(orderSchema("order")))},
		{Name: "another schema", Record: *recordOf(orderSchema("other"), order(orderSchema("other")))},
		{Name: "without schema", Record: *recordOf(nil, orderMap())},
	}
}

func TestContract(t *testing.T) {
	props := map[string]map[string]string{"Filter": {}}
	for _, e := range append(sidedExamples(), wholeExamples()...) {
		props[e.name] = e.props
	}
	for _, p := range All() {
		class := p.Describe().Class[len(namespace):]
		name, _, _ := strings.Cut(class, "$")
		t.Run(class, func(t *testing.T) {
			config, ok := props[name]
			if !ok {
				t.Fatal("there is no example of this transformation")
			}
			records := contractRecords()
			for i := range records {
				records[i].Dropped = name == "Filter"
				records[i].Fails = name == "SetSchemaMetadata" && records[i].Record.ValueSchema == nil
			}
			connecttest.Transformation{
				Plugin: p.(plugin.Transformation), Config: config, Records: records,
				Bad: badSettings()[name], Intact: true,
			}.Run(t)
		})
	}
}
