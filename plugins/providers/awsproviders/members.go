package awsproviders

import (
	"errors"

	"github.com/millrace/millrace/internal/jsontext"
)

// maxSecret bounds the text of a secret that is read as JSON, in bytes.
const maxSecret = 256 << 10

// Errors about a secret. They say nothing of what is in it, so they replace those of the
// parser.
var (
	errNotJSON   = errors.New("the secret is not JSON")
	errNotObject = errors.New("the secret is not a JSON object")
	errTooLarge  = errors.New("the secret is larger than 256 KiB")
	errNoText    = errors.New("the secret has neither text nor bytes")
)

// member is a value of a secret. Texts are unescaped; numbers, booleans and null are as
// they are written; lists and objects have no text.
type member struct {
	kind jsontext.Kind
	text string
}

// members reads a secret's JSON object; null means no members at all, which is nil. Of
// members of the same name the last counts.
func members(raw []byte) (map[string]member, error) {
	if len(raw) > maxSecret {
		return nil, errTooLarge
	}
	src, err := jsontext.UTF8(raw)
	if err != nil {
		return nil, errNotJSON
	}
	kind, at, err := jsontext.Check(src)
	switch {
	case err != nil || kind == jsontext.Missing:
		return nil, errNotJSON
	case kind == jsontext.Null:
		return nil, nil
	case kind != jsontext.Object:
		return nil, errNotObject
	}
	found := map[string]member{}
	if err := collect(found, src, at+1); err != nil {
		return nil, errNotJSON
	}
	return found, nil
}

// collect reads the members of an object that was checked, from behind its brace.
func collect(found map[string]member, src []byte, i int) error {
	i = jsontext.Space(src, i)
	for more := src[i] != '}'; more; {
		i = jsontext.Space(src, i)
		end, flags, err := jsontext.ScanName(src, i)
		if err != nil {
			return err
		}
		name := jsontext.StringAt(src[i:end], flags)
		if i, err = jsontext.Colon(src, end); err != nil {
			return err
		}
		m, end, err := value(src, i)
		if err != nil {
			return err
		}
		found[name] = m
		if i, more, err = jsontext.Next(src, end, '}'); err != nil {
			return err
		}
	}
	return nil
}

func value(src []byte, i int) (m member, end int, err error) {
	m.kind = jsontext.KindAt(src, i)
	switch m.kind {
	case jsontext.Text:
		var flags jsontext.Flags
		end, flags, err = jsontext.ScanString(src, i)
		if err == nil {
			m.text = jsontext.StringAt(src[i:end], flags)
		}
		return m, end, err
	case jsontext.List, jsontext.Object:
		end, err = jsontext.Skip(src, i, 1)
		return m, end, err
	}
	if end, err = jsontext.Skip(src, i, 1); err == nil {
		m.text = string(src[i:end])
	}
	return m, end, err
}
