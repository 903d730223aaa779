package s3sink

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
)

var update = flag.Bool("update", false, "write what is printed from code into files")

const page = "../../../docs/connectors/s3.md"

// TestPage compares the table in the user's page with the keys.
func TestPage(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	begin, rest, _ := strings.Cut(string(raw), " -update -->\n")
	_, rest, ok := strings.Cut(rest, "<!-- end of keys")
	if !ok {
		t.Fatalf("%s has no place for the keys", page)
	}
	want := begin + " -update -->\n\n" + table(Plugin.Config) + "\n<!-- end of keys" + rest
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Errorf("%s is not up to date: run this test with -update", page)
	}
}

func table(def *config.Def) string {
	var b strings.Builder
	b.WriteString("| key | default | meaning |\n|---|---|---|\n")
	for _, k := range def.Keys() {
		text, ok := k.DefaultText()
		switch {
		case k.Required:
			text = "*required*"
		case !ok:
			text = "none"
		case text != "":
			text = "`" + text + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, text, strings.ReplaceAll(k.Doc, "|", "\\|"))
	}
	return b.String()
}

func TestKeys(t *testing.T) {
	groups := strings.Join(Plugin.Config.Groups(), ",")
	if want := "Connector,Schema,S3,Keys and Headers,Storage,Partitioner"; groups != want {
		t.Errorf("groups %s, want %s", groups, want)
	}
	seen := map[string]int{}
	for _, k := range Plugin.Config.Keys() {
		if k.Order != seen[k.Group] || k.Doc == "" || k.Display == "" {
			t.Errorf("%s: order %d, doc %q, display %q", k.Name, k.Order, k.Doc, k.Display)
		}
		seen[k.Group]++
	}
	if n := len(Plugin.Config.Keys()); n != 70 {
		t.Errorf("%d keys", n)
	}
}

// TestNotSupported: what is missing is refused by name, and nothing else.
func TestNotSupported(t *testing.T) {
	for _, c := range []struct {
		changes map[string]string
		key     string
	}{
		{nil, ""},
		{map[string]string{formatClass: avroFormat}, ""},
		{map[string]string{formatClass: parquetFormat}, ""},
		{map[string]string{storeKeys: "true"}, ""},
		{map[string]string{storeKeys: "true", keysFormat: jsonFormat}, ""},
		{map[string]string{storeHeaders: "true", headersFormat: parquetFormat}, ""},
		{map[string]string{objectstore.PartitionerClass: "com.acme.Own"}, objectstore.PartitionerClass},
		{map[string]string{credentialsClass: "com.acme.Own"}, credentialsClass},
		{map[string]string{credentialsClass: "com.amazonaws.auth.DefaultAWSCredentialsProviderChain"}, ""},
	} {
		props := map[string]string{
			bucketName: "b", formatClass: jsonFormat, flushSize: "3", objectstore.StorageClass: storageClass,
		}
		for k, v := range c.changes {
			props[k] = v
		}
		r := Plugin.Config.Validate(props)
		(&connector{def: Plugin.Config}).Validate(props, r)
		for _, v := range r.Values {
			if wrong := len(v.Errors) > 0; wrong != (v.Name == c.key) {
				t.Errorf("%v: %s: %q", c.changes, v.Name, v.Errors)
			}
		}
	}
}
