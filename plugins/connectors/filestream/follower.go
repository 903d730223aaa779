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
	short    bool // the file is known to end before position
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
	f := &follower{file, position, info.Mode().IsRegular(), false}
	if !f.regular || position == 0 {
		return f, nil
	}
	if _, err := file.Seek(position, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("go to position %d of %s: %w", position, name, err), file.Close())
	}
	return f, nil
}

// read returns 0 bytes when there is nothing now.
func (f *follower) read(b []byte) (int, error) {
	if !f.regular {
		// What cannot be interrupted, a terminal for example, has no deadline either.
		_ = f.SetReadDeadline(time.Now().Add(shortWait))
	}
	n, err := f.Read(b)
	f.position += int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}

// cutOff tells, once each time it happens, that the file ends before the position.
func (f *follower) cutOff() bool {
	if !f.regular {
		return false
	}
	info, err := f.Stat()
	short := err == nil && info.Size() < f.position
	news := short && !f.short
	f.short = short
	return news
}
