package avrodata

import (
	"strings"

	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/jsontext"
	"github.com/millrace/millrace/internal/schemaregistry/avro"
)

// annotate adds what properties and the place of a schema say.
func (b *reading) annotate(out *started, n *readNode, s *avro.Schema, c context) error {
	b.doc(out, s, c)
	if err := out.setVersion(s, c.version); err != nil {
		return err
	}
	if err := b.parameters(out, s); err != nil {
		return err
	}
	b.setDefault(out, n, s, c.def)
	if err := out.setName(s); err != nil {
		return err
	}
	if c.optional {
		out.Optional()
	}
	return nil
}

func (b *reading) doc(out *started, s *avro.Schema, c context) {
	doc := textProp(s, connectDoc)
	switch {
	case b.DiscardDocDefault && c.doc != nil:
		doc = *c.doc
	case b.DiscardDocDefault && s.Doc != nil:
		doc = *s.Doc
	case !b.DiscardDocDefault && !b.MetaData:
		return
	}
	if doc != "" || !b.DiscardDocDefault && prop(s, connectDoc) != nil {
		out.Doc(doc)
	}
	if b.DiscardDocDefault && b.MetaData && s.Doc != nil {
		out.Parameter(connectRecordDoc, *s.Doc)
	}
}

func (b *started) setVersion(s *avro.Schema, version int) error {
	if v := prop(s, connectVersion); v != nil {
		if v.Kind != jsontext.Whole && v.Kind != jsontext.Fraction {
			return data.Errorf("Invalid Connect version found: %s", v.Text)
		}
		version = int(int32(jsontext.Double(v.Text)))
	}
	switch {
	case version < 0:
	case b.version < 0:
		b.Version(int32(version))
	case b.version != version:
		return data.Errorf("Mismatched versions: version already added to SchemaBuilder (%d) differs from version in source schema (%d)", b.version, version)
	}
	return nil
}

func (b *reading) parameters(out *started, s *avro.Schema) error {
	if params := prop(s, connectParameters); params != nil && b.MetaData {
		if params.Kind != jsontext.Object {
			return data.Errorf("Expected JSON object for schema parameters but found: %s", params.Text)
		}
		for _, p := range params.Members {
			if p.Kind != jsontext.Text {
				return data.Errorf("Expected schema parameter values to be strings but found: %s", p.Text)
			}
			out.Parameter(p.Name, p.Str)
		}
	}
	for _, p := range s.Props {
		if strings.HasPrefix(p.Name, avroPrefix) {
			v := jsontext.Parse([]byte(p.JSON), 0)
			if v.Kind != jsontext.Text {
				v.Str = p.JSON
			}
			out.Parameter(p.Name, v.Str)
		}
	}
	return nil
}

// setDefault sets the default of the field, or that which the schema keeps for
// Connect. One that does not fit is left out.
func (b *reading) setDefault(out *started, n *readNode, s *avro.Schema, field *jsontext.Node) {
	own := prop(s, connectDefault)
	switch {
	case field == nil:
		field = own
	case own == nil && b.MetaData && !b.DiscardDocDefault:
		out.Parameter(fieldDefault, "true")
	}
	if field == nil || field.Kind == jsontext.Null {
		return
	}
	if v, ok := n.fromDefault(field); ok {
		out.Default(v)
	}
}

func (b *started) setName(s *avro.Schema) error {
	name := ""
	if v := prop(s, connectName); v != nil {
		if v.Kind != jsontext.Text {
			return data.Errorf("Invalid schema name: %s", v.Text)
		}
		name = v.Str
	} else if s.Type == avro.Record || s.Type == avro.Enum || s.Type == avro.Fixed && b.name != data.DecimalName {
		name = s.FullName()
	}
	switch {
	case name == "" || strings.HasPrefix(name, Namespace+"."+defaultName):
	case b.name == "":
		b.Name(name)
	case b.name != name:
		return data.Errorf("Mismatched names: name already added to SchemaBuilder (%s) differs from name in source schema (%s)", b.name, name)
	}
	return nil
}
