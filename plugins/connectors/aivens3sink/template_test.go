package aivens3sink

import (
	"strings"
	"testing"
	"time"
)

func TestNames(t *testing.T) {
	at := place{topic: "orders", partition: 7, offset: 42, key: "k1", time: time.Date(2024, 3, 9, 5, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		template string
		grouping grouping
		want     string
	}{
		{"{{topic}}-{{partition}}-{{start_offset}}", byPartition, "orders-7-42"},
		{"{{ topic }}/{{	partition:padding=true }}-{{start_offset:padding=true}}.gz", byPartition, "orders/0000000007-00000000000000000042.gz"},
		{"{{partition:padding=false}}{{topic}}{{start_offset:padding=false}}", byPartition, "7orders42"},
		{"{{timestamp:unit=yyyy}}/{{timestamp:unit=MM}}/{{timestamp:unit=dd}}/{{timestamp:unit=HH}}-{{topic}}{{partition}}{{start_offset}}", byPartition, "2024/03/09/05-orders742"},
		{"{{timestamp:unit=YYYY}}-{{topic}}-{{partition}}-{{start_offset}}", byPartition, "2024-orders-7-42"},
		{"{{topic}}-{{partition}}-{{key}}-{{start_offset}}", byPartitionAndKey, "orders-7-k1-42"},
		{"{{topic}}-{{partition}}-{{key}}-{{start_offset}}-{{timestamp:unit=dd}}", byPartitionAndKey, "orders-7-k1-42-09"},
		{"{{key}}", byKey, "k1"},
		{"a{{ key }}b{{key}}", byKey, "ak1bk1"},
		{"{{topic}}/{{partition}}/{{key}}", byKeyAndTopicOrMore, "orders/7/k1"},
		{"{{key}}@{{topic}}", byKeyAndTopicOrMore, "k1@orders"},
		{"{{key}}@{{partition:padding=true}}", byKeyAndTopicOrMore, "k1@0000000007"},
		{"{{key}}-{{topic}}-{{start_offset}}", byKeyAndTopicOrMore, "k1-orders-{{start_offset}}"},
		{"{{topic}}{{partition}}{{start_offset}} {{ topic : x }} {topic} {{", byPartition, "orders742 {{ topic : x }} {topic} {{"},
		{"{{topic:a=b}}-{{partition}}-{{start_offset}}", byPartition, "orders-7-42"},
	} {
		name, kind, err := nameOf(c.template)
		if err != nil || kind != c.grouping {
			t.Errorf("%s: grouping %d, %v", c.template, kind, err)
			continue
		}
		if got := name.render(&at); got != c.want {
			t.Errorf("%s: got %s, want %s", c.template, got, c.want)
		}
	}
}

func TestWrongNames(t *testing.T) {
	const sets = "unsupported set of template variables, supported sets are: topic,partition,start_offset,timestamp; " +
		"topic,partition,key,start_offset,timestamp; key; key,topic,partition"
	const parameters = "unsupported set of template variables parameters, supported sets are: " +
		"partition:padding=true|false,start_offset:padding=true|false,timestamp:unit=yyyy|MM|dd|HH"
	for template, want := range map[string]string{
		"":                             "RecordGrouper requires that the template [] has variables defined. Supported variables are: ",
		"plain":                        "RecordGrouper requires that the template [plain] has variables defined. ",
		"{{topic}}":                    sets,
		"{{topic}}-{{partition}}":      sets,
		"{{topic}}-{{start_offset}}":   sets,
		"{{timestamp:unit=dd}}":        sets,
		"{{key}}{{start_offset}}":      sets,
		"{{key}}{{timestamp:unit=dd}}": sets,
		"{{topic}}{{partition}}{{start_offset}}{{foo}}":                      sets,
		"{{topic}}{{partition}}{{start_offset}}{{timestamp:unit=dd}}{{foo}}": sets,
		"{{topic}}{{partition}}{{start_offset}}{{timestamp:unit=mm}}":        parameters,
		"{{topic}}{{partition:padding=yes}}{{start_offset}}":                 parameters,
		"{{topic}}{{partition:unit=true}}{{start_offset}}":                   parameters,
		"{{topic}}{{partition}}{{start_offset}}{{timestamp}}":                "parameter unit is required for the the variable timestamp, supported values are: yyyy|MM|dd|HH",
		"{{}}":                   "Variable name hasn't been set for template: {{}}",
		"{{ :padding=true }}":    "Variable name hasn't been set for template: {{ :padding=true }}",
		"{{topic:}}":             "Wrong variable with parameter definition",
		"{{topic:=x}}":           "Parameter name for variable `topic` has not been set",
		"{{partition:padding}}":  "Parameter value for variable `partition` and parameter `padding` has not been set",
		"{{partition:padding=}}": "Parameter value for variable `partition` and parameter `padding` has not been set",
	} {
		if _, _, err := nameOf(template); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", template, err, want)
		}
	}
}
