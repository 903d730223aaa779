package objectstore

import "sync"

const (
	chunkSize   = 256 << 10 // of the buffers that a large object is collected in
	chunkRoom   = 8 << 10   // a chunk with less room than this is full
	chunksKept  = 64        // 16 MiB
	startSize   = 1 << 10   // of the buffer that an object begins with
	startsKept  = 128
	startKeptTo = chunkSize / 2
)

// pool keeps buffers between objects. Small ones, which objects begin with, are
// kept apart from chunks, so that many small objects need little memory.
type pool struct {
	mu     sync.Mutex
	starts [][]byte
	chunks [][]byte
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
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.chunks); n > 0 {
		b := p.chunks[n-1]
		p.chunks = p.chunks[:n-1]
		return b
	}
	return make([]byte, 0, chunkSize)
}

// put takes a buffer back, whose memory nobody else may hold.
func (p *pool) put(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case cap(b) == chunkSize && len(p.chunks) < chunksKept:
		p.chunks = append(p.chunks, b[:0])
	case cap(b) >= startSize && cap(b) <= startKeptTo && len(p.starts) < startsKept:
		p.starts = append(p.starts, b[:0])
	}
}
