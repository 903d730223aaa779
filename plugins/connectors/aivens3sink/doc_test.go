package aivens3sink

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
)

var update = flag.Bool("update", false, "write what is printed from code into files")

const page = "../../../docs/connectors/aiven-s3.md"

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
