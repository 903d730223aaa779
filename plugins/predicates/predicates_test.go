package predicates

import (
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
)

func TestPredicates(t *testing.T) {
	classes := map[string]plugin.Predicate{}
	for _, p := range All() {
		classes[p.Describe().Class] = p.(plugin.Predicate)
	}
	for _, c := range []struct {
		name    string
		props   map[string]string
		records []connect.Record // given to one instance in turn
		want    []bool
	}{
		{
			"HasHeaderKey",
			map[string]string{"name": "h"},
			[]connect.Record{{}, {Headers: connect.Headers{{Key: "x"}, {Key: "h"}}}, {Headers: connect.Headers{{Key: "H"}}}},
			[]bool{false, true, false},
		},
		{
			"RecordIsTombstone", nil,
			[]connect.Record{{}, {Value: ""}, {Key: "k"}},
			[]bool{true, false, true},
		},
		{
			"TopicNameMatches",
			map[string]string{"pattern": "or.*|"},
			[]connect.Record{{}, {Topic: "orders"}, {Topic: "orders"}, {Topic: "border"}, {Topic: ""}, {Topic: "orders"}},
			[]bool{false, true, true, false, false, true},
		},
	} {
		p, err := classes[namespace+c.name].New(c.props)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for i := range c.records {
			if got, err := p.Test(&c.records[i]); got != c.want[i] || err != nil {
				t.Errorf("%s, record %d: %v, %v", c.name, i, got, err)
			}
		}
	}
}

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		props map[string]string
		want  string
	}{
		{"HasHeaderKey", nil, `Missing required configuration "name" which has no default value.`},
		{"HasHeaderKey", map[string]string{"name": ""}, "Invalid value  for configuration name: String must be non-empty"},
		{"TopicNameMatches", map[string]string{"pattern": "("}, "Invalid value ( for configuration pattern: Invalid regex: Unclosed group near index 1\n("},
	} {
		for _, p := range All() {
			if p.Describe().Class != namespace+c.name {
				continue
			}
			if _, err := p.(plugin.Predicate).New(c.props); err == nil || err.Error() != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
		}
	}
}
