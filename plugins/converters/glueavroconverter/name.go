package glueavroconverter

import (
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
	"github.com/millrace/millrace/internal/schemaregistry/avrodata"
)

// namespace is that of the names which the Java converter makes up.
const namespace = "com.amazonaws.services.schemaregistry.kafkaconnect.avrodata"

// renamed moves the records whose names are made up from one namespace to another.
func renamed(s *avro.Schema, from, to string) {
	(&rename{from, to, map[*avro.Schema]bool{}}).all(s)
}

type rename struct {
	from, to string
	seen     map[*avro.Schema]bool // a schema may stand in several places, and in itself
}

func (r *rename) all(s *avro.Schema) {
	if s == nil || r.seen[s] {
		return
	}
	r.seen[s] = true
	if s.Type == avro.Record && s.Namespace == r.from && madeUp(s.Name) {
		s.Namespace = r.to
	}
	r.all(s.Items)
	for _, b := range s.Branches {
		r.all(b)
	}
	for i := range s.Fields {
		r.all(s.Fields[i].Schema)
	}
}

func madeUp(name string) bool {
	return strings.HasPrefix(name, "ConnectDefault") || name == "MapEntry" || name == "Anything"
}

// member returns what is set of a struct that stands for a union, with its schema:
// the union itself leaves no trace in what is written.
func member(schema *data.Schema, value any) (*data.Schema, any) {
	for {
		s, ok := value.(*data.Struct)
		if !ok || schema == nil || schema.Type() != data.StructType || !isUnion(schema.Name()) {
			return schema, value
		}
		value = nil
		for i, f := range s.Schema().Fields() {
			if v := s.At(i); v != nil {
				schema, value = f.Schema, v
				break
			}
		}
	}
}

func isUnion(name string) bool {
	return name == avrodata.Namespace+".Union" || name == namespace+".Union"
}
