package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/millrace/millrace/internal/msk/model"
)

const (
	maxProblems = 20
	maxObjects  = 100 // in a list
)

// problems collects members of a wrong type.
type problems []string

// add leaves out what is too much for an answer.
func (p *problems) add(problem string) {
	if len(*p) < maxProblems {
		*p = append(*p, problem)
	}
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return model.BadRequest("%s", strings.Join(p, "; "))
}

// object is a JSON object of a request. Names of members are compared with case,
// unknown members are ignored, and null is as good as nothing. A member of a wrong type
// reads as nothing and is a problem.
type object struct {
	members  map[string]json.RawMessage
	at       string // the path to the object, with a period at the end
	problems *problems
}

// parse reads a body.
func parse(body []byte, p *problems) (object, error) {
	o := object{problems: p}
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return o, model.BadRequest("the request has no body")
	case !utf8.Valid(body) || !json.Valid(body):
		return o, model.BadRequest("the body of the request is not JSON")
	case json.Unmarshal(body, &o.members) != nil || o.members == nil:
		return o, model.BadRequest("the body of the request is not a JSON object")
	}
	return o, nil
}

// wrong notes a member of a wrong type.
func (o object) wrong(name, want string) { o.problems.add(o.at + name + " must be " + want) }

// has says whether a member is there.
func (o object) has(name string) bool {
	raw := o.members[name]
	return len(raw) != 0 && string(raw) != "null"
}

// require notes a member that is not there.
func (o object) require(name string) {
	if !o.has(name) {
		o.problems.add(o.at + name + " is required")
	}
}

// read decodes a member; false when it is not there or of a wrong type.
func (o object) read(name, want string, value any) bool {
	if !o.has(name) {
		return false
	}
	if err := json.Unmarshal(o.members[name], value); err != nil {
		o.wrong(name, want)
		return false
	}
	return true
}

func (o object) text(name string) (value string) {
	if !o.read(name, "a string", &value) {
		return ""
	}
	return value
}

// long reads a number without fraction and exponent.
func (o object) long(name string) int64 { return o.integer(name, 64) }

func (o object) int(name string) int { return int(o.integer(name, 32)) }

func (o object) integer(name string, bits int) int64 {
	var raw json.RawMessage
	if !o.read(name, "", &raw) {
		return 0
	}
	n, err := strconv.ParseInt(string(raw), 10, bits)
	if err != nil {
		o.wrong(name, fmt.Sprintf("an integer of %d bits", bits))
	}
	return n
}

func (o object) bool(name string) (value bool) { return o.read(name, "a boolean", &value) && value }

// requiredBool reads a boolean that must be there.
func (o object) requiredBool(name string) bool {
	o.require(name)
	return o.bool(name)
}

// object reads a member; false when it is not there.
func (o object) object(name string) (object, bool) {
	inner := object{at: o.at + name + ".", problems: o.problems}
	return inner, o.read(name, "an object", &inner.members)
}

// inner reads a member that is empty when it is not there.
func (o object) inner(name string) object {
	inner, _ := o.object(name)
	return inner
}

// objects reads a list of objects; nil when it is not there.
func (o object) objects(name string) []object {
	var list []json.RawMessage
	if !o.read(name, "a list", &list) {
		return nil
	}
	if len(list) > maxObjects {
		o.wrong(name, fmt.Sprintf("a list of at most %d elements", maxObjects))
		return nil
	}
	elements := make([]object, len(list))
	for i, raw := range list {
		elements[i] = object{at: fmt.Sprintf("%s%s[%d].", o.at, name, i), problems: o.problems}
		if json.Unmarshal(raw, &elements[i].members) != nil || elements[i].members == nil {
			o.wrong(fmt.Sprintf("%s[%d]", name, i), "an object")
		}
	}
	return elements
}

// texts reads a list of strings; nil when it is not there.
func (o object) texts(name string) []string {
	var list []*string
	if !o.read(name, "a list of strings", &list) {
		return nil
	}
	texts := make([]string, len(list))
	for i, text := range list {
		if text == nil {
			o.wrong(name, "a list of strings")
			return nil
		}
		texts[i] = *text
	}
	return texts
}

// textMap reads a map of strings; nil when it is not there. Its values may be secret.
func (o object) textMap(name string) map[string]string {
	var members map[string]*string
	if !o.read(name, "a map of strings", &members) {
		return nil
	}
	texts := make(map[string]string, len(members))
	for key, text := range members {
		if text == nil {
			o.wrong(name, "a map of strings")
			return nil
		}
		texts[key] = *text
	}
	return texts
}
