package login

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// maxJaasBytes bounds a JAAS configuration.
const maxJaasBytes = 1 << 20

// jaasModule is the login module of a JAAS configuration.
type jaasModule struct {
	class   string
	options map[string]string
}

// parseJaas reads the value of sasl.jaas.config: CLASS FLAG NAME=VALUE… ; Exactly
// one module is allowed. Errors never show an option's value.
func parseJaas(text string) (jaasModule, error) {
	if len(text) > maxJaasBytes {
		return jaasModule{}, config.Errorf(keyJaas, "The JAAS config is longer than %d bytes", maxJaasBytes)
	}
	s := &jaasScanner{rest: text}
	first := s.next()
	if first.kind == jaasEnd {
		return jaasModule{}, config.Errorf(keyJaas, "Login module not specified in JAAS config")
	}
	m, err := s.module(first)
	if err != nil {
		return jaasModule{}, err
	}
	if s.next().kind != jaasEnd {
		return jaasModule{}, config.Errorf(keyJaas, "JAAS config property contains more than one login module, should be 1 module")
	}
	return m, nil
}

func (s *jaasScanner) module(class jaasToken) (jaasModule, error) {
	m := jaasModule{class: class.text, options: map[string]string{}}
	flag := s.next()
	switch flag.kind {
	case jaasEnd:
		return m, config.Errorf(keyJaas, "Login module control flag not specified in JAAS config")
	case jaasSign:
		return m, config.Errorf(keyJaas, "Login module control flag is not available in the JAAS config")
	}
	switch strings.ToUpper(flag.text) {
	case "REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL":
	default:
		return m, config.Errorf(keyJaas, "Invalid login module control flag '%s' in JAAS config", flag.text)
	}
	for {
		name := s.next()
		switch {
		case name.kind == jaasEnd:
			return m, config.Errorf(keyJaas, "JAAS config entry not terminated by semi-colon")
		case name.isSign(";"):
			return m, nil
		}
		equals, value := s.next(), jaasToken{}
		if equals.isSign("=") {
			value = s.next()
		}
		if value.kind != jaasText {
			return m, config.Errorf(keyJaas, "Value not specified for key '%s' in JAAS config", name.text)
		}
		m.options[name.text] = value.text
	}
}

// jaasKind is the kind of a token.
type jaasKind uint8

const (
	jaasEnd  jaasKind = iota
	jaasSign          // ; or =
	jaasText          // a word or a quoted text
)

type jaasToken struct {
	kind jaasKind
	text string
}

func (t jaasToken) isSign(sign string) bool { return t.kind == jaasSign && t.text == sign }

// jaasScanner cuts a JAAS configuration into tokens as the StreamTokenizer of
// Kafka's JaasConfig does.
type jaasScanner struct{ rest string }

func (s *jaasScanner) next() jaasToken {
	s.skipBlanks()
	if s.rest == "" {
		return jaasToken{}
	}
	switch c := s.rest[0]; c {
	case ';', '=':
		s.rest = s.rest[1:]
		return jaasToken{kind: jaasSign, text: string(c)}
	case '"', '\'':
		return jaasToken{kind: jaasText, text: s.quoted(c)}
	}
	n := strings.IndexFunc(s.rest, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`;="'/`, r) })
	if n < 0 {
		n = len(s.rest)
	}
	word := s.rest[:n]
	s.rest = s.rest[n:]
	return jaasToken{kind: jaasText, text: word}
}

// skipBlanks also skips comments. As in Java a lone slash begins one too.
func (s *jaasScanner) skipBlanks() {
	for {
		s.rest = strings.TrimLeftFunc(s.rest, func(r rune) bool { return r <= ' ' })
		if !strings.HasPrefix(s.rest, "/") {
			return
		}
		end := "\n"
		if strings.HasPrefix(s.rest, "/*") {
			end = "*/"
		}
		_, s.rest, _ = strings.Cut(s.rest[1:], end)
	}
}

// quoted reads a quoted text, which ends at the quote, the line or the input.
func (s *jaasScanner) quoted(quote byte) string {
	var b strings.Builder
	i := 1
	for i < len(s.rest) && s.rest[i] != quote && s.rest[i] != '\n' && s.rest[i] != '\r' {
		if s.rest[i] != '\\' || i+1 == len(s.rest) {
			b.WriteByte(s.rest[i])
			i++
			continue
		}
		char, length := unescape(s.rest[i+1:])
		b.WriteByte(char)
		i += 1 + length
	}
	if i < len(s.rest) && s.rest[i] == quote {
		i++
	}
	s.rest = s.rest[min(i, len(s.rest)):]
	return b.String()
}

// unescape reads what follows a backslash: an octal number or one character. It
// returns the byte and how many bytes it took.
func unescape(s string) (char byte, length int) {
	if s[0] >= '0' && s[0] <= '7' {
		longest := 2
		if s[0] <= '3' {
			longest = 3
		}
		for length < longest && length < len(s) && s[length] >= '0' && s[length] <= '7' {
			char = char*8 + s[length] - '0'
			length++
		}
		return char, length
	}
	if i := strings.IndexByte("abfnrtv", s[0]); i >= 0 {
		return "\a\b\f\n\r\t\v"[i], 1
	}
	return s[0], 1
}
