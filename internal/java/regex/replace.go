package regex

import "strings"

// ReplaceFirst replaces the first match within s, as Matcher.replaceFirst: in
// replacement $n and ${name} stand for groups and a backslash takes the next
// character as it is. Without a match s is returned and replacement not looked
// at. Errors are *ArgumentError, *GroupError and ErrTimeout.
func (p *Pattern) ReplaceFirst(s, replacement string) (string, error) {
	loc, err := p.Find(s)
	if err != nil || loc == nil {
		return s, err
	}
	e := expander{pattern: p, text: s, loc: loc, rest: replacement}
	e.out.WriteString(s[:loc[0]])
	if err := e.expand(); err != nil {
		return "", err
	}
	e.out.WriteString(s[loc[1]:])
	return e.out.String(), nil
}

// expander writes a replacement for one match.
type expander struct {
	pattern *Pattern
	text    string
	loc     []int
	rest    string // of the replacement
	out     strings.Builder
}

func (e *expander) expand() error {
	for e.rest != "" {
		at := strings.IndexAny(e.rest, `\$`)
		if at < 0 {
			e.out.WriteString(e.rest)
			return nil
		}
		e.out.WriteString(e.rest[:at])
		mark := e.rest[at]
		e.rest = e.rest[at+1:]
		var err error
		if mark == '\\' {
			err = e.escaped()
		} else {
			err = e.reference()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (e *expander) escaped() error {
	if e.rest == "" {
		return &ArgumentError{"character to be escaped is missing"}
	}
	e.out.WriteByte(e.rest[0])
	e.rest = e.rest[1:]
	return nil
}

func (e *expander) reference() error {
	if e.rest == "" {
		return &ArgumentError{"Illegal group reference: group index is missing"}
	}
	if e.rest[0] == '{' {
		return e.named()
	}
	if !isASCIIDigit(rune(e.rest[0])) {
		return &ArgumentError{"Illegal group reference"}
	}
	group := 0
	for i := 0; i < len(e.rest) && isASCIIDigit(rune(e.rest[i])); i++ {
		longer := group*10 + int(e.rest[i]-'0')
		if i > 0 && longer > e.pattern.groups {
			e.rest = e.rest[i:]
			return e.group(group)
		}
		group = longer
	}
	e.rest = strings.TrimLeft(e.rest, "0123456789")
	return e.group(group)
}

func (e *expander) named() error {
	n := 1
	for n < len(e.rest) && (isASCIILetter(rune(e.rest[n])) || isASCIIDigit(rune(e.rest[n]))) {
		n++
	}
	name := e.rest[1:n]
	switch {
	case name == "":
		return &ArgumentError{"named capturing group has 0 length name"}
	case n == len(e.rest) || e.rest[n] != '}':
		return &ArgumentError{"named capturing group is missing trailing '}'"}
	case isASCIIDigit(rune(name[0])):
		return &ArgumentError{"capturing group name {" + name + "} starts with digit character"}
	}
	group, ok := e.pattern.names[name]
	if !ok {
		return &ArgumentError{"No group with name {" + name + "}"}
	}
	e.rest = e.rest[n+1:]
	return e.group(group)
}

func (e *expander) group(n int) error {
	if n > e.pattern.groups {
		return &GroupError{n}
	}
	if start := e.loc[2*n]; start >= 0 {
		e.out.WriteString(e.text[start:e.loc[2*n+1]])
	}
	return nil
}
