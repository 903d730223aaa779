package glueavroconverter

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/connectorconfig/connectorconfigtest"
	"github.com/millrace/millrace/internal/schemaregistry/subject"
	"github.com/millrace/millrace/plugins/converters/avroconverter"
	"github.com/millrace/millrace/plugins/converters/jsonschemaconverter"
	"github.com/millrace/millrace/plugins/converters/protobufconverter"
)

var update = flag.Bool("update", false, "write what is printed from code into files")

const page = "../../../docs/connectors/schema-registry.md"

// TestPage compares the tables in the user's page with the keys.
func TestPage(t *testing.T) {
	shared := subject.ConfigKeys()
	own := func(p plugin.Converter) []config.Key {
		return slices.DeleteFunc(slices.Clone(p.Config.Keys()), func(k config.Key) bool {
			return slices.ContainsFunc(shared, func(s config.Key) bool { return s.Name == k.Name })
		})
	}
	connectorconfigtest.Page(t, page, *update,
		connectorconfigtest.Table{Name: "the registry", Keys: shared},
		connectorconfigtest.Table{Name: "Avro", Keys: own(avroconverter.Plugin)},
		connectorconfigtest.Table{Name: "Protobuf", Keys: own(protobufconverter.Plugin)},
		connectorconfigtest.Table{Name: "JSON Schema", Keys: own(jsonschemaconverter.Plugin)},
		connectorconfigtest.Table{Name: "Glue", Keys: Config.Keys()})
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
	connectorconfigtest.Groups(t, Config, "Glue Schema Registry,Avro")
}
