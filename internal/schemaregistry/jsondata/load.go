package jsondata

import (
	"slices"

	"github.com/millrace/millrace/internal/java/hashorder"
	"github.com/millrace/millrace/internal/jsontext"
)

// Keywords that say something about one type of values.
var (
	arrayWords       = words("items", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains", "prefixItems")
	objectWords      = words("properties", "required", "minProperties", "maxProperties", "dependencies", "patternProperties", "additionalProperties", "propertyNames")
	numberWords      = words("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
	stringWords      = words("minLength", "maxLength", "pattern", "format")
	conditionalWords = words("if", "then", "else")
	annotations      = words("$ref", "$id", "id", "$schema", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated")
)

func words(list ...string) []string { return list }

// load reads what a schema says.
func (d *document) load(raw *jsontext.Node) *node {
	switch raw.Kind {
	case jsontext.True:
		return &node{raw: raw, at: d}
	case jsontext.False:
		return &node{kind: neverKind, raw: raw, at: d}
	}
	l := loader{document: d, raw: raw}
	said := l.extract()
	switch len(said) {
	case 0:
		return &node{raw: raw, at: d, common: true}
	case 1:
		said[0].common = true
		return said[0]
	}
	n := &node{kind: combinedKind, raw: raw, at: d, common: true, criterion: allOf}
	for _, s := range said {
		n.parts = append(n.parts, part{own: s})
	}
	return n
}

// loader reads one schema.
type loader struct {
	*document
	raw  *jsontext.Node
	used []string // keywords that belong to a type that was named
}

func (l *loader) has(name string) bool { return l.raw.Get(name) != nil }

func (l *loader) plain(k kind) *node { return &node{kind: k, raw: l.raw, at: l.document} }

// extract returns what the schema says, in the order of the Java loader.
func (l *loader) extract() (said []*node) {
	if ref := l.raw.Get("$ref"); ref != nil {
		said = append(said, l.plain(referenceKind))
		if !l.modern || l.onlyAnnotations() {
			return said
		}
	}
	if e := l.raw.Get("enum"); e != nil && e.Kind == jsontext.List {
		said = append(said, l.plain(enumKind))
	}
	said = append(said, l.combined()...)
	if l.has("not") {
		said = append(said, l.plain(notKind))
	}
	if l.has("const") {
		said = append(said, l.plain(constKind))
	}
	if t := l.raw.Get("type"); t != nil {
		said = append(said, l.typed(t))
	}
	return append(said, l.sniffed()...)
}

// onlyAnnotations tells whether nothing beside a reference says anything about values.
func (l *loader) onlyAnnotations() bool {
	known := slices.Concat(arrayWords, objectWords, numberWords, stringWords, conditionalWords, words("type", "enum", "const", "not", "allOf", "anyOf", "oneOf"))
	for _, m := range l.raw.Members {
		if !slices.Contains(annotations, m.Name) && slices.Contains(known, m.Name) {
			return false
		}
	}
	return true
}

// combined returns a schema for each of allOf, anyOf and oneOf.
func (l *loader) combined() (said []*node) {
	var present []string
	for _, c := range []criterion{allOf, anyOf, oneOf} {
		if raw := l.raw.Get(string(c)); raw != nil && raw.Kind == jsontext.List {
			present = append(present, string(c))
		}
	}
	for _, name := range arranged(present, hashorder.Default(present)) {
		n := l.plain(combinedKind)
		n.criterion = criterion(name)
		for _, m := range l.raw.Get(name).Members {
			n.parts = append(n.parts, part{raw: m.Node})
		}
		said = append(said, n)
	}
	return said
}

// typed returns the schema of a type, or the union of several.
func (l *loader) typed(t *jsontext.Node) *node {
	if t.Kind != jsontext.List {
		return l.ofType(t.Str)
	}
	n := l.plain(combinedKind)
	n.criterion = anyOf
	for _, m := range t.Members {
		n.parts = append(n.parts, part{own: l.ofType(m.Str)})
	}
	return n
}

func (l *loader) ofType(name string) *node {
	switch name {
	case "string":
		l.used = append(l.used, stringWords...)
		return l.plain(stringKind)
	case "integer":
		l.used = append(l.used, numberWords...)
		return l.plain(integerKind)
	case "number":
		l.used = append(l.used, numberWords...)
		return l.plain(numberKind)
	case "boolean":
		return l.plain(booleanKind)
	case "null":
		return l.plain(nullKind)
	case "array":
		l.used = append(l.used, arrayWords...)
		return l.plain(arrayKind)
	case "object":
		l.used = append(l.used, objectWords...)
		return l.plain(objectKind)
	}
	l.fail("unknown type: [%s]", name)
	return l.plain(neverKind)
}

// sniffed returns what keywords say whose type is not named.
func (l *loader) sniffed() (said []*node) {
	for _, s := range []struct {
		words []string
		kind  kind
	}{{arrayWords, arrayKind}, {objectWords, objectKind}, {numberWords, numberKind}, {stringWords, stringKind}, {conditionalWords, conditionalKind}} {
		if slices.ContainsFunc(s.words, func(w string) bool { return l.has(w) && !slices.Contains(l.used, w) }) {
			said = append(said, l.plain(s.kind))
		}
	}
	return said
}
