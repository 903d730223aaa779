package filestream

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// follower reads a file that may grow, or a named pipe, without ever waiting long.
type follower struct {
	*os.File
	position int64 // where the next read begins
	regular  bool
	atEnd    bool // the last read found nothing
	short    bool // the file is known to end before position
	news     bool // short since the last look
}

// follow opens a file at a position. A pipe has no positions: it goes on where it
// was left.
func follow(name string, position int64) (*follower, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	flags := os.O_RDONLY
	if !info.Mode().IsRegular() {
		flags |= syscall.O_NONBLOCK // to open a pipe does not wait for a writer
	}
	file, err := os.OpenFile(name, flags, 0)
	if err != nil {
		return nil, err
	}
	f := &follower{File: file, position: position, regular: info.Mode().IsRegular()}
	if !f.regular || position == 0 {
		return f, nil
	}
	if _, err := file.Seek(position, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("go to position %d of %s: %w", position, name, err), file.Close())
	}
	return f, nil
}

// read returns 0 bytes when there is nothing now. At the end of a file it looks at the
// size only, until that is another.
func (f *follower) read(b []byte) (int, error) {
	if !f.regular {
		// What cannot be interrupted, a terminal for example, has no deadline either.
		_ = f.SetReadDeadline(time.Now().Add(shortWait))
	} else if f.atEnd && !f.grown() {
		return 0, nil
	}
	n, err := f.Read(b)
	f.position += int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	f.atEnd = n == 0
	return n, err
}

// grown tells whether there may be more than was read.
func (f *follower) grown() bool {
	info, err := f.Stat()
	if err != nil {
		return true // reading says what is wrong
	}
	short := info.Size() < f.position
	f.news = f.news || short && !f.short
	f.short = short
	return info.Size() > f.position
}

// cutOff tells, once each time it happens, that the file ends before the position.
func (f *follower) cutOff() bool {
	news := f.news
	f.news = false
	return news
}
