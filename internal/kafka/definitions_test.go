package kafka

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestDefinitions compares the keys with a table of Kafka 4.3's.
func TestDefinitions(t *testing.T) {
	const path = "testdata/keys.tsv"
	var b strings.Builder
	for _, d := range []struct {
		name string
		def  *config.Def
	}{{"producer", ProducerDef()}, {"consumer", ConsumerDef()}, {"admin", AdminDef()}} {
		for _, k := range d.def.Keys() {
			if k.Doc == "" {
				t.Errorf("%s of %s has no documentation", k.Name, d.name)
			}
			fmt.Fprintln(&b, strings.Join([]string{d.name, k.Name, k.Type.String(), defaultText(k), k.Importance.String(), validText(k)}, "\t"))
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the keys differ from %s:\n%s", path, b.String())
	}
}

func defaultText(k config.Key) string {
	if k.Required {
		return "(required)"
	}
	if text, ok := k.DefaultText(); ok {
		return text
	}
	return "(null)"
}

func validText(k config.Key) string {
	if k.Validator == nil {
		return ""
	}
	return k.Validator.String()
}
