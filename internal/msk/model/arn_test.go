package model

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestParseARN(t *testing.T) {
	const head, id = "arn:aws:kafkaconnect:us-east-1:123456789012:", "949608db-07c5-4041-bd6b-d795cd55e980-2"
	whose := ARN{Partition: "aws", Region: "us-east-1", Account: "123456789012"}
	of := func(kind Kind, name, id, operation string) ARN {
		a := whose
		a.Kind, a.Name, a.ID, a.Operation = kind, name, id, operation
		return a
	}
	for _, c := range []struct {
		text    string
		want    ARN
		problem string
		foreign bool
	}{
		{head + "connector/c/" + id, of(KindConnector, "c", id, ""), "", false},
		{head + "custom-plugin/p.1_x-y/" + id, of(KindCustomPlugin, "p.1_x-y", id, ""), "", false},
		{head + "worker-configuration/w/" + id, of(KindWorkerConfiguration, "w", id, ""), "", false},
		{head + "connector-operation/c/" + id + "/cbd19aa0", of(KindOperation, "c", id, "cbd19aa0"), "", false},
		{head + "connector/c/no-uuid", of(KindConnector, "c", "no-uuid", ""), "", false},
		{"arn:aws-us-gov:kafkaconnect:r:a:connector/c/i", ARN{"aws-us-gov", "r", "a", KindConnector, "c", "i", ""}, "", false},
		{"", ARN{}, "it is not arn:", false},
		{"connector/c/i", ARN{}, "it is not arn:", false},
		{"arn:aws:kafkaconnect:us-east-1:1", ARN{}, "it is not arn:", false},
		{"arn:aws:kafkaconnect:us-east-1:1:", ARN{}, "it is not arn:", false},
		{"urn:aws:kafkaconnect:us-east-1:1:connector/c/i", ARN{}, "it is not arn:", false},
		{"arn::kafkaconnect:us-east-1:1:connector/c/i", ARN{}, "it is not arn:", false},
		{"arn:aws:kafka:us-east-1:1:cluster/c/i", ARN{}, "another service", true},
		{head + "topic/c/i", ARN{}, "unknown resource type", true},
		{head + "connectors", ARN{}, "unknown resource type", true},
		{"arn:aws:kafkaconnect::1:connector/c/i", ARN{}, "no region or no account", false},
		{"arn:aws:kafkaconnect:us-east-1::connector/c/i", ARN{}, "no region or no account", false},
		{head + "connector/c", ARN{}, "3 parts", false},
		{head + "connector/c/i/o", ARN{}, "3 parts", false},
		{head + "connector-operation/c/i", ARN{}, "4 parts", false},
		{head + "connector//i", ARN{}, "empty or has a colon", false},
		{head + "connector/c/", ARN{}, "empty or has a colon", false},
		{head + "connector/c:d/i", ARN{}, "empty or has a colon", false},
		{head + "connector/" + strings.Repeat("c", maxARNLength) + "/i", ARN{}, "more than 2048 characters", false},
	} {
		got, err := ParseARN(c.text)
		var problem *ARNError
		switch {
		case c.problem == "" && (err != nil || got != c.want || got.String() != c.text):
			t.Errorf("%s = %+v, %v", c.text, got, err)
		case c.problem != "" && (!errors.As(err, &problem) || !strings.Contains(problem.Reason, c.problem) || problem.Foreign != c.foreign):
			t.Errorf("%.80s: error %v, want %s (foreign: %v)", c.text, err, c.problem, c.foreign)
		}
	}
}

func TestARNInJSON(t *testing.T) {
	type holder struct {
		A ARN `json:"a"`
		B ARN `json:"b,omitzero"`
	}
	want := `{"a":"arn:aws:kafkaconnect:r:1:connector-operation/c/i/o"}`
	var h holder
	if err := json.Unmarshal([]byte(want), &h); err != nil {
		t.Fatal(err)
	}
	if raw, err := json.Marshal(h); err != nil || string(raw) != want {
		t.Errorf("%s, %v", raw, err)
	}
	if h.A.Connector().String() != "arn:aws:kafkaconnect:r:1:connector/c/i" || h.A.Connector().OperationARN("o") != h.A {
		t.Errorf("connector %v", h.A.Connector())
	}
	if err := json.Unmarshal([]byte(`{"a":"x"}`), &h); err == nil {
		t.Error("no error for what is no ARN")
	}
	if err := json.Unmarshal([]byte(`{"a":""}`), &h); err != nil || !h.A.IsZero() {
		t.Errorf("empty: %v, %v", h.A, err)
	}
}

func FuzzParseARN(f *testing.F) {
	for _, seed := range []string{"arn:aws:kafkaconnect:r:1:connector/c/i", "arn:aws:kafkaconnect:r:1:connector-operation/c/i/o", "arn:::::", "a/b:c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseARN(text)
		if err != nil {
			if !a.IsZero() {
				t.Errorf("%q: %v with error %v", text, a, err)
			}
			return
		}
		if again, err := ParseARN(a.String()); err != nil || again != a || a.String() != text {
			t.Errorf("%q = %+v, again %+v, %v", text, a, again, err)
		}
	})
}

func TestGeneratedNames(t *testing.T) {
	for _, c := range []struct {
		name, pattern string
		generate      func() string
	}{
		{"ID", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-[0-9]$`, NewID},
		{"UUID", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, NewUUID},
		{"version", `^K[0-9A-Z]{13}$`, NewVersion},
	} {
		seen := map[string]bool{}
		for range 100 {
			text := c.generate()
			if seen[text] || !regexp.MustCompile(c.pattern).MatchString(text) {
				t.Errorf("%s %q", c.name, text)
			}
			seen[text] = true
		}
	}
}

func TestInternalNames(t *testing.T) {
	a := ARN{Kind: KindConnector, Name: strings.Repeat("n", 128), ID: NewID()}
	got := a.InternalNames()
	suffix := a.Name + "_" + a.ID
	want := InternalNames{
		"__amazon_msk_connect_configs_" + suffix, "__amazon_msk_connect_offsets_" + suffix,
		"__amazon_msk_connect_status_" + suffix, "__amazon_msk_connect_" + suffix,
	}
	if got != want || len(got.ConfigTopic) > 249 {
		t.Errorf("%+v", got)
	}
}
