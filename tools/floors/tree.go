package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// pkg is a package of this module.
type pkg struct {
	path    string // without the module's path
	dir     string
	imports []string // without those of tests; of this module: without its path
	files   []string // all Go files, also those of tests and other systems
}

// listing is what go list tells of a package.
type listing struct {
	Dir, ImportPath                                    string
	Imports                                            []string
	GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
}

// listTree returns the root of the module around dir, and its packages.
func listTree(dir string) (root string, tree []pkg, err error) {
	out, err := goTool(dir, "list", "-m", "-f", "{{.Path}}\n{{.Dir}}")
	if err != nil {
		return "", nil, err
	}
	module, root, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	fields := "-json=Dir,ImportPath,Imports,GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles"
	if out, err = goTool(root, "list", "-e", "-pgo=off", "-tags", "integration", fields, "./..."); err != nil {
		return "", nil, err
	}
	tree, err = decodeTree(module, out)
	return root, tree, err
}

func goTool(dir string, args ...string) ([]byte, error) {
	var errText bytes.Buffer
	c := exec.Command("go", args...)
	c.Dir, c.Stderr = dir, &errText
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("go %s: %w: %s", args[0], err, strings.TrimSpace(errText.String()))
	}
	return out, err
}

func decodeTree(module string, raw []byte) (tree []pkg, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	for {
		var l listing
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return tree, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the answer of go list: %w", err)
		}
		p := pkg{path: local(module, l.ImportPath), dir: l.Dir}
		for _, i := range l.Imports {
			p.imports = append(p.imports, local(module, i))
		}
		for _, f := range slices.Concat(l.GoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles) {
			p.files = append(p.files, filepath.Join(l.Dir, f))
		}
		tree = append(tree, p)
	}
}

func local(module, path string) string {
	if path == module {
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	return strings.TrimPrefix(path, module+"/")
}
