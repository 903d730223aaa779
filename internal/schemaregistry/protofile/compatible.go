package protofile

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Compatible returns an error if values of a schema cannot be read with a newer one:
// if a message is gone, or the type of a field has changed to one that looks
// different on the wire. Fields may come and go, unless they are required.
func Compatible(from, to *File) error {
	return compatibleMessages(from.linked.Messages(), to)
}

func compatibleMessages(all protoreflect.MessageDescriptors, to *File) error {
	for i := range all.Len() {
		old := all.Get(i)
		m, err := to.message(string(old.FullName()))
		if err != nil {
			return err
		}
		if err := compatibleMessage(old, m); err != nil {
			return err
		}
		if err := compatibleMessages(old.Messages(), to); err != nil {
			return err
		}
	}
	return nil
}

func compatibleMessage(old, m protoreflect.MessageDescriptor) error {
	for i := range m.Fields().Len() {
		f := m.Fields().Get(i)
		before := old.Fields().ByNumber(f.Number())
		switch {
		case before == nil && f.Cardinality() == protoreflect.Required:
			return fmt.Errorf("the required field %s is new", f.FullName())
		case before != nil && !sameOnWire(before, f):
			return fmt.Errorf("the type of field %s has changed from %s to %s", f.FullName(), describe(before), describe(f))
		}
	}
	for i := range old.Fields().Len() {
		f := old.Fields().Get(i)
		if f.Cardinality() == protoreflect.Required && m.Fields().ByNumber(f.Number()) == nil {
			return fmt.Errorf("the required field %s is gone", f.FullName())
		}
	}
	return nil
}

func describe(f protoreflect.FieldDescriptor) string {
	if f.Message() != nil {
		return string(f.Message().FullName())
	}
	return f.Kind().String()
}

// sameOnWire tells whether values of one field can be read as those of another.
func sameOnWire(a, b protoreflect.FieldDescriptor) bool {
	if a.Message() != nil || b.Message() != nil {
		return a.Message() != nil && b.Message() != nil && a.Message().FullName() == b.Message().FullName()
	}
	repeated := a.Cardinality() == protoreflect.Repeated
	if repeated != (b.Cardinality() == protoreflect.Repeated) && encoding(a.Kind()) != text {
		return false // numbers stand together when they are repeated
	}
	return encoding(a.Kind()) == encoding(b.Kind())
}

// encoded is a way to encode a scalar.
type encoded uint8

const (
	varint encoded = iota
	zigzag
	fixed32
	fixed64
	float
	double
	text
)

func encoding(k protoreflect.Kind) encoded {
	switch k {
	case protoreflect.Sint32Kind, protoreflect.Sint64Kind:
		return zigzag
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return fixed32
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return fixed64
	case protoreflect.FloatKind:
		return float
	case protoreflect.DoubleKind:
		return double
	case protoreflect.StringKind, protoreflect.BytesKind:
		return text
	}
	return varint
}
