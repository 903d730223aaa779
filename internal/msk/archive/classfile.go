package archive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// The tags of the constant pool and the flags of a class, as the Java Virtual Machine
// Specification (4.1, 4.4) numbers them.
const (
	classMagic = 0xcafebabe

	tagUTF8               = 1
	tagInteger            = 3
	tagFloat              = 4
	tagLong               = 5
	tagDouble             = 6
	tagClass              = 7
	tagString             = 8
	tagFieldref           = 9
	tagMethodref          = 10
	tagInterfaceMethodref = 11
	tagNameAndType        = 12
	tagMethodHandle       = 15
	tagMethodType         = 16
	tagDynamic            = 17
	tagInvokeDynamic      = 18
	tagModule             = 19
	tagPackage            = 20

	flagPublic    = 0x0001
	flagInterface = 0x0200
	flagAbstract  = 0x0400
	flagSynthetic = 0x1000
	flagModule    = 0x8000
)

var errClassEnds = errors.New("the class ends too early")

// class is the head of a class file: who it is, and what it is a kind of. Names are
// spelled with dots.
type class struct {
	name       string
	super      string // "" of java.lang.Object and of modules
	interfaces []string
	flags      uint16
	jar        int // where it was found; set by the reader of the archive
}

// concrete reports whether Kafka Connect could make one.
func (c class) concrete() bool {
	return c.flags&flagPublic != 0 && c.flags&(flagInterface|flagAbstract|flagSynthetic|flagModule) == 0
}

// classReader reads class files. Only the memory for the constant pool is used again;
// what it returns is the caller's.
type classReader struct {
	rest []byte
	pool []constant
	text []byte // the class file
}

// constant is an entry of the pool: where a text lies, or which text names a class.
type constant struct {
	tag      byte
	from, to int    // of tagUTF8
	name     uint16 // of tagClass
}

// read reads the file up to the interfaces. It never panics, whatever b is.
func (r *classReader) read(b []byte) (class, error) {
	r.text, r.rest = b, b
	magic, err := r.take(8)
	if err != nil {
		return class{}, err
	}
	if binary.BigEndian.Uint32(magic) != classMagic {
		return class{}, errors.New("this is no Java class")
	}
	if err := r.readPool(); err != nil {
		return class{}, err
	}
	return r.readHead()
}

func (r *classReader) take(n int) ([]byte, error) {
	if n > len(r.rest) {
		return nil, errClassEnds
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b, nil
}

func (r *classReader) uint16() (uint16, error) {
	b, err := r.take(2)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint16(b), nil
}

func (r *classReader) readPool() error {
	count, err := r.uint16()
	if err != nil {
		return err
	}
	r.pool = append(r.pool[:0], constant{}) // the first index is 1
	for len(r.pool) < int(count) {
		c, err := r.readConstant()
		if err != nil {
			return err
		}
		r.pool = append(r.pool, c)
		if c.tag == tagLong || c.tag == tagDouble {
			r.pool = append(r.pool, constant{}) // they take two
		}
	}
	return nil
}

func (r *classReader) readConstant() (constant, error) {
	tag, err := r.take(1)
	if err != nil {
		return constant{}, err
	}
	c := constant{tag: tag[0]}
	switch c.tag {
	case tagUTF8:
		n, err := r.uint16()
		if err != nil {
			return c, err
		}
		c.from = len(r.text) - len(r.rest)
		c.to = c.from + int(n)
		_, err = r.take(int(n))
		return c, err
	case tagClass:
		c.name, err = r.uint16()
		return c, err
	}
	n := constantBytes(c.tag)
	if n == 0 {
		return c, fmt.Errorf("the constant pool has an entry of the unknown kind %d", c.tag)
	}
	_, err = r.take(n)
	return c, err
}

// constantBytes returns the length of the constants that say nothing here, 0 for an
// unknown one.
func constantBytes(tag byte) int {
	switch tag {
	case tagString, tagMethodType, tagModule, tagPackage:
		return 2
	case tagMethodHandle:
		return 3
	case tagInteger, tagFloat, tagFieldref, tagMethodref, tagInterfaceMethodref, tagNameAndType, tagDynamic, tagInvokeDynamic:
		return 4
	case tagLong, tagDouble:
		return 8
	}
	return 0
}

func (r *classReader) readHead() (c class, err error) {
	if c.flags, err = r.uint16(); err != nil {
		return c, err
	}
	if c.name, err = r.className(); err != nil {
		return c, err
	}
	if c.name == "" {
		return c, errors.New("the class has no name")
	}
	if c.super, err = r.className(); err != nil {
		return c, err
	}
	n, err := r.uint16()
	if err != nil {
		return c, err
	}
	if 2*int(n) > len(r.rest) {
		return c, errClassEnds
	}
	for range n {
		name, err := r.className()
		if err != nil {
			return c, err
		}
		c.interfaces = append(c.interfaces, name)
	}
	return c, nil
}

// className follows an index to a class and from there to its name; index 0 is "".
func (r *classReader) className() (string, error) {
	index, err := r.uint16()
	if err != nil || index == 0 {
		return "", err
	}
	if int(index) >= len(r.pool) || r.pool[index].tag != tagClass {
		return "", errors.New("the class names something that is no class")
	}
	name := int(r.pool[index].name)
	if name >= len(r.pool) || r.pool[name].tag != tagUTF8 {
		return "", errors.New("the class names a class without name")
	}
	text := string(r.text[r.pool[name].from:r.pool[name].to])
	return strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "/", "."), nil
}
