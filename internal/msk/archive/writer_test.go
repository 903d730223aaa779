package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// classFile writes a class without fields and methods. Names are spelled with dots; the
// pool also gets a long, which takes two of its places, and a text that nobody uses.
func classFile(flags uint16, name, super string, interfaces ...string) []byte {
	w := classWriter{count: 1}
	w.constant(tagLong, 0, 0, 0, 0, 0, 0, 0, 7)
	w.count++
	w.utf8("unused")
	this := w.class(name)
	parent := uint16(0)
	if super != "" {
		parent = w.class(super)
	}
	var parents []uint16
	for _, i := range interfaces {
		parents = append(parents, w.class(i))
	}
	b := binary.BigEndian.AppendUint32(nil, classMagic)
	b = binary.BigEndian.AppendUint32(b, 61) // Java 17
	b = binary.BigEndian.AppendUint16(b, w.count)
	b = append(b, w.pool...)
	for _, v := range append([]uint16{flags, this, parent, uint16(len(parents))}, parents...) {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return append(b, 0, 0, 0, 0, 0, 0) // no fields, methods, attributes
}

type classWriter struct {
	pool  []byte
	count uint16
}

func (w *classWriter) constant(tag byte, b ...byte) uint16 {
	w.pool = append(append(w.pool, tag), b...)
	w.count++
	return w.count - 1
}

func (w *classWriter) utf8(s string) uint16 {
	return w.constant(tagUTF8, append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)...)
}

func (w *classWriter) class(name string) uint16 {
	at := w.utf8(strings.ReplaceAll(name, ".", "/"))
	return w.constant(tagClass, binary.BigEndian.AppendUint16(nil, at)...)
}

const object = "java.lang.Object"

// public returns the entry of a public class.
func public(name, super string, interfaces ...string) entry {
	return classEntry(flagPublic, name, super, interfaces...)
}

func classEntry(flags uint16, name, super string, interfaces ...string) entry {
	return entry{name: strings.ReplaceAll(name, ".", "/") + ".class", body: classFile(flags, name, super, interfaces...)}
}

func text(name, body string) entry { return entry{name: name, body: []byte(body)} }

// entry is a file in an archive.
type entry struct {
	name   string
	body   []byte
	header func(*zip.FileHeader) // may be nil
	raw    bool                  // body is written as it is, with the header's sizes
}

// pack writes an archive.
func pack(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.header != nil {
			e.header(h)
		}
		create := w.CreateHeader
		if e.raw {
			create = w.CreateRaw
		}
		f, err := create(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(e.body); err != nil && len(e.body) > 0 {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
