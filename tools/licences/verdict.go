package main

import (
	_ "embed"
	"slices"
	"strings"
)

// verdict is what is thought of a module's licences.
type verdict struct {
	names   []string
	refused string // why it may not be compiled in; "" when it may
}

func (v verdict) String() string { return strings.Join(v.names, ", ") }

// phrase is a piece of text by which a licence is known.
type phrase struct{ name, text string }

func permissive() []phrase {
	return []phrase{
		{"Apache-2.0", "apache license version 2.0"},
		{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
		{"BSD", "redistribution and use in source and binary forms, with or without modification, are permitted"},
		{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose"},
		{"ISC", "permission to use, copy, modify, and distribute this software for any purpose"},
		{"Unlicense", "this is free and unencumbered software released into the public domain"},
	}
}

// weakCopyleft are licences that allow it as long as the module itself is not
// changed: somebody looks, and notes it in reviewed.txt.
func weakCopyleft() []phrase {
	return []phrase{
		{"MPL-2.0", "mozilla public license version 2.0"},
		{"MPL-2.0", "mozilla public license, version 2.0"},
		{"EPL-2.0", "eclipse public license - v 2.0"},
	}
}

// restricting are texts that must not appear at all.
func restricting() []phrase {
	return []phrase{
		{"AGPL", "gnu affero general public license"},
		{"LGPL", "gnu lesser general public license"},
		{"GPL", "gnu general public license"},
		{"SSPL", "server side public license"},
		{"BUSL", "business source license"},
		{"Elastic", "elastic license"},
		{"Commons Clause", "commons clause"},
		{"non-commercial", "noncommercial"},
		{"non-commercial", "non-commercial"},
	}
}

func (m *module) verdict() verdict {
	if len(m.licences) == 0 {
		return verdict{[]string{"none"}, "there is no licence at the module's root"}
	}
	text := plain(strings.Join(m.licences, "\n"))
	// First: they name the GNU licences as ones that may be added.
	if weak := found(weakCopyleft(), text); len(weak) > 0 {
		if reviewed(reviewedText, m.path) {
			return verdict{weak, ""}
		}
		return verdict{weak, "somebody must look at how it is used"}
	}
	if bad := found(restricting(), text); len(bad) > 0 {
		return verdict{bad, "it restricts what may be done with the binary"}
	}
	good := found(permissive(), text)
	if len(good) == 0 {
		return verdict{[]string{"unknown"}, "its licence is none of those that are known"}
	}
	return verdict{good, ""}
}

// plain returns a text in lower case, with single spaces.
func plain(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

func found(phrases []phrase, text string) (names []string) {
	for _, p := range phrases {
		if strings.Contains(text, p.text) && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

//go:embed reviewed.txt
var reviewedText string

// reviewed tells whether a line "MODULE = REASON" names the module.
func reviewed(text, path string) bool {
	for line := range strings.Lines(text) {
		name, reason, ok := strings.Cut(line, " = ")
		if ok && name == path && strings.TrimSpace(reason) != "" {
			return true
		}
	}
	return false
}
