package protodata

import (
	"net/url"
	"strings"
)

// splitName splits a full name into package and name.
func (s *Settings) splitName(full string) (pkg, name string) {
	parts := strings.Split(strings.TrimRight(full, "."), ".")
	for i := range parts {
		parts[i] = s.scrub(parts[i])
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], "."), parts[last]
}

// unqualified returns a name without its package.
func (s *Settings) unqualified(full string) string {
	return s.scrub(full[strings.LastIndexByte(full, '.')+1:])
}

// scrub replaces what Protobuf does not allow in names, if that is wanted.
func (s *Settings) scrub(name string) string {
	if !s.ScrubNames || name == "" || plain(name) {
		return name
	}
	encoded := []byte(urlEncode(name))
	if encoded[0] >= '0' && encoded[0] <= '9' || encoded[0] == '_' {
		encoded = append([]byte("x"), encoded...)
	}
	for i, c := range encoded {
		if !wordByte(c) {
			encoded[i] = '_'
		}
	}
	return string(encoded)
}

func plain(name string) bool {
	for i := range len(name) {
		if !wordByte(name[i]) {
			return false
		}
	}
	return name[0] != '_' && (name[0] < '0' || name[0] > '9')
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// urlEncode encodes as java.net.URLEncoder; what the two do differently becomes an
// underscore later, but an asterisk stays one character and a tilde does not.
func urlEncode(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(name), "%2A", "*"), "~", "%7E")
}

// entryName returns the name of the message for the entries of a map.
func entryName(name string) string {
	if strings.Contains(name, "_") {
		var camel strings.Builder
		for word := range strings.SplitSeq(name, "_") {
			if word != "" {
				camel.WriteString(asciiUpper(word[:1]) + asciiLower(word[1:]))
			}
		}
		name = camel.String()
	}
	return name + entrySuffix
}

// mapName reverses entryName, as far as that is possible. The name may have a
// package.
func mapName(full string) string {
	dot := strings.LastIndexByte(full, '.') + 1
	last, ok := strings.CutSuffix(full[dot:], entrySuffix)
	if !ok {
		return full
	}
	var words strings.Builder
	for i := range len(last) {
		if c := last[i]; i > 0 && c >= 'A' && c <= 'Z' {
			words.WriteByte('_')
		}
		words.WriteByte(last[i])
	}
	return full[:dot] + asciiLower(words.String())
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r + 'A' - 'a'
		}
		return r
	}, s)
}
