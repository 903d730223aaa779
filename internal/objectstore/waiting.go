package objectstore

import (
	"fmt"
	"io"
)

// waiting is the records of an object that its encoder has not got yet. They wait where
// content does, so that what does not fit into memory goes to the file of the pool.
type waiting struct {
	enc     BatchEncoder
	buf     buffer
	full    []batch // that are complete, at the beginning of buf
	size    int     // bytes in full
	records int     // behind them
}

// batch says how much of a buffer the encoder takes at once.
type batch struct{ size, records int }

// keep makes the last record final and writes the batches that the encoder is ready for.
func (w *waiting) keep(dst *buffer, s *Sink) error {
	if n := w.buf.len() - w.size; n >= w.enc.BatchSize() {
		w.end(n)
	}
	for len(w.full) > 0 && w.enc.Ready(w.size) {
		if err := w.write(dst, s); err != nil {
			return err
		}
	}
	w.buf.count()
	return nil
}

// end makes what is behind the full batches one more of them.
func (w *waiting) end(size int) {
	w.full = append(w.full, batch{size, w.records})
	w.size, w.records = w.size+size, 0
}

// write gives the encoder the first batch.
func (w *waiting) write(dst *buffer, s *Sink) error {
	first := w.full[0]
	content, whole, err := w.take(first.size, s)
	if err != nil {
		return err
	}
	w.full, w.size = w.full[1:], w.size-first.size
	if err := w.enc.Write(dst, content, first.records); err != nil {
		return err
	}
	if whole {
		w.buf.close(w.buf.tail[:0])
	}
	if len(w.full) == 0 {
		w.full = nil
	}
	dst.count()
	return s.pool.relieve()
}

// take returns the first n bytes in one piece: all of them as they are, when they lie so,
// or else a copy, for which they are taken out of the buffer.
func (w *waiting) take(n int, s *Sink) (content []byte, whole bool, err error) {
	if len(w.buf.tail) == n && w.buf.len() == n {
		return w.buf.tail, true, nil
	}
	p, err := w.buf.cut(n)
	if err != nil {
		return nil, false, err
	}
	defer p.release()
	if cap(s.batch) < n {
		s.batch = make([]byte, n+n/4)
	}
	content = s.batch[:n]
	if n > maxBatch {
		s.batch = nil // one large record made it large
	}
	if _, err := io.ReadFull(p, content); err != nil {
		return nil, false, fmt.Errorf("read records that wait: %w", err)
	}
	return content, false, nil
}

// maxBatch is the most that is kept for the next batch.
const maxBatch = 1 << 20

// finish writes all that is left and the end of the object.
func (w *waiting) finish(dst *buffer, s *Sink) error {
	if w.records > 0 {
		w.end(w.buf.len() - w.size)
	}
	for len(w.full) > 0 {
		if err := w.write(dst, s); err != nil {
			return err
		}
	}
	return w.enc.Finish(dst)
}

func (w *waiting) release() {
	w.buf.release()
	w.enc.Release()
}
