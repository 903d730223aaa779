package logship

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// tail reads a log that is rotated.
type tail struct {
	path  string
	parts int // older files: path.1 and so on
}

// part is a file of the log, nil when it is not there now.
type part struct {
	file *os.File
	size int64
}

func (p part) mark() (mark, error) {
	if p.file == nil {
		return mark{}, nil
	}
	return markOf(p.file, p.size)
}

func (p part) begins(m mark) bool { return p.file != nil && m.on(p.file, p.size) }

// find returns where a place is now. Close what it returns.
func (t tail) find(at place) (*found, error) {
	newest, err := openPart(t.path)
	if err != nil {
		return nil, err
	}
	f := &found{parts: []part{newest}, offset: at.Offset, at: at}
	if newest.size >= at.Offset && newest.begins(at.Head) {
		return f, nil
	}
	if err := t.openOlder(f); err != nil {
		f.close()
		return nil, err
	}
	f.locate()
	return f, nil
}

func openPart(path string) (part, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return part{}, nil
	}
	if err != nil {
		return part{}, fmt.Errorf("open a log: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a file")
	}
	if err != nil {
		return part{}, errors.Join(fmt.Errorf("open a log: %w", err), f.Close())
	}
	return part{f, info.Size()}, nil
}

func (t tail) openOlder(f *found) error {
	for n := 1; n <= t.parts; n++ {
		p, err := openPart(fmt.Sprintf("%s.%d", t.path, n))
		switch {
		case err != nil:
			return err
		case p.file == nil:
		case len(f.parts) == 1 && f.parts[0].sameAs(p):
			// It is a copy in the making; the original is still there.
			_ = p.file.Close()
		default:
			f.parts = append(f.parts, p)
		}
	}
	return nil
}

// sameAs tells whether both begin alike.
func (p part) sameAs(q part) bool {
	length := min(p.size, q.size, markLength)
	if length == 0 {
		return false
	}
	m, err := markOf(q.file, length)
	return err == nil && p.begins(m)
}

// found is a place in the files of a log, the newest first.
type found struct {
	parts  []part
	at     place
	index  int // of the part
	offset int64
	lost   bool // the place is gone, and with it lines perhaps
}

func (f *found) close() {
	for _, p := range f.parts {
		if p.file != nil {
			_ = p.file.Close()
		}
	}
}

func (f *found) locate() {
	for i, p := range f.parts {
		if p.size >= f.at.Offset && p.begins(f.at.Head) {
			f.index = i
			return
		}
	}
	f.offset, f.lost = 0, f.at.Head.Length > 0
	for i, p := range f.parts[1:] {
		if p.begins(f.at.Prior) {
			f.index = i // the one after it
			return
		}
	}
	f.lost = f.lost || f.at.Prior.Length > 0
	f.index = len(f.parts) - 1
}

// backlog returns how many bytes are there from the place on.
func (f *found) backlog() int64 {
	n := f.parts[f.index].size - f.offset
	for _, p := range f.parts[:f.index] {
		n += p.size
	}
	return n
}

// piece is text of one file.
type piece struct {
	text   []byte
	ends   bool   // an older file, which will not grow, ends with it
	first  []byte // bytes of the file
	offset int64  // of the text
	prior  mark
}

// read returns text of at most so many bytes. It passes to newer files by itself; the
// text is empty when there is no more now.
func (f *found) read(most int) (piece, error) {
	for {
		p := f.parts[f.index]
		prior, err := f.prior()
		if err != nil {
			return piece{}, err
		}
		left := p.size - f.offset
		if left > 0 || f.index == 0 {
			return f.pieceOf(p, int(min(left, int64(most))), prior)
		}
		f.index, f.offset = f.index-1, 0
	}
}

// prior returns the mark of the file before the current one.
func (f *found) prior() (mark, error) {
	if f.index+1 < len(f.parts) {
		return f.parts[f.index+1].mark()
	}
	return f.at.Prior, nil
}

func (f *found) pieceOf(p part, n int, prior mark) (piece, error) {
	c := piece{offset: f.offset, prior: prior, ends: f.index > 0 && f.offset+int64(n) == p.size}
	first, err := readAt(p.file, 0, int(min(f.offset+int64(n), markLength)))
	if err != nil {
		return piece{}, err
	}
	text, err := readAt(p.file, f.offset, n)
	if err != nil {
		return piece{}, err
	}
	c.first, c.text = first, text
	return c, nil
}

// errCut says that a file was truncated while it was read. The next look finds where
// the text is now.
var errCut = errors.New("the log was cut while it was read")

func readAt(f *os.File, at int64, n int) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	b := make([]byte, n)
	got, err := f.ReadAt(b, at)
	switch {
	case got == n:
		return b, nil
	case errors.Is(err, io.EOF):
		return nil, errCut
	}
	return nil, fmt.Errorf("read a log: %w", err)
}

// after returns the place behind so many bytes of the text.
func (c *piece) after(n int) place {
	offset := c.offset + int64(n)
	return place{newMark(c.first[:min(int64(len(c.first)), offset)]), offset, c.prior}
}
