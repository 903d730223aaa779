package scenario

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// statement is one line of a script, with the indented lines that follow it.
type statement struct {
	file  string
	line  int
	words []string

	meanwhile bool          // the script goes on while it is done
	within    time.Duration // until when an expectation must hold; 0: now
	lasting   time.Duration // how long it must hold
}

func (s *statement) String() string { return fmt.Sprintf("%s:%d", s.file, s.line) }

// readScript reads a script. Lines that begin with # are comments.
func readScript(path, name string) ([]*statement, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []*statement
	for i, line := range strings.Split(string(text), "\n") {
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		words, err := split(trimmed)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		case line[0] != ' ' && line[0] != '\t':
			all = append(all, &statement{file: name, line: i + 1, words: words})
		case len(all) == 0:
			return nil, fmt.Errorf("%s:%d: the first line is indented", name, i+1)
		default:
			last := all[len(all)-1]
			last.words = append(last.words, words...)
		}
	}
	for _, s := range all {
		if err := s.readPrefix(); err != nil {
			return nil, fmt.Errorf("%s: %w", s, err)
		}
	}
	return all, nil
}

// split returns the words of a line; '…' holds what would be several together.
func split(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexByte(line, ' ')
		if line[0] == '\'' {
			if end = strings.IndexByte(line[1:], '\''); end < 0 {
				return nil, errors.New("a ' is missing")
			}
			words, line = append(words, line[1:end+1]), line[end+2:]
			continue
		}
		if end < 0 {
			end = len(line)
		}
		words, line = append(words, line[:end]), line[end:]
	}
	return words, nil
}

// readPrefix takes away what says when a statement counts.
func (s *statement) readPrefix() (err error) {
	for len(s.words) > 1 {
		switch s.words[0] {
		case "meanwhile":
			s.meanwhile = true
			s.words = s.words[1:]
			continue
		case "within":
			s.within, err = time.ParseDuration(s.words[1])
		case "for":
			s.lasting, err = time.ParseDuration(s.words[1])
		default:
			return nil
		}
		if err != nil {
			return err
		}
		s.words = s.words[2:]
	}
	return nil
}

// args are the words of a statement that stand where its form has words in capitals.
type args struct {
	word map[string]string
	rest []string // where it has …
}

// props reads the rest as key=value.
func (a args) props() (map[string]string, error) {
	props := map[string]string{}
	for _, w := range a.rest {
		key, value, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not KEY=VALUE", w)
		}
		props[key] = value
	}
	return props, nil
}

// form is how a statement is written: words, words in capitals for others, … at the
// end for any number of them.
type form string

// match returns the arguments of a statement of this form.
func (f form) match(words []string) (args, bool) {
	a := args{word: map[string]string{}}
	for i, want := range strings.Fields(string(f)) {
		switch {
		case want == "…":
			a.rest = words[i:]
			return a, true
		case i >= len(words):
			return a, false
		case strings.ToUpper(want) == want && want != strings.ToLower(want):
			a.word[want] = words[i]
		case want != words[i]:
			return a, false
		}
		if i == len(strings.Fields(string(f)))-1 && len(words) > i+1 {
			return a, false
		}
	}
	return a, true
}
