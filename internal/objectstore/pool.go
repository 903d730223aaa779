package objectstore

import (
	"slices"
	"sync"
	"sync/atomic"
)

const (
	chunkSize = 256 << 10 // of the buffers that a large object is collected in
	chunkRoom = 8 << 10   // a chunk with less room than this is full
	startSize = 1 << 10   // of the buffer that an object begins with
	startMost = 16 << 10  // of those that are kept
	startKept = 64
)

// pool keeps buffers between objects. Small ones, which objects begin with, are
// kept apart from chunks, so that many small objects need little memory.
type pool struct {
	mu     sync.Mutex
	starts [][]byte
	chunks sync.Pool // of *[chunkSize]byte

	limit    int          // bytes in buffers and parts above which buffers overflow; 0 for none
	held     atomic.Int64 // bytes in buffers and parts
	counted  int          // bytes in buffers; of the owner
	buffers  []*buffer    // that hold memory; of the owner
	overflow overflow
}

// relieve moves buffers to the file when the memory is used up. Where most of it is in
// parts on their way, it waits until buffers have enough for that to be worth it.
func (p *pool) relieve() error {
	if p.limit == 0 || p.held.Load() <= int64(p.limit) || p.counted <= p.limit/4 {
		return nil
	}
	return p.spill()
}

// fit moves a part to the file when the memory is used up: others wait, because the store
// is slow.
func (p *pool) fit(x *part) error {
	if p.limit == 0 || p.held.Load() <= int64(p.limit) {
		return nil
	}
	return x.spill()
}

// spill moves buffers to the file, the larger ones first, until half of the limit is
// free.
func (p *pool) spill() error {
	for target := int64(p.limit / 2); p.held.Load() > target && len(p.buffers) > 0; {
		average := p.counted / len(p.buffers)
		for _, b := range slices.Clone(p.buffers) {
			if b.counted < average || p.held.Load() <= target {
				continue
			}
			if err := b.spill(); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold notes what a buffer holds now.
func (p *pool) hold(b *buffer, bytes int) {
	if bytes == b.counted {
		return
	}
	switch {
	case b.counted == 0:
		b.place = len(p.buffers)
		p.buffers = append(p.buffers, b)
	case bytes == 0:
		last := len(p.buffers) - 1
		p.buffers[b.place] = p.buffers[last]
		p.buffers[b.place].place = b.place
		p.buffers[last] = nil
		p.buffers = p.buffers[:last]
	}
	p.held.Add(int64(bytes - b.counted))
	p.counted += bytes - b.counted
	b.counted = bytes
}

func (p *pool) start() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.starts); n > 0 {
		b := p.starts[n-1]
		p.starts = p.starts[:n-1]
		return b
	}
	return make([]byte, 0, startSize)
}

func (p *pool) chunk() []byte {
	if a, ok := p.chunks.Get().(*[chunkSize]byte); ok {
		return a[:0]
	}
	return make([]byte, 0, chunkSize)
}

// put takes a buffer back, whose memory nobody else may hold.
func (p *pool) put(b []byte) {
	switch {
	case cap(b) == chunkSize:
		p.chunks.Put((*[chunkSize]byte)(b[:chunkSize]))
	case cap(b) >= startSize && cap(b) <= startMost:
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.starts) < startKept {
			p.starts = append(p.starts, b[:0])
		}
	}
}
