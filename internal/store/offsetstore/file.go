package offsetstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// File is the offset store of standalone mode. Its file is the one that Java's
// FileOffsetBackingStore reads and writes.
type File struct {
	path string

	mu      sync.Mutex // held while the file is written: one write at a time
	entries map[string][]byte
	unkeyed []Entry // at most one: what Java stored under null, kept as it is
}

// OpenFile reads a store. A file that does not exist or is empty is an empty store;
// its directory must exist.
func OpenFile(path string) (*File, error) {
	f := &File{path: path, entries: map[string][]byte{}}
	raw, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, f.checkDir()
	case err != nil:
		return nil, fmt.Errorf("read offset file: %w", err)
	}
	entries, err := DecodeFile(raw)
	if err != nil {
		return nil, fmt.Errorf("read offset file %s: %w", path, err)
	}
	for _, e := range entries {
		if e.Key == nil {
			f.unkeyed = []Entry{e}
			continue
		}
		f.entries[string(e.Key)] = e.Value
	}
	return f, nil
}

func (f *File) checkDir() error {
	dir := filepath.Dir(f.path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("offset file %s: the directory %s does not exist; create it or change offset.storage.file.filename", f.path, dir)
	}
	return nil
}

// Get returns the value of a key.
func (f *File) Get(_ context.Context, key []byte) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.entries[string(key)], nil
}

// Set stores entries and writes the file. When that fails nothing has changed.
func (f *File) Set(_ context.Context, entries []Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := make(map[string][]byte, len(f.entries)+len(entries))
	for k, v := range f.entries {
		next[k] = v
	}
	for _, e := range entries {
		next[string(e.Key)] = e.Value
	}
	if err := replaceFile(f.path, EncodeFile(f.with(next))); err != nil {
		return fmt.Errorf("write offset file: %w", err)
	}
	f.entries = next
	return nil
}

// with returns all that belongs into the file.
func (f *File) with(entries map[string][]byte) []Entry {
	all := slices.Clone(f.unkeyed)
	for k, v := range entries {
		all = append(all, Entry{[]byte(k), v})
	}
	return all
}

// All returns every entry whose value is not nil.
func (f *File) All(context.Context) ([]Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []Entry
	for k, v := range f.entries {
		if v != nil {
			all = append(all, Entry{[]byte(k), v})
		}
	}
	return all, nil
}

// replaceFile writes beside the file and renames, so that a crash or a full disk
// leaves the old offsets, where Java would leave half a file.
func replaceFile(path string, content []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
