package basicauth

import (
	"errors"
	"fmt"
	"strings"
)

// module is a login module within an entry.
type module struct {
	class   string
	options map[string]string
}

// parseEntry returns the modules of an entry of a JAAS file:
//
//	NAME { CLASS FLAG KEY=VALUE… ; … };
//
// The whole file must be well-formed. Errors never show the value of an option.
func parseEntry(text, name string) ([]module, error) {
	s := &scanner{rest: text}
	var found []module
	for t := s.next(); t.kind != end; t = s.next() {
		if t.kind != word {
			return nil, unexpected(t, "the name of an entry")
		}
		modules, err := s.entry()
		if err != nil {
			return nil, err
		}
		if t.text == name && found == nil {
			found = modules
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no entry %s", name)
	}
	return found, nil
}

// entry reads what follows the name of an entry.
func (s *scanner) entry() (modules []module, err error) {
	if t := s.next(); t.text != "{" || t.kind != sign {
		return nil, unexpected(t, "{")
	}
	for t := s.next(); t.kind != sign || t.text != "}"; t = s.next() {
		if t.kind != word {
			return nil, unexpected(t, "a login module")
		}
		m, err := s.module(t.text)
		if err != nil {
			return nil, err
		}
		modules = append(modules, m)
	}
	if t := s.next(); t.text != ";" || t.kind != sign {
		return nil, unexpected(t, ";")
	}
	return modules, nil
}

// module reads what follows the class of a module.
func (s *scanner) module(class string) (module, error) {
	m := module{class, map[string]string{}}
	switch flag := s.next(); strings.ToUpper(flag.text) {
	case "REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL":
	default:
		return m, unexpected(flag, "required, requisite, sufficient or optional")
	}
	for key := s.next(); key.kind != sign || key.text != ";"; key = s.next() {
		if key.kind != word {
			return m, unexpected(key, "an option or ;")
		}
		if equals := s.next(); equals.text != "=" || equals.kind != sign {
			return m, unexpected(equals, "=")
		}
		value := s.next()
		if value.kind != word {
			return m, unexpected(value, "the value of the option "+key.text)
		}
		m.options[key.text] = value.text
	}
	return m, nil
}

type kind uint8

const (
	end  kind = iota
	sign      // one of { } ; =
	word      // a word or a quoted text
)

type token struct {
	kind kind
	text string
}

// scanner cuts the text of a JAAS file into tokens.
type scanner struct{ rest string }

func unexpected(t token, want string) error {
	switch t.kind {
	case end:
		return errors.New("the file ends where there should be " + want)
	case sign:
		return fmt.Errorf("there is a %s where there should be %s", t.text, want)
	}
	return errors.New("there is a text where there should be " + want)
}

func (s *scanner) next() token {
	s.skipBlanks()
	if s.rest == "" {
		return token{}
	}
	switch c := s.rest[0]; c {
	case '{', '}', ';', '=':
		s.rest = s.rest[1:]
		return token{sign, string(c)}
	case '"', '\'':
		return token{word, s.quoted(c)}
	}
	n := strings.IndexFunc(s.rest, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`{};="'/`, r) })
	if n < 0 {
		n = len(s.rest)
	}
	text := s.rest[:n]
	s.rest = s.rest[n:]
	return token{word, text}
}

// skipBlanks also skips comments. As in Java a lone slash begins one too.
func (s *scanner) skipBlanks() {
	for {
		s.rest = strings.TrimLeftFunc(s.rest, func(r rune) bool { return r <= ' ' })
		if !strings.HasPrefix(s.rest, "/") {
			return
		}
		until := "\n"
		if strings.HasPrefix(s.rest, "/*") {
			until = "*/"
			s.rest = s.rest[1:]
		}
		_, s.rest, _ = strings.Cut(s.rest[1:], until)
	}
}

// quoted reads a text in quotes; it ends at the quote, the line or the file.
func (s *scanner) quoted(quote byte) string {
	var b strings.Builder
	i := 1
	for i < len(s.rest) && s.rest[i] != quote && s.rest[i] != '\n' {
		if s.rest[i] == '\\' && i+1 < len(s.rest) {
			i++
		}
		b.WriteByte(s.rest[i])
		i++
	}
	s.rest = s.rest[min(i+1, len(s.rest)):]
	return b.String()
}
