package objectstore

import "sync"

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
