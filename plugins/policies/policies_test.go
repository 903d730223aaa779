package policies

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
)

func TestPolicies(t *testing.T) {
	worker := map[string]string{allowlistKey: "linger.ms, acks"}
	want := map[string][]bool{ // acks, sasl.mechanism, batch.size
		"All": {true, true, true}, "None": {false, false, false},
		"Principal": {false, true, false}, "Allowlist": {true, false, false},
	}
	for _, p := range All() {
		class := p.Describe().Class
		alias := strings.TrimSuffix(class[strings.LastIndex(class, ".")+1:], "ConnectorClientConfigOverridePolicy")
		made, err := p.(plugin.Policy).New(worker)
		if err != nil {
			t.Fatal(err)
		}
		for i, key := range []string{"acks", "sasl.mechanism", "batch.size"} {
			if got := made.Allows(policy.Request{Client: policy.Producer, Key: key}); got != want[alias][i] {
				t.Errorf("%s on %s: %v", alias, key, got)
			}
		}
	}
	if len(All()) != len(want) {
		t.Errorf("%d policies", len(All()))
	}
}

func TestAllowlistIsChecked(t *testing.T) {
	if _, err := All()[1].(plugin.Policy).New(map[string]string{allowlistKey: "a,,b"}); err == nil {
		t.Error("an empty name was accepted")
	}
}
