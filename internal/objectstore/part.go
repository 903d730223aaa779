package objectstore

import (
	"errors"
	"io"
)

// part is a piece of an object on its way: a Body. It begins in pages of the pool's file
// and goes on in chunks.
type part struct {
	pool   *pool
	pages  []int32
	skip   int // bytes of the first page that are not the part's
	paged  int // bytes in pages
	chunks [][]byte
	first  []byte // the first of the chunks, when it is a copy of a page
	size   int64
	shared bool // the last chunk is part of a larger array

	offset  int64  // in all
	i, at   int    // in the pieces: pages, then chunks
	page    []byte // of the pool: the page that was read last …
	read    int    // … and one more than its number among the pieces
	counted int
}

func (p *part) Len() int64 { return p.size }

// memory returns how many bytes the part holds.
func (p *part) memory() int {
	n := 0
	for _, c := range p.chunks {
		n += cap(c)
	}
	return n
}

func (p *part) pieces() int { return len(p.pages) + len(p.chunks) }

// bounds returns where the part's bytes of a page are.
func (p *part) bounds(i int) (from, to int) {
	if i == 0 {
		from = p.skip
	}
	return from, min(chunkSize, p.skip+p.paged-i*chunkSize)
}

func (p *part) length(i int) int {
	if i >= len(p.pages) {
		return len(p.chunks[i-len(p.pages)])
	}
	from, to := p.bounds(i)
	return to - from
}

// piece returns the bytes of a piece, until it is called for another.
func (p *part) piece(i int) ([]byte, error) {
	if i >= len(p.pages) {
		return p.chunks[i-len(p.pages)], nil
	}
	from, to := p.bounds(i)
	if p.read == i+1 {
		return p.page[:to-from], nil
	}
	if p.page == nil {
		p.page = p.pool.chunk()
	}
	p.read = 0
	p.page = p.page[:to-from]
	if err := p.pool.overflow.read(p.pages[i], from, p.page); err != nil {
		return nil, err
	}
	p.read = i + 1
	return p.page, nil
}

func (p *part) Read(dst []byte) (int, error) {
	if p.offset == p.size {
		return 0, io.EOF
	}
	read := 0
	for read < len(dst) && p.i < p.pieces() {
		c, err := p.piece(p.i)
		if err != nil {
			return read, err
		}
		n := copy(dst[read:], c[p.at:])
		read, p.at = read+n, p.at+n
		if p.at == len(c) {
			p.i, p.at = p.i+1, 0
		}
	}
	p.offset += int64(read)
	return read, nil
}

// WriteTo spares io.Copy its buffer.
func (p *part) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for p.i < p.pieces() {
		c, err := p.piece(p.i)
		if err != nil {
			return written, err
		}
		n, err := w.Write(c[p.at:])
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
		if n := int64(p.length(p.i)); rest >= n {
			p.i, rest = p.i+1, rest-n
			continue
		}
		p.at, rest = int(rest), 0
	}
	return offset, nil
}

// count tells the pool what the part holds.
func (p *part) count() {
	n := p.memory()
	p.pool.held.Add(int64(n - p.counted))
	p.counted = n
}

// spill moves what is in memory to the file of the pool, before the part is read.
func (p *part) spill() (err error) {
	for i, c := range p.chunks {
		room := (chunkSize - (p.skip+p.paged)%chunkSize) % chunkSize
		if p.pages, err = p.pool.overflow.append(p.pages, room, c); err != nil {
			p.chunks = p.chunks[i:]
			return err
		}
		p.paged += len(c)
		if !p.shared || i < len(p.chunks)-1 {
			p.pool.put(c)
		}
	}
	p.chunks, p.first, p.shared = nil, nil, false
	p.count()
	return nil
}

// release gives the memory back; the part must not be read any more.
func (p *part) release() {
	for i, c := range p.chunks {
		if p.shared && i == len(p.chunks)-1 {
			break
		}
		p.pool.put(c)
	}
	if p.page != nil {
		p.pool.put(p.page)
	}
	p.pool.overflow.release(p.pages)
	p.chunks, p.pages, p.page = nil, nil, nil
	p.count()
}
