package content

import (
	"bytes"
	"fmt"
	"io"
)

// window is the part of a stream that is looked at.
type window struct {
	src io.Reader
	buf []byte
	at  int // where it begins in buf
	end error
	max int // bytes
}

func newWindow(src io.Reader) window {
	return window{src: src, buf: make([]byte, 0, 64<<10), max: MaxRecord}
}

var errLong = fmt.Errorf("a record has more than %d bytes", MaxRecord)

// rest returns what is in the window.
func (w *window) rest() []byte { return w.buf[w.at:] }

// more makes the window longer; io.EOF when there is nothing more.
func (w *window) more() error {
	if w.end != nil {
		return w.end
	}
	if w.at > 0 && len(w.buf) == cap(w.buf) {
		w.buf = w.buf[:copy(w.buf, w.rest())]
		w.at = 0
	}
	if len(w.buf) == cap(w.buf) {
		if len(w.buf) >= w.max {
			return errLong
		}
		w.buf = append(make([]byte, 0, 2*cap(w.buf)), w.buf...)
	}
	n, err := w.src.Read(w.buf[len(w.buf):cap(w.buf)])
	w.buf = w.buf[:len(w.buf)+n]
	if err != nil {
		w.end = err
	}
	if n > 0 {
		return nil
	}
	return err
}

// until takes what comes before a separator, and the separator; what is behind the
// last one counts as well. The bytes stay as they are until the next call.
func (w *window) until(separator []byte) ([]byte, error) {
	from := 0
	for {
		if i := bytes.Index(w.rest()[from:], separator); i >= 0 && len(separator) > 0 {
			piece := w.rest()[:from+i]
			w.at += from + i + len(separator)
			return piece, nil
		}
		from = max(0, len(w.rest())-len(separator)+1)
		if err := w.more(); err == io.EOF && len(w.rest()) > 0 {
			piece := w.rest()
			w.at = len(w.buf)
			return piece, nil
		} else if err != nil {
			return nil, err
		}
	}
}
