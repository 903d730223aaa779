package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	mit = "MIT License\n\nPermission is hereby granted, free of charge, to any\nperson obtaining a copy of this software"
	bsd = "Redistribution and use in source and binary forms, with or without\n\tmodification, are permitted provided"
	mpl = "Mozilla Public License Version 2.0 … or the GNU General Public License, Version 2.0"
)

func TestVerdict(t *testing.T) {
	tests := []struct {
		name     string
		licences []string
		want     string
		allowed  bool
	}{
		{"mit", []string{mit}, "MIT", true},
		{"two in one file", []string{bsd + "\n" + mit}, "MIT, BSD", true},
		{"two files", []string{bsd, "Apache License\n Version 2.0, January 2004"}, "Apache-2.0, BSD", true},
		{"copyleft", []string{"GNU GENERAL PUBLIC LICENSE\nVersion 3"}, "GPL", false},
		{"copyleft beside permissive", []string{mit, "the GNU Affero General Public License"}, "AGPL", false},
		{"permissive, but", []string{"Apache License Version 2.0 with Commons Clause"}, "Commons Clause", false},
		{"weak copyleft", []string{mpl}, "MPL-2.0", false},
		{"unknown", []string{"do as I say"}, "unknown", false},
		{"none", nil, "none", false},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			m := module{path: "example.org/m", licences: c.licences}
			v := m.verdict()
			if v.String() != c.want || (v.refused == "") != c.allowed {
				t.Errorf("verdict is %q (refused: %q), want %q, allowed %v", v, v.refused, c.want, c.allowed)
			}
		})
	}
}

func TestReviewed(t *testing.T) {
	const text = "# a comment\nexample.org/m = only its client, unchanged\nexample.org/n = \n"
	for path, want := range map[string]bool{"example.org/m": true, "example.org/n": false, "example.org": false} {
		if got := reviewed(text, path); got != want {
			t.Errorf("reviewed(%s) = %v, want %v", path, got, want)
		}
	}
}

func TestReadModules(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"LICENSE.txt": mit, "NOTICE": "made by m", "README": "read me"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	modules, err := readModules(map[string]string{"example.org/m\tv1.2.3": dir})
	if err != nil {
		t.Fatal(err)
	}
	m := modules[0]
	if m.path != "example.org/m" || m.version != "v1.2.3" || len(m.licences) != 1 || len(m.notices) != 1 {
		t.Errorf("read %+v", m)
	}
}

// TestBinary holds what is compiled in to the rule.
func TestBinary(t *testing.T) {
	modules, err := listModules()
	if err != nil {
		t.Fatal(err)
	}
	if len(modules) == 0 {
		t.Fatal("no module was found")
	}
	for _, m := range modules {
		if v := m.verdict(); v.refused != "" {
			t.Errorf("%s %s: %s: %s", m.path, m.version, v, v.refused)
		}
	}
}

func TestPrintVerdicts(t *testing.T) {
	good := module{path: "m/good", version: "v1.0.0", licences: []string{mit}}
	bad := module{path: "m/bad", version: "v2.0.0"}
	var out strings.Builder
	if err := printVerdicts(&out, []module{good}, false); err != nil || out.String() != "licences: 1 modules are permissive\n" {
		t.Errorf("said %q, %v", out.String(), err)
	}
	out.Reset()
	err := printVerdicts(&out, []module{good, bad}, true)
	if want := "m/good v1.0.0: MIT\nm/bad v2.0.0: none: there is no licence at the module's root\n"; err == nil || out.String() != want {
		t.Errorf("said %q, %v; want %q and an error", out.String(), err, want)
	}
}
