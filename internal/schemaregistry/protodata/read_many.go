package protodata

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/millrace/millrace/connect/data"
)

// many reads elements of a list or a map, as long as they follow each other.
func (r *Reader) many(f *readField, slots []any, src []byte, tag int, wire protowire.Type) (_ []byte, err error) {
	list, _ := slots[f.slot].([]any)
	m, _ := slots[f.slot].(*data.Map)
	if m == nil && f.node.op == readMap {
		m = data.NewHashMap(0)
		slots[f.slot] = m
	}
	for first := src[:tag]; ; {
		var n int
		if wire == f.wire && m == nil {
			list, n, err = r.element(f.node.inner, list, wire, src[tag:])
		} else {
			var body []byte
			if body, n = protowire.ConsumeBytes(src[tag:]); n < 0 {
				return nil, protowire.ParseError(n)
			}
			if m != nil {
				err = r.entry(f.node.plan, m, body)
			} else {
				list, err = r.packed(f, list, body)
			}
		}
		if err != nil {
			return nil, err
		}
		src = src[tag+n:]
		if len(src) < tag || string(src[:tag]) != string(first) {
			break
		}
	}
	if m == nil {
		slots[f.slot] = list
	}
	return src, nil
}

func (r *Reader) element(n *readNode, list []any, wire protowire.Type, src []byte) ([]any, int, error) {
	v, size, err := r.value(n, wire, src, nil)
	if err == nil && v != nil {
		list = append(list, v)
	}
	return list, size, err
}

// packed reads numbers that stand together.
func (r *Reader) packed(f *readField, list []any, body []byte) ([]any, error) {
	for len(body) > 0 {
		var n int
		var err error
		if list, n, err = r.element(f.node.inner, list, f.wire, body); err != nil {
			return nil, err
		}
		body = body[n:]
	}
	return list, nil
}

// entry reads an entry of a map.
func (r *Reader) entry(p *plan, m *data.Map, body []byte) error {
	if err := r.spend(len(p.template)); err != nil {
		return err
	}
	slots := make([]any, 2)
	copy(slots, p.template)
	if err := r.message(p, slots, body); err != nil {
		return err
	}
	m.PutKey(slots[0], slots[1])
	return nil
}
