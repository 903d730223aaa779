package devs3

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
)

const (
	maxHeldBody = 1 << 20  // a longer body goes to a temporary file at once
	maxHeld     = 64 << 20 // of all bodies held in memory together
)

// received is a body whose claims were checked, on its way to its place: in
// memory when it is short, otherwise in a temporary file. Its owner drops it.
type received struct {
	data     []byte // nil when the body came as a file
	room     *room  // that data takes
	path     string // of the temporary file, "" when there is none
	fileTime int64  // mtime of that file in ns
	size     int64
	etag     string
	sums     map[string]string
}

// receive takes in the body of a request.
func (s *Server) receive(r *request) (*received, error) {
	p, err := openPayload(r)
	if err != nil {
		return nil, err
	}
	return s.takeIn(p)
}

func (s *Server) takeIn(p *payload) (*received, error) {
	got := &received{size: p.size}
	var err error
	if p.size <= maxHeldBody && s.store.held.take(p.size) {
		got.room = &s.store.held
		got.data = make([]byte, p.size)
		err = p.read(got.data)
	} else {
		err = got.spool(s.store, func(f *os.File) error { return p.moveTo(f, s) })
	}
	if err != nil {
		got.drop()
		return nil, err
	}
	got.etag, got.sums = hex.EncodeToString(p.md5.Sum(nil)), p.encodedSums()
	return got, nil
}

// spool makes a temporary file of what write writes.
func (got *received) spool(st *store, write func(*os.File) error) error {
	// One at a time, as the file system does it anyway, but asleep meanwhile.
	st.names.Lock()
	f, err := os.CreateTemp(st.layout.tmp(), "in-")
	st.names.Unlock()
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil && st.sync {
		err = f.Sync()
	}
	info, statErr := f.Stat()
	if err = errors.Join(err, statErr, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	got.path, got.size, got.fileTime = f.Name(), info.Size(), info.ModTime().UnixNano()
	return nil
}

// moveTo makes the body a file at path.
func (got *received) moveTo(path string) error {
	err := os.Rename(got.path, path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		err = os.Rename(got.path, path)
	}
	if err == nil {
		got.path = ""
	}
	return err
}

// toFile makes sure there is a temporary file.
func (got *received) toFile(st *store) error {
	if got.path != "" {
		return nil
	}
	return got.spool(st, func(f *os.File) error {
		_, err := f.Write(got.data)
		return err
	})
}

// drop releases what the body takes, wherever it still is. Dropping twice is
// harmless.
func (got *received) drop() {
	if got.path != "" {
		_ = os.Remove(got.path)
	}
	if got.room != nil {
		got.room.give(int64(len(got.data)))
	}
	got.path, got.data, got.room = "", nil, nil
}

// room is how many bytes may still be held in memory.
type room struct{ left atomic.Int64 }

// take reports whether there was room for n bytes, which are then taken.
func (r *room) take(n int64) bool {
	if r.left.Add(-n) >= 0 {
		return true
	}
	r.left.Add(n)
	return false
}

func (r *room) give(n int64) { r.left.Add(n) }
