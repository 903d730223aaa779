package objectstore

// buffer collects the bytes of an object until a part is full. It begins small,
// grows as one piece to the size of a chunk and by chunks from there, so that
// large objects are never copied.
//
// When the memory of the pool is used up, what was collected goes to its file, and is
// then what the object begins with.
type buffer struct {
	pool *pool

	pages []int32 // in the file of the pool
	skip  int     // bytes of the first page that are not the buffer's any more
	paged int     // bytes in pages

	full   [][]byte
	size   int    // bytes in full
	sealed int    // bytes that full takes in memory
	tail   []byte // where to append

	counted, place int // of the pool: what it knows the buffer to hold, and where it stands there
}

func (b *buffer) len() int { return b.paged + b.size + len(b.tail) }

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
		b.keep(b.tail)
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

// count tells the pool what the buffer holds. It comes after every change but open.
func (b *buffer) count() { b.pool.hold(b, b.sealed+cap(b.tail)) }

// spill moves what is in memory to the file of the pool.
func (b *buffer) spill() (err error) {
	if b.seal(); b.tail != nil { // which is empty
		b.pool.put(b.tail)
		b.tail = nil
	}
	for i, c := range b.full {
		room := (chunkSize - (b.skip+b.paged)%chunkSize) % chunkSize
		if b.pages, err = b.pool.overflow.append(b.pages, room, c); err != nil {
			b.full = b.full[i:]
			return err
		}
		b.paged, b.size, b.sealed = b.paged+len(c), b.size-len(c), b.sealed-cap(c)
		b.pool.put(c)
	}
	b.full = nil
	b.count()
	return nil
}

// cut takes the first n bytes out of the buffer, which has as many.
func (b *buffer) cut(n int) (*part, error) {
	b.seal()
	p := &part{pool: b.pool, size: int64(n)}
	if err := b.cutPages(p, min(n, b.paged)); err != nil {
		p.release()
		return nil, err
	}
	b.cutChunks(p, n-min(n, p.paged+len(p.first)))
	p.count()
	b.count()
	return p, nil
}

// cutPages takes the first n bytes in the file. Of a page that is in both, the part gets
// a copy.
func (b *buffer) cutPages(p *part, n int) error {
	if n == 0 {
		return nil
	}
	whole, rest := (b.skip+n)/chunkSize, (b.skip+n)%chunkSize
	if n == b.paged {
		p.pages, p.skip, p.paged = b.pages, b.skip, n
		b.pages, b.skip, b.paged = nil, 0, 0
		return nil
	}
	from := b.skip
	if whole > 0 {
		p.pages, p.skip, p.paged = b.pages[:whole:whole], b.skip, whole*chunkSize-b.skip
		from = 0
	}
	b.pages, b.skip, b.paged = b.pages[whole:], rest, b.paged-n
	if rest > from {
		p.first = b.pool.chunk()[:rest-from]
		return b.pool.overflow.read(b.pages[0], from, p.first)
	}
	return nil
}

// cutChunks takes the first n bytes in memory.
func (b *buffer) cutChunks(p *part, n int) {
	if p.first != nil {
		p.chunks = append(p.chunks, p.first)
	}
	if n == 0 {
		return
	}
	all, left := b.full, n
	b.full, b.size, b.sealed = nil, 0, 0
	for i, c := range all {
		if len(c) <= left {
			p.chunks, left = append(p.chunks, c), left-len(c)
			continue
		}
		b.split(p, c, left)
		for _, rest := range all[i+1:] {
			b.keep(rest)
		}
		break
	}
}

// keep puts a chunk behind the full ones.
func (b *buffer) keep(c []byte) {
	b.full, b.size, b.sealed = append(b.full, c), b.size+len(c), b.sealed+cap(c)
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
		b.keep(rest)
		return
	}
	if at > 0 {
		p.chunks = append(p.chunks, c[:at:at])
		p.shared = true
	}
	rest := c[at:]
	b.keep(rest[:len(rest):len(rest)])
	b.shared()
}

// shared keeps the piece that stays out of the pool: its capacity is its length,
// which could by chance be one that the pool keeps.
func (b *buffer) shared() {
	last := len(b.full) - 1
	if c := b.full[last]; cap(c) <= chunkSize {
		b.size, b.sealed = b.size-len(c), b.sealed-cap(c)
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
	b.pool.overflow.release(b.pages)
	b.pages, b.skip, b.paged = nil, 0, 0
	b.full, b.tail, b.size, b.sealed = nil, nil, 0, 0
	b.count()
}
