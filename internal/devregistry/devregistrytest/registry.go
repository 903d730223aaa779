// Package devregistrytest tests converters that keep schemas in a registry: with the one
// that is part of Millrace, and with some that answer wrongly.
//
// Floor 2. Connect: tests of io.confluent.connect's converters.
package devregistrytest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/internal/devregistry"
)

// Start starts a registry without schemas, for as long as the test lasts, and returns its
// URL.
func Start(t testing.TB) string {
	t.Helper()
	s := httptest.NewServer(devregistry.New())
	t.Cleanup(s.Close)
	return s.URL
}

// Get reads the answer of a registry for a URL.
func Get(t testing.TB, url string, out any) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		t.Fatal(err)
	}
}

// Reference is what a schema calls another one, which is the first of a subject.
type Reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// Refer returns a reference.
func Refer(name, subject string) Reference { return Reference{name, subject, 1} }

// Register makes a schema of a kind, "" for Avro, the latest of a subject.
func Register(t testing.TB, url, subject, kind, schema string, references ...Reference) {
	t.Helper()
	in := map[string]any{"schema": schema}
	if kind != "" {
		in["schemaType"], in["references"] = kind, references
	}
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(url+"/subjects/"+subject+"/versions", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", resp.Status, text)
	}
}

// Converter is a converter under test.
type Converter interface {
	convert.Converter
	io.Closer
}

// New returns a converter with properties: key, value, key, value and so on. It is closed
// when the test ends.
func New[C Converter](t testing.TB, build func(map[string]string, convert.Role) (C, error), role convert.Role, props ...string) C {
	t.Helper()
	config := map[string]string{}
	for i := 0; i < len(props); i += 2 {
		config[props[i]] = props[i+1]
	}
	c, err := build(config, role)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}
