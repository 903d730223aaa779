package configprovider

import "strings"

// reference is ${provider:path:key} or ${provider:key} within a text.
type reference struct {
	start, end          int
	provider, path, key string
}

// references returns those in text, in order. There is no escape and no nesting:
// the first closing brace ends a reference.
func references(text string) []reference {
	var found []reference
	for at := 0; ; {
		i := strings.Index(text[at:], "${")
		if i < 0 {
			return found
		}
		start := at + i
		length := strings.IndexByte(text[start:], '}')
		if length < 0 {
			return found
		}
		provider, rest, ok := strings.Cut(text[start+2:start+length], ":")
		if !ok {
			at = start + 2
			continue
		}
		path, key, ok := strings.Cut(rest, ":")
		if !ok {
			path, key = "", rest
		}
		at = start + length + 1
		found = append(found, reference{start, at, provider, path, key})
	}
}
