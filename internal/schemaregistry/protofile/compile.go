package protofile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/options"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// rootName is what the file of a schema is called; registries keep no names.
const rootName = "default"

// maxText bounds the text of a schema and of all that it imports, in bytes.
const maxText = 8 << 20

// Import is a file that a schema may import.
type Import struct{ Name, Text string }

// File is a linked schema. It is safe for concurrent use.
type File struct {
	linked   linker.File
	pkg      string // as the text has it
	messages []outline
}

// outline is a message as the text has it, without the entries of maps, which the
// text does not have.
type outline struct {
	name   string
	nested []outline
}

// Compile links the text of a schema. An import is looked for among the files that
// every registry knows, then in imports; one that is nowhere is left out, and the
// error, if a field needs it, names what is missing.
func Compile(text string, imports []Import) (*File, error) {
	c := &compiler{texts: map[string]string{}, files: map[string]linker.File{}}
	size := len(text)
	for _, i := range imports {
		c.texts[i.Name] = i.Text
		size += len(i.Text)
	}
	if size > maxText {
		return nil, fmt.Errorf("the schema and its imports have more than %d bytes", maxText)
	}
	parsed, err := parse(rootName, text)
	if err != nil {
		return nil, err
	}
	f := &File{messages: outlines(parsed.FileDescriptorProto().MessageType), pkg: parsed.FileDescriptorProto().GetPackage()}
	if pkg, _, ok := oddPackage(text); ok {
		f.pkg = pkg
	}
	if f.linked, err = c.link(parsed, true); err != nil {
		return nil, err
	}
	return f, checkNumbers(f.linked.Messages())
}

// compiler links files and those that they import.
type compiler struct {
	texts map[string]string
	files map[string]linker.File // nil while it is being linked
}

// packagePattern finds the package of a file, whatever its name is made of.
var packagePattern = regexp.MustCompile(`(?m)(?:^|;)\s*package\s+([\w.-]+)\s*;`)

// oddPackage finds the name of a package that only Java's parsers allow, with hyphens
// or digits in front: connectors name schemas after servers. It also returns where
// the name stands.
func oddPackage(text string) (name string, at []int, ok bool) {
	at = packagePattern.FindStringSubmatchIndex(text)
	if at == nil {
		return "", nil, false
	}
	at = at[2:4]
	name = text[at[0]:at[1]]
	return name, at, evenPackage(name) != name
}

// evenPackage returns the name of a package that every parser allows.
func evenPackage(name string) string {
	parts := strings.Split(strings.ReplaceAll(name, "-", "_"), ".")
	for i, p := range parts {
		if p != "" && p[0] >= '0' && p[0] <= '9' {
			parts[i] = "_" + p
		}
	}
	return strings.Join(parts, ".")
}

func parse(name, text string) (parser.Result, error) {
	if pkg, at, ok := oddPackage(text); ok {
		text = text[:at[0]] + evenPackage(pkg) + text[at[1]:]
	}
	handler := reporter.NewHandler(nil)
	tree, err := parser.Parse(name, strings.NewReader(text), handler)
	if err != nil {
		return nil, err
	}
	// Java's parser does not validate either.
	return parser.ResultFromAST(tree, false, handler)
}

// file returns an imported file, nil when there is none.
func (c *compiler) file(name string) (linker.File, error) {
	if f, ok := c.files[name]; ok {
		if f == nil {
			return nil, fmt.Errorf("the file %s imports itself", name)
		}
		return f, nil
	}
	if name == descriptorName {
		return linker.NewFileRecursive(descriptorpb.File_google_protobuf_descriptor_proto)
	}
	text, known := Builtin(name)
	if !known {
		var ok bool
		if text, ok = c.texts[name]; !ok {
			return nil, nil
		}
	}
	c.files[name] = nil
	parsed, err := parse(name, text)
	if err != nil {
		return nil, err
	}
	f, err := c.link(parsed, !known)
	if err != nil {
		return nil, err
	}
	c.files[name] = f
	return f, nil
}

// link links a file. What no field needs is dropped from one that is not built in.
func (c *compiler) link(parsed parser.Result, foreign bool) (linker.File, error) {
	fd := parsed.FileDescriptorProto()
	if foreign {
		simplify(fd)
	}
	var deps linker.Files
	var kept []string
	var public []int32
	for i, name := range fd.Dependency {
		dep, err := c.file(name)
		if err != nil {
			return nil, err
		}
		if dep == nil || deps.FindFileByPath(name) != nil {
			continue
		}
		for _, p := range fd.PublicDependency {
			if int(p) == i {
				public = append(public, int32(len(kept)))
			}
		}
		deps, kept = append(deps, dep), append(kept, name)
	}
	fd.Dependency, fd.PublicDependency, fd.WeakDependency = kept, public, nil
	linked, err := linker.Link(parsed, deps, nil, reporter.NewHandler(nil))
	if err != nil {
		return nil, err
	}
	if _, err := options.InterpretOptionsLenient(linked); err != nil {
		return nil, err
	}
	linked.RemoveAST()
	return linked, nil
}

func outlines(all []*descriptorpb.DescriptorProto) []outline {
	var found []outline
	for _, m := range all {
		// At this point only what was written as map<K, V> has the option.
		if !m.GetOptions().GetMapEntry() {
			found = append(found, outline{m.GetName(), outlines(m.NestedType)})
		}
	}
	return found
}

var errNumber = errors.New("the number of a field is not between 1 and 536870911")

// checkNumbers makes sure that the fields of a message have numbers of their own.
func checkNumbers(all protoreflect.MessageDescriptors) error {
	for i := range all.Len() {
		m := all.Get(i)
		seen := map[protoreflect.FieldNumber]protoreflect.Name{}
		for j := range m.Fields().Len() {
			f := m.Fields().Get(j)
			if !f.Number().IsValid() {
				return fmt.Errorf("%s: %w", f.FullName(), errNumber)
			}
			if other, ok := seen[f.Number()]; ok {
				return fmt.Errorf("field number %d has already been used in %s by field %s", f.Number(), m.FullName(), other)
			}
			seen[f.Number()] = f.Name()
		}
		if err := checkNumbers(m.Messages()); err != nil {
			return err
		}
	}
	return nil
}
