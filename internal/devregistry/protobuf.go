package devregistry

import "github.com/millrace/millrace/internal/schemaregistry/protofile"

const protobufKind = "PROTOBUF"

// linkProtobuf checks a schema. Its text is kept as it is.
func (r *Registry) linkProtobuf(s schema) (*protofile.File, error) {
	known, err := r.references(s, 0)
	if err != nil {
		return nil, err
	}
	imports := make([]protofile.Import, len(known))
	for i, k := range known {
		imports[i] = protofile.Import{Name: k.Name, Text: k.Text}
	}
	return protofile.Compile(s.text, imports)
}

func (r *Registry) compatibleProtobuf(old, s schema) error {
	from, err := r.linkProtobuf(old)
	if err != nil {
		return err
	}
	to, err := r.linkProtobuf(s)
	if err != nil {
		return err
	}
	return protofile.Compatible(from, to)
}
