package providers

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
)

func create(t *testing.T, name string, params map[string]string) (provider.Provider, error) {
	t.Helper()
	for _, p := range All() {
		if strings.HasSuffix(p.Describe().Class, "."+name) {
			return p.(plugin.Provider).New(params)
		}
	}
	t.Fatalf("no provider %s", name)
	return nil, nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFilesAndDirectories(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "in/a.properties"), "k=v\nl = \\u00e9\n")
	write(t, filepath.Join(dir, "in/.hidden"), "h\n")
	write(t, filepath.Join(dir, "in/sub/x"), "x")
	write(t, filepath.Join(dir, "out/secret"), "s=1")
	if err := os.Symlink(filepath.Join(dir, "out/secret"), filepath.Join(dir, "in/link")); err != nil {
		t.Skip("no symbolic links here")
	}
	for _, tt := range []struct {
		provider, allowed, path string
		keys                    []string
		want                    map[string]string
		err                     string
	}{
		{"FileConfigProvider", "", "in/a.properties", nil, map[string]string{"k": "v", "l": "é"}, ""},
		{"FileConfigProvider", "", "in/a.properties", []string{"k", "z"}, map[string]string{"k": "v"}, ""},
		{"FileConfigProvider", "in", "in/sub/../a.properties", []string{"k"}, map[string]string{"k": "v"}, ""},
		{"FileConfigProvider", "in", "in/../out/secret", nil, nil, ""},
		{"FileConfigProvider", "in", "in/link", nil, nil, ""},
		{"FileConfigProvider", "", "in/link", nil, map[string]string{"s": "1"}, ""},
		{"FileConfigProvider", "", "in/none", nil, nil, "Could not read properties from file DIR/in/none"},
		{"FileConfigProvider", "none", "in", nil, nil, "Path DIR/none does not exist"},
		{"DirectoryConfigProvider", "", "in", []string{".hidden", "sub"}, map[string]string{".hidden": "h\n"}, ""},
		{"DirectoryConfigProvider", "out", "in", nil, nil, ""},
		{"DirectoryConfigProvider", "", "none", nil, nil, ""},
		{"DirectoryConfigProvider", "in", "in", []string{"link"}, nil, "Could not read file link of directory DIR/in"},
	} {
		params := map[string]string{}
		if tt.allowed != "" {
			params[allowedPathsKey] = filepath.Join(dir, tt.allowed)
		}
		var got provider.Data
		p, err := create(t, tt.provider, params)
		if err == nil {
			got, err = p.Get(context.Background(), dir+"/"+tt.path, tt.keys)
		}
		text := ""
		if err != nil {
			text = strings.ReplaceAll(err.Error(), dir, "DIR")
		}
		if text != tt.err || !maps.Equal(got.Values, tt.want) {
			t.Errorf("%s %s %s: %v, %q, want %v, %q", tt.provider, tt.allowed, tt.path, got.Values, text, tt.want, tt.err)
		}
	}
}

func TestBounds(t *testing.T) {
	dir := t.TempDir()
	large, binary := filepath.Join(dir, "large"), filepath.Join(dir, "binary")
	write(t, binary, "\xff\xfe")
	write(t, large, "")
	if err := os.Truncate(large, maxFile+1); err != nil {
		t.Fatal(err)
	}
	file, _ := create(t, "FileConfigProvider", nil)
	directory, _ := create(t, "DirectoryConfigProvider", nil)
	if _, err := file.Get(context.Background(), large, nil); err == nil {
		t.Error("a file without bounds was read")
	}
	for _, key := range []string{"large", "binary"} {
		if _, err := directory.Get(context.Background(), dir, []string{key}); err == nil {
			t.Errorf("%s was read", key)
		}
	}
}

func TestEnvVar(t *testing.T) {
	environ := []string{"DB_USER=u", "DB_PASS=p=1", "EMPTY=", "lower=l"}
	for _, tt := range []struct {
		pattern string
		keys    []string
		want    map[string]string
	}{
		{".*", nil, map[string]string{"DB_USER": "u", "DB_PASS": "p=1", "EMPTY": "", "lower": "l"}},
		{"DB_.*", []string{"DB_PASS", "lower"}, map[string]string{"DB_PASS": "p=1"}},
		{"DB_", nil, nil},
	} {
		p, err := NewEnvVar(map[string]string{allowlistKey: tt.pattern}, environ)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Get(context.Background(), "", tt.keys); err != nil || !maps.Equal(got.Values, tt.want) {
			t.Errorf("%s %v: %v, %v", tt.pattern, tt.keys, got.Values, err)
		}
	}
	p, _ := NewEnvVar(nil, environ)
	const want = "Path is not supported for EnvVarConfigProvider, invalid value 'p'"
	if _, err := p.Get(context.Background(), "p", nil); err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
	if _, err := NewEnvVar(map[string]string{allowlistKey: "["}, nil); err == nil {
		t.Error("a wrong pattern was accepted")
	}
}
