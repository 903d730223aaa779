package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/msk/model"
)

func TestObject(t *testing.T) {
	for _, c := range []struct {
		name, value string
		read        func(object) any
		want        any
		problem     string
	}{
		{"string", `"é\u00e9"`, func(o object) any { return o.text("m") }, "éé", ""},
		{"empty string", `""`, func(o object) any { return o.text("m") }, "", ""},
		{"null as string", `null`, func(o object) any { return o.text("m") }, "", ""},
		{"number as string", `1`, func(o object) any { return o.text("m") }, "", "m must be a string"},
		{"integer", `-7`, func(o object) any { return o.int("m") }, -7, ""},
		{"largest integer", `2147483647`, func(o object) any { return o.int("m") }, 2147483647, ""},
		{"too large", `2147483648`, func(o object) any { return o.int("m") }, 2147483647, "m must be an integer of 32 bits"},
		{"fraction", `1.0`, func(o object) any { return o.int("m") }, 0, "m must be an integer of 32 bits"},
		{"exponent", `1e0`, func(o object) any { return o.int("m") }, 0, "m must be an integer of 32 bits"},
		{"string as integer", `"1"`, func(o object) any { return o.int("m") }, 0, "m must be an integer of 32 bits"},
		{"null as integer", `null`, func(o object) any { return o.int("m") }, 0, ""},
		{"long", `9223372036854775807`, func(o object) any { return o.long("m") }, int64(9223372036854775807), ""},
		{"boolean", `true`, func(o object) any { return o.bool("m") }, true, ""},
		{"string as boolean", `"true"`, func(o object) any { return o.bool("m") }, false, "m must be a boolean"},
		{"null as required boolean", `null`, func(o object) any { return o.requiredBool("m") }, false, "m is required"},
		{"required boolean", `false`, func(o object) any { return o.requiredBool("m") }, false, ""},
		{"object", `{"n":"x"}`, func(o object) any { return o.inner("m").text("n") }, "x", ""},
		{"member of an object", `{"n":1}`, func(o object) any { return o.inner("m").text("n") }, "", "m.n must be a string"},
		{"list as object", `[]`, func(o object) any { return o.inner("m").text("n") }, "", "m must be an object"},
		{"strings", `["b","a"]`, func(o object) any { return o.texts("m") }, []string{"b", "a"}, ""},
		{"no strings", `[]`, func(o object) any { return o.texts("m") }, []string{}, ""},
		{"null as strings", `null`, func(o object) any { return o.texts("m") }, []string(nil), ""},
		{"null among strings", `[null]`, func(o object) any { return o.texts("m") }, []string(nil), "m must be a list of strings"},
		{"map", `{"b":"","A":"x"}`, func(o object) any { return o.textMap("m") }, map[string]string{"b": "", "A": "x"}, ""},
		{"empty map", `{}`, func(o object) any { return o.textMap("m") }, map[string]string{}, ""},
		{"map of numbers", `{"a":1}`, func(o object) any { return o.textMap("m") }, map[string]string(nil), "m must be a map of strings"},
		{"map with null", `{"a":null}`, func(o object) any { return o.textMap("m") }, map[string]string(nil), "m must be a map of strings"},
		{"objects", `[{"n":2}]`, func(o object) any { return o.objects("m")[0].int("n") }, 2, ""},
		{"member of objects", `[{},{"n":"2"}]`, func(o object) any { return o.objects("m")[1].int("n") }, 0, "m[1].n must be an integer of 32 bits"},
		{"null among objects", `[null]`, func(o object) any { return len(o.objects("m")) }, 1, "m[0] must be an object"},
		{"many objects", "[{}" + strings.Repeat(",{}", 99) + "]", func(o object) any { return len(o.objects("m")) }, 100, ""},
		{"too many objects", "[1" + strings.Repeat(",1", 100) + "]", func(o object) any { return len(o.objects("m")) }, 0, "m must be a list of at most 100 elements"},
		{"object as list", `{}`, func(o object) any { return len(o.objects("m")) }, 0, "m must be a list"},
	} {
		var p problems
		o, err := parse([]byte(`{"M":[],"x":{}, "m" : `+c.value+` }`), &p)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.read(o); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %#v", c.name, got)
		}
		if got := p.err(); c.problem == "" && got != nil || c.problem != "" && (got == nil || got.Error() != c.problem) {
			t.Errorf("%s: problem %v", c.name, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `{"capacity":{"autoScaling":{"scaleInPolicy":null}},"plugins":[{}],"logDelivery":{}}`,
		`{"connectorConfiguration":{"a":null},"kafkaCluster":{"apacheKafkaCluster":{"vpc":{"subnets":[1]}}}}`, `{"tags":{"":""}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := &call{body: body}
		var create model.CreateConnector
		again := create
		if read(c, &create, decodeCreateConnector) == nil {
			raw, err := json.Marshal(create)
			if err != nil || read(&call{body: raw}, &again, decodeCreateConnector) != nil || fmt.Sprint(again) == "" {
				t.Errorf("%s: again %s, %v", body, raw, err)
			}
		}
		for _, problem := range []error{
			read(c, &model.UpdateConnector{}, decodeUpdateConnector),
			read(c, &model.CreateCustomPlugin{}, decodeCreateCustomPlugin),
			read(c, &model.CreateWorkerConfiguration{}, decodeCreateWorkerConfiguration),
			read(c, &model.TagResource{}, decodeTagResource),
		} {
			if problem != nil && !model.IsCode(problem, model.CodeBadRequest) {
				t.Errorf("%s: %v", body, problem)
			}
		}
	})
}
