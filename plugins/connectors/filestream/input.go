package filestream

import (
	"context"
	"io"
	"sync"
)

// input is the standard input, of which a process has only one: what a goroutine has
// read of it waits for the next call, whichever task makes it, so that a task which
// is paused or stopped loses nothing. It reads one chunk ahead and no more.
type input struct {
	reader  io.Reader
	started sync.Once
	chunks  chan chunk
}

// chunk is the outcome of one Read.
type chunk struct {
	text []byte
	err  error
}

const inputChunk = 64 << 10

func newInput(r io.Reader) *input { return &input{reader: r, chunks: make(chan chunk)} }

// next returns what was read, or nothing when ctx ends. io.EOF may be followed by
// more, as on a terminal.
func (in *input) next(ctx context.Context) ([]byte, error) {
	in.started.Do(func() { go in.run() })
	select {
	case <-ctx.Done():
		return nil, nil
	case c := <-in.chunks:
		return c.text, c.err
	}
}

// run never ends: there is no way to interrupt a Read of the standard input.
func (in *input) run() {
	for {
		text := make([]byte, inputChunk)
		n, err := in.reader.Read(text)
		in.chunks <- chunk{text[:n], err}
	}
}
