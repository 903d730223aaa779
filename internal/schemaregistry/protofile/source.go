package protofile

import (
	"errors"
	"fmt"
	"strings"
)

// Source is a schema to be written: a proto3 file with one message.
type Source struct {
	Package string
	Imports []string
	Message *Message
}

// Message is a message to be written.
type Message struct {
	Name   string
	Fields []Field // in the order of the text, without those of unions
	Oneofs []Oneof
	Nested []*Message
	Enums  []Enum
}

// Field is a field to be written.
type Field struct {
	Label  string // repeated, optional or ""
	Type   string
	Name   string
	Number int32
	Params []Param // of confluent.field_meta
}

// Param is one parameter of a field.
type Param struct{ Key, Value string }

// Oneof is a union to be written.
type Oneof struct {
	Name   string
	Fields []Field
}

// Enum is an enum to be written.
type Enum struct {
	Name   string
	Values []EnumValue
}

// EnumValue is a symbol of an enum.
type EnumValue struct {
	Name   string
	Number int32
}

// Add adds an import unless it is there.
func (s *Source) Add(name string) {
	for _, i := range s.Imports {
		if i == name {
			return
		}
	}
	s.Imports = append(s.Imports, name)
}

// FullName returns the name of the message with its package.
func (s *Source) FullName() string {
	if s.Package == "" {
		return s.Message.Name
	}
	return s.Package + "." + s.Message.Name
}

// Has tells whether there is a nested message of a name.
func (m *Message) Has(name string) bool {
	for _, n := range m.Nested {
		if n.Name == name {
			return true
		}
	}
	return false
}

// HasEnum tells whether there is an enum of a name.
func (m *Message) HasEnum(name string) bool {
	for _, e := range m.Enums {
		if e.Name == name {
			return true
		}
	}
	return false
}

// NameError is a name that Protobuf does not allow.
type NameError struct{ Name string }

// Error returns the text of the Java class.
func (e *NameError) Error() string { return fmt.Sprintf("%q is not a valid identifier.", e.Name) }

// check makes sure that what stands in the schema is a name where it ought to be.
func (s *Source) check() error {
	if s.Package != "" { // in which Java allows more
		for part := range strings.SplitSeq(evenPackage(s.Package), ".") {
			if err := checkName(part); err != nil {
				return err
			}
		}
	}
	return s.Message.check()
}

func (m *Message) check() error {
	err := errors.Join(checkName(m.Name), checkFields(m.Fields))
	for _, o := range m.Oneofs {
		err = errors.Join(err, checkName(o.Name), checkFields(o.Fields))
	}
	for _, e := range m.Enums {
		err = errors.Join(err, checkName(e.Name))
		for _, v := range e.Values {
			err = errors.Join(err, checkName(v.Name))
		}
	}
	for _, n := range m.Nested {
		err = errors.Join(err, n.check())
	}
	return err
}

func checkFields(all []Field) error {
	for _, f := range all {
		if err := checkName(f.Name); err != nil {
			return err
		}
		for part := range strings.SplitSeq(f.Type, ".") {
			if err := checkName(part); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkName(s string) error {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return &NameError{s}
		}
	}
	if s == "" {
		return &NameError{s}
	}
	return nil
}
