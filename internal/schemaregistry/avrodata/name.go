package avrodata

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// split splits a name into namespace and simple name, both fit for Avro if so asked.
func (s *Settings) split(full string) (namespace, name string) {
	// As Java's split, which drops empty pieces at the end.
	parts := strings.Split(strings.TrimRight(full, "."), ".")
	for i := range parts {
		parts[i] = s.scrub(parts[i])
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], "."), parts[last]
}

// scrub replaces what Avro does not allow in a name.
func (s *Settings) scrub(name string) string {
	if !s.ScrubNames || name == "" || plain(name) {
		return name
	}
	encoded := url.QueryEscape(name)
	// URLEncoder leaves the star alone and escapes the tilde.
	encoded = strings.ReplaceAll(strings.ReplaceAll(encoded, "%2A", "*"), "~", "%7E")
	if digit(encoded[0]) {
		encoded = "x" + encoded
	}
	out := []byte(encoded)
	for i, c := range out {
		if !wordChar(c) {
			out[i] = '_'
		}
	}
	return string(out)
}

func (s *Settings) scrubFull(full string) string {
	if !s.ScrubNames {
		return full
	}
	space, name := s.split(full)
	if space == "" {
		return name
	}
	return space + "." + name
}

func plain(name string) bool {
	for i := range len(name) {
		if !wordChar(name[i]) {
			return false
		}
	}
	return !digit(name[0])
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func wordChar(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || digit(c) || c == '_'
}

// isUnion tells whether a struct stands for a union: at most one field is set.
func isUnion(s *data.Schema) bool {
	if s.Type() != data.StructType {
		return false
	}
	_, sum := s.Parameter(sumUnion)
	return sum || s.HasName() && s.Name() == unionName
}

// isFixed tells whether bytes have a fixed size.
func isFixed(s *data.Schema) bool {
	if s.Type() != data.Bytes || !s.HasName() {
		return false
	}
	_, ok := s.Parameter(fixedSize)
	return ok
}

func isEnum(s *data.Schema) bool {
	if s.Type() != data.String {
		return false
	}
	_, ok := s.Parameter(enumParam)
	_, sum := s.Parameter(sumEnum)
	return ok || sum
}

// asEnum tells whether a string is written as an enum.
func (s *Settings) asEnum(schema *data.Schema) bool {
	return (s.GeneralSums || s.Enhanced) && isEnum(schema)
}

// memberName is what the field of a union's struct is called.
func (s *Settings) memberName(member *avro.Schema, index int) string {
	switch {
	case s.GeneralSums:
		return sumFieldPrefix + strconv.Itoa(index)
	case member.Type.Named() && s.Enhanced:
		return member.FullName()
	case member.Type.Named():
		return member.Name
	}
	return member.Type.String()
}

// isEntry tells whether a record is the entry of a map whose keys are no strings.
func isEntry(s *avro.Schema) bool {
	if s.Type != avro.Record {
		return false
	}
	internal, _ := s.Props.Get(connectInternal)
	return s.Namespace == Namespace && s.Name == mapEntry || internal == `"`+mapEntry+`"`
}

// stringKeys tells whether a map is written as an Avro map.
func (s *Settings) stringKeys(key *data.Schema) bool {
	return key.Type() == data.String && (!key.Optional() || s.OptionalMapKeys)
}
