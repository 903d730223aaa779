package protofile

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Message returns the message that indexes lead to: the first is its number, or that
// of the message around it, in the file, the next its number in there.
func (f *File) Message(indexes []int32) (protoreflect.MessageDescriptor, error) {
	level, name := f.messages, f.pkg
	for _, i := range indexes {
		if i < 0 || int(i) >= len(level) {
			return nil, fmt.Errorf("Invalid message indexes: %v", indexes) //nolint:revive // the text of the Java class
		}
		if name != "" {
			name += "."
		}
		name += level[i].name
		level = level[i].nested
	}
	return f.message(name)
}

func (f *File) message(name string) (protoreflect.MessageDescriptor, error) {
	linked := name
	if rest, ok := strings.CutPrefix(name, f.pkg+"."); ok && f.pkg != "" {
		linked = string(f.linked.Package()) + "." + rest
	}
	m, ok := f.linked.FindDescriptorByName(protoreflect.FullName(linked)).(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("there is no message %s in the schema", name)
	}
	return m, nil
}

// Named returns the message of a full name, and the indexes that lead to it.
func (f *File) Named(name string) (protoreflect.MessageDescriptor, []int32, error) {
	m, err := f.message(name)
	if err != nil {
		return nil, nil, err
	}
	if f.pkg != "" {
		name = strings.TrimPrefix(name, f.pkg+".")
	}
	var indexes []int32
	level := f.messages
	for part := range strings.SplitSeq(name, ".") {
		at := -1
		for i := range level {
			if level[i].name == part {
				at = i
			}
		}
		if at < 0 {
			return nil, nil, fmt.Errorf("the message %s is the entry of a map", name)
		}
		indexes = append(indexes, int32(at))
		level = level[at].nested
	}
	return m, indexes, nil
}

// FullName returns the name of a message with the package that the text has: Java's
// parsers allow one that Protobuf does not.
func (f *File) FullName(m protoreflect.MessageDescriptor) string {
	name := string(m.FullName())
	if rest, ok := strings.CutPrefix(name, string(f.linked.Package())+"."); ok {
		return f.pkg + "." + rest
	}
	return name
}

// AppendIndexes appends the indexes of a message as they stand before a value:
// how many there are and each of them, as zigzag varints; [0] is a single 0.
func AppendIndexes(dst []byte, indexes []int32) []byte {
	if len(indexes) == 1 && indexes[0] == 0 {
		return append(dst, 0)
	}
	dst = protowire.AppendVarint(dst, protowire.EncodeZigZag(int64(len(indexes))))
	for _, i := range indexes {
		dst = protowire.AppendVarint(dst, protowire.EncodeZigZag(int64(i)))
	}
	return dst
}

// maxIndexes bounds how deep a message may stand within others.
const maxIndexes = 64

// SizeOfIndexes returns how many bytes the indexes take that src begins with.
func SizeOfIndexes(src []byte) (int, error) {
	count, size, err := readIndex(src)
	if err != nil {
		return 0, err
	}
	if count < 0 || count > maxIndexes {
		return 0, fmt.Errorf("a message cannot have %d indexes", count)
	}
	for range count {
		_, n, err := readIndex(src[size:])
		if err != nil {
			return 0, err
		}
		size += n
	}
	return size, nil
}

// ReadIndexes reverses AppendIndexes.
func ReadIndexes(src []byte) ([]int32, error) {
	if _, err := SizeOfIndexes(src); err != nil {
		return nil, err
	}
	count, at, _ := readIndex(src)
	if count == 0 {
		return []int32{0}, nil
	}
	indexes := make([]int32, count)
	for i := range indexes {
		index, n, err := readIndex(src[at:])
		if err != nil {
			return nil, err
		}
		indexes[i] = index
		at += n
	}
	return indexes, nil
}

func readIndex(src []byte) (int32, int, error) {
	v, n := protowire.ConsumeVarint(src)
	if n < 0 {
		return 0, 0, fmt.Errorf("read the indexes of the message: %w", protowire.ParseError(n))
	}
	i := protowire.DecodeZigZag(v)
	if i != int64(int32(i)) {
		return 0, 0, fmt.Errorf("an index of the message is %d", i)
	}
	return int32(i), n, nil
}

// metaField is the number of the option confluent.field_meta, and paramsField that
// of its parameters.
const (
	metaField   = 1088
	paramsField = 2
)

// Params returns the parameters that a field has in confluent.field_meta.
func Params(f protoreflect.FieldDescriptor) map[string]string {
	// The option has no Go type, so its bytes are read, wherever they are kept.
	raw, err := proto.Marshal(f.Options())
	if err != nil || len(raw) == 0 {
		return nil
	}
	params := map[string]string{}
	each(raw, metaField, func(meta []byte) {
		each(meta, paramsField, func(entry []byte) {
			const keyField, valueField = 1, 2
			var key, value string
			each(entry, keyField, func(b []byte) { key = string(b) })
			each(entry, valueField, func(b []byte) { value = string(b) })
			params[key] = value
		})
	})
	return params
}

// each calls take with the contents of every occurrence of a field.
func each(src []byte, field protowire.Number, take func([]byte)) {
	for len(src) > 0 {
		num, typ, n := protowire.ConsumeField(src)
		if n < 0 {
			return
		}
		if num == field && typ == protowire.BytesType {
			_, _, tag := protowire.ConsumeTag(src)
			body, _ := protowire.ConsumeBytes(src[tag:n])
			take(body)
		}
		src = src[n:]
	}
}
