package objectstore

import (
	"errors"
	"io"
)

// buffer collects the bytes of an object until a part is full. It begins small,
// grows as one piece to the size of a chunk and by chunks from there, so that
// large objects are never copied.
type buffer struct {
	pool *pool
	full [][]byte
	size int    // bytes in full
	tail []byte // where to append
}

func (b *buffer) len() int { return b.size + len(b.tail) }

// open returns where to append; the caller gives the longer slice back by close.
func (b *buffer) open() []byte {
	room := cap(b.tail) - len(b.tail)
	switch {
	case b.tail == nil:
		b.tail = b.first()
	case room >= min(chunkRoom, cap(b.tail)/4):
	case cap(b.tail) < chunkSize/2 && b.size == 0:
		b.grow()
	default:
		b.seal()
		b.tail = b.pool.chunk()
	}
	return b.tail
}

func (b *buffer) first() []byte {
	if b.size == 0 {
		return b.pool.start()
	}
	return b.pool.chunk()
}

func (b *buffer) grow() {
	var next []byte
	if n := 4 * cap(b.tail); n < chunkSize {
		next = make([]byte, 0, n)
	} else {
		next = b.pool.chunk()
	}
	next = append(next, b.tail...)
	b.pool.put(b.tail)
	b.tail = next
}

// close takes the slice of open back with more in it.
func (b *buffer) close(tail []byte) { b.tail = tail }

func (b *buffer) seal() {
	if len(b.tail) > 0 {
		b.full, b.size = append(b.full, b.tail), b.size+len(b.tail)
		b.tail = nil
	}
}

// Write appends p, for compressors and encoders of blocks: what is longer than a
// chunk goes to several.
func (b *buffer) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		dst := b.open()
		n := min(len(rest), cap(dst)-len(dst))
		b.close(append(dst, rest[:n]...))
		rest = rest[n:]
	}
	return len(p), nil
}

// cut takes the first n bytes out of the buffer, which has as many.
func (b *buffer) cut(n int) *part {
	b.seal()
	p := &part{pool: b.pool}
	all, left := b.full, n
	b.full, b.size = nil, 0
	for i, c := range all {
		if len(c) <= left {
			p.chunks, left = append(p.chunks, c), left-len(c)
			continue
		}
		b.split(p, c, left)
		for _, rest := range all[i+1:] {
			b.full, b.size = append(b.full, rest), b.size+len(rest)
		}
		break
	}
	p.size = int64(n)
	return p
}

// split divides a chunk between the part and what stays. A chunk of the pool is
// copied; a larger one, made by one large record, is shared and left to the
// garbage collector, because no piece of it has the capacity that the pool keeps.
func (b *buffer) split(p *part, c []byte, at int) {
	if cap(c) <= chunkSize {
		rest := append(b.pool.chunk(), c[at:]...)
		if at > 0 {
			p.chunks = append(p.chunks, c[:at])
		} else {
			b.pool.put(c)
		}
		b.full, b.size = append(b.full, rest), b.size+len(rest)
		return
	}
	if at > 0 {
		p.chunks = append(p.chunks, c[:at:at])
		p.shared = true
	}
	rest := c[at:]
	b.full, b.size = append(b.full, rest[:len(rest):len(rest)]), b.size+len(rest)
	b.shared()
}

// shared keeps the piece that stays out of the pool: its capacity is its length,
// which could by chance be one that the pool keeps.
func (b *buffer) shared() {
	last := len(b.full) - 1
	if c := b.full[last]; cap(c) <= chunkSize {
		b.size -= len(c)
		b.full = b.full[:last]
		_, _ = b.Write(c)
		b.seal()
	}
}

// release gives everything back.
func (b *buffer) release() {
	for _, c := range b.full {
		b.pool.put(c)
	}
	if b.tail != nil {
		b.pool.put(b.tail)
	}
	b.full, b.tail, b.size = nil, nil, 0
}

// part is a piece of an object on its way: a Body.
type part struct {
	pool   *pool
	chunks [][]byte
	size   int64
	shared bool // the last chunk is part of a larger array

	offset int64 // in all
	i, at  int   // in chunks
}

func (p *part) Len() int64 { return p.size }

func (p *part) Read(dst []byte) (int, error) {
	if p.offset == p.size {
		return 0, io.EOF
	}
	read := 0
	for read < len(dst) && p.i < len(p.chunks) {
		n := copy(dst[read:], p.chunks[p.i][p.at:])
		read, p.at = read+n, p.at+n
		if p.at == len(p.chunks[p.i]) {
			p.i, p.at = p.i+1, 0
		}
	}
	p.offset += int64(read)
	return read, nil
}

// WriteTo spares io.Copy its buffer.
func (p *part) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for p.i < len(p.chunks) {
		n, err := w.Write(p.chunks[p.i][p.at:])
		written, p.offset, p.at = written+int64(n), p.offset+int64(n), p.at+n
		if err != nil {
			return written, err
		}
		p.i, p.at = p.i+1, 0
	}
	return written, nil
}

func (p *part) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.offset
	case io.SeekEnd:
		offset += p.size
	}
	if offset < 0 || offset > p.size {
		return 0, errors.New("seek outside of the part")
	}
	p.offset, p.i, p.at = offset, 0, 0
	for rest := offset; rest > 0; {
		if n := int64(len(p.chunks[p.i])); rest >= n {
			p.i, rest = p.i+1, rest-n
			continue
		}
		p.at, rest = int(rest), 0
	}
	return offset, nil
}

// release gives the memory back; the part must not be read any more.
func (p *part) release() {
	for i, c := range p.chunks {
		if p.shared && i == len(p.chunks)-1 {
			break
		}
		p.pool.put(c)
	}
	p.chunks = nil
}
