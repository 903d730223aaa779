package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/configprovider"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/javaerr"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/plugins/providers"
)

// tableProvider answers from a table.
type tableProvider struct {
	data map[string]map[string]*string
	ttl  time.Duration
}

func (p tableProvider) Get(_ context.Context, path string, keys []string) (provider.Data, error) {
	d := provider.Data{Values: map[string]string{}, TTL: p.ttl}
	for _, k := range keys {
		if v := p.data[path][k]; v != nil {
			d.Values[k] = *v
		}
	}
	return d, nil
}

func (c *Case) transformConfig() (any, error) {
	all := map[string]provider.Provider{}
	for name, p := range into[map[string]struct {
		Data map[string]map[string]*string
		TTL  string
	}](c.setting("providers")) {
		table := tableProvider{data: p.Data}
		if p.TTL != "" {
			table.ttl = time.Duration(signed(p.TTL, 64)) * time.Millisecond
		}
		all[name] = table
	}
	in := configInput(c.Input)
	r, err := configprovider.New(all).Transform(context.Background(), in.Props)
	if err != nil {
		return nil, err
	}
	data, ttls := textMap(r.Props), map[string]any{}
	for k := range in.Nulls {
		data[k] = nil
	}
	for path, ttl := range r.TTLs {
		ttls[path] = ttl.Milliseconds()
	}
	return map[string]any{"data": data, "ttls": texted(ttls)}, nil
}

// texted turns numbers into text, as the cases have them.
func texted(numbers map[string]any) map[string]any {
	for k, v := range numbers {
		raw, _ := json.Marshal(v)
		numbers[k] = string(raw)
	}
	return numbers
}

func (c *Case) provide(t *testing.T) (any, error) {
	dir := t.TempDir()
	for name, content := range into[map[string]string](c.setting("files")) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return nil, err
		}
	}
	in := into[struct {
		Path *string
		Keys []string
	}](c.Input)
	data, err := c.get(dir, in.Path, in.Keys)
	return data, c.thrown(err)
}

// thrown is the error as Java has it: bare.
func (c *Case) thrown(err error) error {
	var syntax *regex.SyntaxError
	if errors.As(err, &syntax) {
		return javaObjectError{"java.util.regex.PatternSyntaxException", syntax.Error()}
	}
	return err
}

// javaObjectError is an error of a Java class of its own.
type javaObjectError struct{ class, msg string }

func (e javaObjectError) Error() string     { return e.msg }
func (e javaObjectError) JavaClass() string { return e.class }

func (c *Case) get(dir string, path *string, keys []string) (any, error) {
	p, err := c.newProvider(dir)
	if err == nil {
		at := ""
		if path != nil {
			at = strings.ReplaceAll(*path, "${DIR}", dir)
		}
		var data provider.Data
		if data, err = p.Get(context.Background(), at, keys); err == nil {
			return map[string]any{"data": textMap(data.Values), "ttl": nil}, nil
		}
	}
	if c.Error != nil {
		return nil, err
	}
	msg := strings.ReplaceAll(err.Error(), dir, "${DIR}")
	return map[string]any{"thrown": map[string]any{"class": javaerr.Class(err), "message": msg}}, nil
}

func (c *Case) newProvider(dir string) (provider.Provider, error) {
	params := map[string]string{}
	for _, name := range []string{"allowed.paths", "allowlist.pattern"} {
		if v := into[*string](c.setting(name)); v != nil {
			params[name] = strings.ReplaceAll(*v, "${DIR}", dir)
		}
	}
	if env := c.setting("env"); env != nil {
		var environ []string
		for k, v := range maps.All(into[map[string]string](env)) {
			environ = append(environ, k+"="+v)
		}
		return providers.NewEnvVar(params, environ)
	}
	e, err := pluginset.New(providers.All()...).Find(c.text("class"), pluginset.Provider)
	if err != nil {
		return nil, err
	}
	return e.Plugin.(plugin.Provider).New(params)
}
