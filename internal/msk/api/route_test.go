package api

import (
	"net/url"
	"strings"
	"testing"
)

func TestReadPath(t *testing.T) {
	for path, want := range map[string]place{
		"/v1/connectors":                             {"connectors", "", ""},
		"/v1/connectors/arn%3Aa%2Fb":                 {"connectors", "arn:a/b", ""},
		"/v1/connectors/arn%3Aa%2Fb/operations":      {"connectors", "arn:a/b", "operations"},
		"/v1/connectors/arn%3Aa%2Foperations":        {"connectors", "arn:a/operations", ""},
		"/v1/connectors/arn:a/b/restart":             {"connectors", "arn:a/b", "restart"},
		"/v1/connectors/arn:a/b/c":                   {"connectors", "arn:a/b/c", ""},
		"/v1/connectors/restart":                     {"connectors", "restart", ""},
		"/v1/custom-plugins/arn:a/b/restart":         {"custom-plugins", "arn:a/b/restart", ""},
		"/v1/connectors/a+b%2Bc":                     {"connectors", "a+b+c", ""},
		"/v1/connectorOperations/a%2Fb%2Fc":          {"connectorOperations", "a/b/c", ""},
		"/v1/connectors/a%252Fb":                     {"connectors", "a%2Fb", ""},
		"/v1/connectors/arn:aws:x:r:1:connector/a/b": {"connectors", "arn:aws:x:r:1:connector/a/b", ""},
	} {
		if got, ok := readPath(path); got != want || !ok {
			t.Errorf("%s: %+v, %v", path, got, ok)
		}
	}
	for _, path := range []string{"", "/", "/v1", "/v1x/connectors", "/v1/connectors/", "/v1/connectors/%zz"} {
		if got, ok := readPath(path); ok {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

func FuzzReadPath(f *testing.F) {
	for _, seed := range []string{"arn:aws:kafkaconnect:r:1:connector/c/i", "a/restart", "%2F", "é ?#", "//"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, arn string) {
		_, _ = readPath(arn)
		_, _ = readPath("/v1/connectors/" + arn)
		if arn == "" {
			return
		}
		// As clients do it, an ARN comes through whatever is in it.
		escaped := strings.ReplaceAll(url.QueryEscape(arn), "+", "%20")
		if got, ok := readPath("/v1/connectors/" + escaped + "/pause"); !ok || got != (place{"connectors", arn, "pause"}) {
			t.Errorf("%q: %+v, %v", arn, got, ok)
		}
	})
}

func TestOperations(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range operations() {
		key := o.method + o.resource + o.action
		if o.kind != "" {
			key += "/"
		}
		if seen[key] || seen[o.name] || o.do == nil {
			t.Errorf("%+v is there twice", o)
		}
		seen[key], seen[o.name] = true, true
	}
	if n := len(operations()); n != 21 {
		t.Errorf("%d operations", n)
	}
}
