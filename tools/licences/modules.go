package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// module is a module that is compiled in, with what lies at its root.
type module struct {
	path, version     string
	licences, notices []string
}

// listModules returns the modules of the binary, of all systems it is built for,
// sorted by path; not this module itself.
func listModules() ([]module, error) {
	dirs := map[string]string{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		const format = "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}"
		const main = "github.com/millrace/millrace/cmd/millrace"
		c := exec.Command("go", "list", "-deps", "-pgo=off", "-f", format, main)
		c.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := output(c)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(out) {
			if name, dir, ok := cutLast(strings.TrimSpace(line), "\t"); ok {
				dirs[name] = dir
			}
		}
	}
	return readModules(dirs)
}

func output(c *exec.Cmd) (string, error) {
	var errText bytes.Buffer
	c.Stderr = &errText
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(c.Args[:2], " "), err, strings.TrimSpace(errText.String()))
	}
	return string(out), err
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// readModules takes a directory for each "path\tversion".
func readModules(dirs map[string]string) ([]module, error) {
	var modules []module
	for name, dir := range dirs {
		m := module{}
		m.path, m.version, _ = strings.Cut(name, "\t")
		if err := m.read(dir); err != nil {
			return nil, err
		}
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return modules, nil
}

// read takes the texts from the module's root.
func (m *module) read(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read module %s: %w", m.path, err)
	}
	for _, e := range entries {
		list := m.listFor(strings.ToLower(e.Name()))
		if list == nil || e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return fmt.Errorf("read module %s: %w", m.path, err)
		}
		*list = append(*list, string(text))
	}
	return nil
}

func (m *module) listFor(file string) *[]string {
	for _, prefix := range []string{"license", "licence", "copying", "unlicense"} {
		if strings.HasPrefix(file, prefix) {
			return &m.licences
		}
	}
	if strings.HasPrefix(file, "notice") {
		return &m.notices
	}
	return nil
}

// standardLibrary is Go's own, which is in every binary.
func standardLibrary() (module, error) {
	out, err := output(exec.Command("go", "env", "GOROOT", "GOVERSION"))
	if err != nil {
		return module{}, err
	}
	root, version, _ := strings.Cut(strings.TrimSpace(out), "\n")
	m := module{path: "Go standard library", version: version}
	if err := m.read(root); err != nil {
		return m, err
	}
	if len(m.licences) == 0 {
		return m, fmt.Errorf("read the licence of Go: there is none in %s", root)
	}
	return m, nil
}
