package protodata

import (
	"errors"
	"fmt"
	"unicode/utf8"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/millrace/millrace/connect/data"
)

// Reader reads values of one message. It makes structs that share memory, so it must
// not be used by several goroutines at a time.
type Reader struct {
	top     *readNode
	structs data.StructMaker
	budget  int // slots and elements that the current value may still need
}

// Schema returns the Connect schema of the values.
func (r *Reader) Schema() *data.Schema { return r.top.schema }

// maxSlots bounds the memory of a value: messages that need no bytes have slots for
// all of their fields. A value may have so many more for each of its bytes.
const (
	maxSlots     = 1 << 22
	slotsPerByte = 16
)

// Read reads a value. Texts and bytes share the memory of src, which must not change
// any more.
func (r *Reader) Read(src []byte) (any, error) {
	r.budget = maxSlots + slotsPerByte*len(src)
	v, err := r.single(r.top, src, nil)
	if err != nil {
		return nil, outward(err)
	}
	return v, nil
}

// message reads the fields of a message into slots, which hold its template.
func (r *Reader) message(p *plan, slots []any, src []byte) error {
	for len(src) > 0 {
		number, wire, n := consumeTag(src)
		if n < 0 {
			return protowire.ParseError(n)
		}
		f := p.find(number)
		if f == nil || wire != f.wire && (wire != protowire.BytesType || !f.packable) {
			skipped := protowire.ConsumeFieldValue(number, wire, src[n:])
			if skipped < 0 {
				return protowire.ParseError(skipped)
			}
			src = src[n+skipped:]
			continue
		}
		rest, err := r.field(f, slots, src, n, wire)
		if err != nil {
			return within(f.name, err)
		}
		src = rest
	}
	return r.complete(p, slots)
}

// complete makes what was not there.
func (r *Reader) complete(p *plan, slots []any) error {
	for _, i := range p.maps {
		if slots[i] == nil {
			slots[i] = data.NewHashMap(0)
		}
	}
	for _, i := range p.absent {
		f := &p.fields[i]
		if slots[f.slot] != nil {
			continue
		}
		v, err := r.single(f.node, nil, nil)
		if err != nil {
			return within(f.name, err)
		}
		slots[f.slot] = v
	}
	for _, i := range p.required {
		if f := &p.fields[i]; slots[f.slot] == nil {
			return within(f.name, errRequired)
		}
	}
	return nil
}

var errRequired = errors.New("the message lacks this field, which is required")

// field reads one field, and those of the same number that follow at once. The tag
// of the first takes tag bytes of src.
func (r *Reader) field(f *readField, slots []any, src []byte, tag int, wire protowire.Type) ([]byte, error) {
	if f.node.op == readList || f.node.op == readMap {
		return r.many(f, slots, src, tag, wire)
	}
	var before any
	if f.node.op == readStruct {
		before = f.current(slots)
	}
	v, n, err := r.value(f.node, wire, src[tag:], before)
	if err != nil {
		return nil, err
	}
	if v != nil {
		f.set(r, slots, v)
	}
	return src[tag+n:], nil
}

// current returns what the field has already: messages that come twice are merged.
func (f *readField) current(slots []any) any {
	v := slots[f.slot]
	if f.member < 0 || v == nil {
		return v
	}
	return v.(*data.Struct).Slots()[f.member]
}

// set puts a value into its slot, or into the struct for its union.
func (f *readField) set(r *Reader, slots []any, v any) {
	switch {
	case f.member >= 0:
		u := r.structs.Make(f.union, 0)
		u.Slots()[f.member] = v
		v = u
	case f.siblings > 0:
		clear(slots[f.firstSibling : f.firstSibling+f.siblings])
	}
	slots[f.slot] = v
}

// consumeTag reads the number and type of a field. A number that is too large is as
// wrong as 0 is.
func consumeTag(src []byte) (protowire.Number, protowire.Type, int) {
	if len(src) > 0 && src[0] < 0x80 && src[0] >= 1<<3 { // most are one byte
		return protowire.Number(src[0] >> 3), protowire.Type(src[0] & 7), 1
	}
	number, wire, n := protowire.ConsumeTag(src)
	if n > 0 && number > protowire.MaxValidNumber {
		return protowire.ConsumeTag([]byte{0})
	}
	return number, wire, n
}

// value reads a value of a type on the wire, and returns how many bytes that took. Nil
// without error: there is none.
func (r *Reader) value(n *readNode, wire protowire.Type, src []byte, before any) (v any, size int, err error) {
	switch wire {
	case protowire.VarintType:
		var bits uint64
		if bits, size = protowire.ConsumeVarint(src); size > 0 {
			v = n.varint(bits)
		}
	case protowire.Fixed32Type:
		var bits uint32
		if bits, size = protowire.ConsumeFixed32(src); size > 0 {
			v = n.fixed32(bits)
		}
	case protowire.Fixed64Type:
		var bits uint64
		if bits, size = protowire.ConsumeFixed64(src); size > 0 {
			v = n.fixed64(bits)
		}
	default:
		var body []byte
		if body, size = protowire.ConsumeBytes(src); size > 0 {
			v, err = r.single(n, body, before)
		}
	}
	if size < 0 {
		err = protowire.ParseError(size)
	}
	return v, size, err
}

// single reads a value that has a length, of which body has the bytes.
func (r *Reader) single(n *readNode, body []byte, before any) (any, error) {
	switch n.op {
	case readString:
		return n.text(body)
	case readBytes:
		return body[:len(body):len(body)], nil
	case readStruct:
		return r.structure(n, body, before)
	case readWrapper:
		return r.wrapped(n.inner, body)
	}
	return logical(n, body)
}

var errText = errors.New("the text is not UTF-8")

func (n *readNode) text(body []byte) (any, error) {
	if !utf8.Valid(body) {
		if n.strict {
			return nil, errText
		}
		return string([]rune(string(body))), nil
	}
	return unsafe.String(unsafe.SliceData(body), len(body)), nil
}

func (r *Reader) structure(n *readNode, body []byte, before any) (any, error) {
	if s, ok := before.(*data.Struct); ok {
		return s, r.message(n.plan, s.Slots(), body)
	}
	if err := r.spend(len(n.plan.template)); err != nil {
		return nil, err
	}
	s := r.structs.Make(n.schema, 0)
	copy(s.Slots(), n.plan.template)
	return s, r.message(n.plan, s.Slots(), body)
}

// spend bounds memory that no bytes stand for.
func (r *Reader) spend(slots int) error {
	if r.budget -= slots + 1; r.budget < 0 {
		return fmt.Errorf("the value needs memory for more than %d fields", maxSlots)
	}
	return nil
}

// wrapped reads what is in a wrapper.
func (r *Reader) wrapped(n *readNode, body []byte) (any, error) {
	v := n.zero()
	for len(body) > 0 {
		number, wire, tag := consumeTag(body)
		if tag < 0 {
			return nil, protowire.ParseError(tag)
		}
		var size int
		if number == 1 && wire == wireOf(protoreflect.Kind(n.op)) {
			var err error
			if v, size, err = r.value(n, wire, body[tag:], nil); err != nil {
				return nil, err
			}
		} else if size = protowire.ConsumeFieldValue(number, wire, body[tag:]); size < 0 {
			return nil, protowire.ParseError(size)
		}
		body = body[tag+size:]
	}
	return v, nil
}
