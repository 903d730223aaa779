package bzip2

// bitWriter appends bits, the highest first.
type bitWriter struct {
	dst  []byte
	bits uint64
	n    uint
}

// put appends the n low bits of v, n at most 32.
func (w *bitWriter) put(v uint32, n uint) {
	w.bits = w.bits<<n | uint64(v)
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.dst = append(w.dst, byte(w.bits>>(w.n-8)))
	}
}

// flush fills the last byte with zeros.
func (w *bitWriter) flush() {
	if w.n > 0 {
		w.put(0, 8-w.n)
	}
}
