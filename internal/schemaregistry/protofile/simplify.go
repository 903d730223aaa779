package protofile

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/descriptorpb"
)

const (
	metaName       = "confluent/meta.proto"
	descriptorName = "google/protobuf/descriptor.proto"
	fieldMeta      = ".confluent.field_meta"
)

// simplify drops what no value depends on, so that nothing needs to be there which
// describes it: services, extensions, and options that are not Protobuf's own. Of
// those only confluent.field_meta stays, and is imported.
func simplify(fd *descriptorpb.FileDescriptorProto) {
	fd.Service, fd.Extension = nil, nil
	if fd.Options != nil {
		fd.Options.UninterpretedOption = standard(fd.Options.UninterpretedOption)
	}
	for _, e := range fd.EnumType {
		simplifyEnum(e)
	}
	meta := false
	for _, m := range fd.MessageType {
		meta = simplifyMessage(m) || meta
	}
	if meta && !slices.Contains(fd.Dependency, metaName) {
		fd.Dependency = append(fd.Dependency, metaName)
	}
}

// simplifyMessage tells whether a field has confluent.field_meta.
func simplifyMessage(m *descriptorpb.DescriptorProto) (meta bool) {
	m.Extension = nil
	if m.Options != nil {
		m.Options.UninterpretedOption = standard(m.Options.UninterpretedOption)
	}
	for _, r := range m.ExtensionRange {
		r.Options = nil
	}
	for _, o := range m.OneofDecl {
		o.Options = nil
	}
	for _, e := range m.EnumType {
		simplifyEnum(e)
	}
	for _, f := range m.Field {
		if f.Options == nil {
			continue
		}
		kept := standard(f.Options.UninterpretedOption)
		for _, o := range f.Options.UninterpretedOption {
			if isFieldMeta(o) {
				meta = true
				kept = append(kept, o)
			}
		}
		f.Options.UninterpretedOption = kept
	}
	for _, n := range m.NestedType {
		meta = simplifyMessage(n) || meta
	}
	return meta
}

func simplifyEnum(e *descriptorpb.EnumDescriptorProto) {
	if e.Options != nil {
		e.Options.UninterpretedOption = standard(e.Options.UninterpretedOption)
	}
	for _, v := range e.Value {
		v.Options = nil
	}
}

// standard returns Protobuf's own options.
func standard(all []*descriptorpb.UninterpretedOption) []*descriptorpb.UninterpretedOption {
	var kept []*descriptorpb.UninterpretedOption
	for _, o := range all {
		if len(o.Name) > 0 && !o.Name[0].GetIsExtension() {
			kept = append(kept, o)
		}
	}
	return kept
}

// isFieldMeta finds confluent.field_meta, and makes its name one that no package of
// the file's own can hide.
func isFieldMeta(o *descriptorpb.UninterpretedOption) bool {
	if len(o.Name) == 0 || !o.Name[0].GetIsExtension() {
		return false
	}
	name := "." + strings.TrimPrefix(o.Name[0].GetNamePart(), ".")
	if name != fieldMeta {
		return false
	}
	o.Name[0].NamePart = &name
	return true
}
