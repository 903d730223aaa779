package connecttest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
)

// BadSetting is a change to a configuration that makes it wrong.
type BadSetting struct {
	Key     string
	Value   string
	Missing bool // the key is taken away
}

// String describes the change.
func (b BadSetting) String() string {
	if b.Missing {
		return "without " + b.Key
	}
	return b.Key + "=" + b.Value
}

// in returns props with the change.
func (b BadSetting) in(props map[string]string) map[string]string {
	changed := clone(props)
	if b.Missing {
		delete(changed, b.Key)
	} else {
		changed[b.Key] = b.Value
	}
	return changed
}

func clone(props map[string]string) map[string]string {
	c := make(map[string]string, len(props))
	for k, v := range props {
		c[k] = v
	}
	return c
}

// implied returns the bad settings that follow from the declaration alone.
func implied(def *config.Def) []BadSetting {
	var bad []BadSetting
	for _, k := range def.Keys() {
		if k.Required {
			bad = append(bad, BadSetting{Key: k.Name, Missing: true})
		}
		switch k.Type {
		case config.Boolean, config.Int, config.Short, config.Long, config.Double:
			bad = append(bad, BadSetting{Key: k.Name, Value: "neither number nor boolean"})
		}
	}
	return bad
}

// checkInfo checks what a plugin says of itself. converter.type is the host's.
func checkInfo(t testing.TB, info plugin.Info, props map[string]string) {
	t.Helper()
	if info.Class == "" || strings.ContainsAny(info.Class, " \t\n/") {
		t.Errorf("class %q cannot be named in a configuration", info.Class)
	}
	defaults := info.Config.Validate(nil)
	for _, k := range info.Config.Keys() {
		checkKey(t, info.Config, &k)
		if errs := defaults.Value(k.Name).Errors; !k.Required && len(errs) > 0 {
			t.Errorf("key %s: the default is refused: %s", k.Name, strings.Join(errs, "; "))
		}
	}
	for _, v := range info.Config.Validate(props).Values {
		if len(v.Errors) > 0 && v.Name != "converter.type" {
			t.Errorf("the configuration of the suite is refused: %s: %s", v.Name, strings.Join(v.Errors, "; "))
		}
	}
}

func checkKey(t testing.TB, def *config.Def, k *config.Key) {
	t.Helper()
	if k.Name == "" || strings.ContainsAny(k.Name, " \t\n=") {
		t.Errorf("key %q cannot be set in a configuration", k.Name)
	}
	if strings.TrimSpace(k.Doc) == "" && !k.Internal {
		t.Errorf("key %s has no Doc: say what it means", k.Name)
	}
	if k.Required && k.Default != nil {
		t.Errorf("key %s is required, so its default has no effect", k.Name)
	}
	for _, d := range k.Dependents {
		if _, ok := def.Key(d); !ok {
			t.Errorf("key %s: its dependent %s is not defined", k.Name, d)
		}
	}
}

// checkRefused checks that start refuses each bad setting with an error that names
// the key.
func checkRefused(t testing.TB, props map[string]string, bad []BadSetting, start func(props map[string]string) error) {
	t.Helper()
	for _, b := range bad {
		err := start(b.in(props))
		switch {
		case err == nil:
			t.Errorf("%s is not refused", b)
		case !names(err, b.Key):
			t.Errorf("%s: the error does not name the key: %s", b, whole(err))
		}
	}
}

func names(err error, key string) bool {
	var e *config.Error
	if errors.As(err, &e) && e.Key == key {
		return true
	}
	return slices.ContainsFunc(texts(err), func(text string) bool { return strings.Contains(text, key) })
}
