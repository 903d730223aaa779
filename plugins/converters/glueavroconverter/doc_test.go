package glueavroconverter

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
	"github.com/millrace/millrace/plugins/converters/avroconverter"
	"github.com/millrace/millrace/plugins/converters/jsonschemaconverter"
	"github.com/millrace/millrace/plugins/converters/protobufconverter"
)

var update = flag.Bool("update", false, "write what is printed from code into files")

const page = "../../../docs/connectors/schema-registry.md"

// TestPage compares the tables in the user's page with the keys.
func TestPage(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	shared := subject.ConfigKeys()
	own := func(p plugin.Converter) []config.Key {
		return slices.DeleteFunc(slices.Clone(p.Config.Keys()), func(k config.Key) bool {
			return slices.ContainsFunc(shared, func(s config.Key) bool { return s.Name == k.Name })
		})
	}
	want := string(raw)
	for _, part := range []struct {
		name string
		keys []config.Key
	}{
		{"the registry", shared},
		{"Avro", own(avroconverter.Plugin)},
		{"Protobuf", own(protobufconverter.Plugin)},
		{"JSON Schema", own(jsonschemaconverter.Plugin)},
		{"Glue", Config.Keys()},
	} {
		begin, rest, found := strings.Cut(want, "<!-- keys of "+part.name+": written by go test ./plugins/converters/glueavroconverter -update -->\n")
		_, rest, ended := strings.Cut(rest, "<!-- end of keys -->\n")
		if !found || !ended {
			t.Fatalf("%s has no place for the keys of %s", page, part.name)
		}
		want = begin + "<!-- keys of " + part.name + ": written by go test ./plugins/converters/glueavroconverter -update -->\n\n" +
			table(config.NewDef(part.keys...)) + "\n<!-- end of keys -->\n" + rest
	}
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

// TestExamples: the page's examples name converters that there are, with keys that
// they know and values that they take.
func TestExamples(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, example := range strings.Split(string(raw), "```properties\n")[1:] {
		example, _, _ = strings.Cut(example, "```")
		for _, role := range []string{"key", "value"} {
			class, props := section(example, role+".converter")
			if class == "" {
				continue
			}
			seen[class] = true
			checkExample(t, class, props)
		}
	}
	if len(seen) != 4 {
		t.Errorf("there are examples of %v", seen)
	}
}

// section returns the class of a converter and its keys.
func section(example, name string) (class string, props map[string]string) {
	props = map[string]string{}
	for line := range strings.Lines(example) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if key == name {
			class = value
		} else if key, ok := strings.CutPrefix(key, name+"."); ok {
			props[key] = value
		}
	}
	return class, props
}

func checkExample(t *testing.T, class string, props map[string]string) {
	t.Helper()
	for _, p := range []plugin.Converter{avroconverter.Plugin, protobufconverter.Plugin, jsonschemaconverter.Plugin, Plugin} {
		if p.Class != class {
			continue
		}
		v, err := p.Config.Parse(props)
		if err != nil {
			t.Errorf("%s: %v", class, err)
			return
		}
		for _, key := range v.Unknown() {
			if !strings.HasPrefix(key, "schema.registry.ssl.") {
				t.Errorf("%s does not know %s", class, key)
			}
		}
		return
	}
	t.Errorf("there is no converter %s", class)
}

func TestKeys(t *testing.T) {
	if groups := strings.Join(Config.Groups(), ","); groups != "Glue Schema Registry,Avro" {
		t.Errorf("groups %s", groups)
	}
	seen := map[string]int{}
	for _, k := range Config.Keys() {
		if k.Order != seen[k.Group] || k.Doc == "" || k.Display == "" {
			t.Errorf("%s: order %d, doc %q, display %q", k.Name, k.Order, k.Doc, k.Display)
		}
		seen[k.Group]++
	}
}
