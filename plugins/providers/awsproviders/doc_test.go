package awsproviders

import (
	"os"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/configprovider"
)

// TestPage: the user's page has every class and parameter, and what it shows works.
func TestPage(t *testing.T) {
	environment(t)
	raw, err := os.ReadFile("../../../docs/secrets.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	for _, p := range All() {
		info := p.Describe()
		if !strings.Contains(page, "`"+info.Class+"`") {
			t.Errorf("the page does not have %s", info.Class)
		}
		for _, k := range info.Config.Keys() {
			if !strings.Contains(page, "`"+k.Name+"`") {
				t.Errorf("the page does not have %s of %s", k.Name, info.Class)
			}
		}
	}
	found := 0
	for block := range strings.SplitSeq(page, "\n\n") {
		props := map[string]string{}
		for line := range strings.Lines(block) {
			if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && strings.HasPrefix(line, "    config.providers") {
				props[key] = value
			}
		}
		if len(props) == 0 {
			continue
		}
		found++
		transformer, err := configprovider.Open(props, func(class string) (plugin.Provider, error) {
			p := find(t, class)
			for key := range props {
				if name, ok := strings.CutPrefix(key, "config.providers."+props["config.providers"]+".param."); ok && !has(p, name) {
					t.Errorf("%s has no parameter %s", class, name)
				}
			}
			return p, nil
		})
		if err != nil {
			t.Errorf("%v: %v", props, err)
			continue
		}
		if err := transformer.Close(); err != nil {
			t.Error(err)
		}
	}
	if found != len(All()) {
		t.Errorf("%d examples, want one for each provider", found)
	}
}

func has(p plugin.Provider, name string) bool {
	_, ok := p.Config.Key(name)
	return ok
}
