// Package connectorconfigtest compares what is written for users about the configuration
// of plugins with the keys that they have.
//
// Floor 2. Connect: tests of org.apache.kafka.common.config.ConfigDef.
package connectorconfigtest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
)

// Table is a table of keys in a page. It stands between two comments:
//
//	<!-- keys of NAME: written by go test PACKAGE -update -->
//	<!-- end of keys -->
//
// The only one of a page needs no name: its comment begins with "keys:".
type Table struct {
	Name string
	Keys []config.Key
}

const end = "<!-- end of keys -->\n"

// Page fails the test when a table in the file is not that of the keys; with update it
// writes the tables there instead.
func Page(t testing.TB, file string, update bool, tables ...Table) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := string(raw)
	for _, table := range tables {
		want = table.within(t, want)
	}
	if update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Errorf("%s is not up to date: run this test with -update", file)
	}
}

// within returns the page with the table as it shall be.
func (k Table) within(t testing.TB, page string) string {
	t.Helper()
	mark := "<!-- keys: written by "
	if k.Name != "" {
		mark = "<!-- keys of " + k.Name + ": written by "
	}
	before, rest, begun := strings.Cut(page, mark)
	who, rest, told := strings.Cut(rest, " -->\n")
	_, after, ended := strings.Cut(rest, end)
	if !begun || !told || !ended {
		t.Fatalf("the page has no place for the keys: %s", mark)
	}
	return before + mark + who + " -->\n\n" + k.text() + "\n" + end + after
}

func (k Table) text() string {
	var b strings.Builder
	b.WriteString("| key | default | meaning |\n|---|---|---|\n")
	for _, key := range k.Keys {
		text, ok := key.DefaultText()
		switch {
		case key.Required:
			text = "*required*"
		case !ok:
			text = "none"
		case text != "":
			text = "`" + text + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", key.Name, text, strings.ReplaceAll(key.Doc, "|", `\|`))
	}
	return b.String()
}

// Groups fails the test when the keys are not in these groups, joined by commas, are not
// numbered in each, or lack documentation or a name for people.
func Groups(t testing.TB, def *config.Def, want string) {
	t.Helper()
	if got := strings.Join(def.Groups(), ","); got != want {
		t.Errorf("groups %s, want %s", got, want)
	}
	seen := map[string]int{}
	for _, k := range def.Keys() {
		if k.Order != seen[k.Group] || k.Doc == "" || k.Display == "" {
			t.Errorf("%s: order %d, doc %q, display %q", k.Name, k.Order, k.Doc, k.Display)
		}
		seen[k.Group]++
	}
}
