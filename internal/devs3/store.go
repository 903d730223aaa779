package devs3

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// ErrInUse says that another process has the data directory open.
var ErrInUse = errors.New("data directory is in use by another process")

// store is everything below the data directory.
type store struct {
	layout layout
	sync   bool
	log    *slog.Logger
	lock   *os.File
	held   room       // for bodies in memory
	names  sync.Mutex // while a temporary file is created

	mu      sync.RWMutex // guards the two maps, not their values
	buckets map[string]*bucket
	uploads map[string]*upload
}

func openStore(dir string, sync bool, log *slog.Logger) (*store, error) {
	if dir == "" {
		return nil, errors.New("no directory given")
	}
	st := &store{layout: layout{root: dir}, sync: sync, log: log, buckets: map[string]*bucket{}, uploads: map[string]*upload{}}
	st.held.give(maxHeld)
	for _, d := range []string{st.layout.uploads(), st.layout.journals(), st.layout.tmp()} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return nil, err
		}
	}
	var err error
	if st.lock, err = lockFile(filepath.Join(dir, privateDir, "lock")); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInUse, err)
	}
	if err := st.load(); err != nil {
		return nil, errors.Join(err, st.close())
	}
	return st, nil
}

func (st *store) load() error {
	if err := st.clearTemporary(); err != nil {
		return err
	}
	var err error
	if st.layout.folds, err = foldsCase(st.layout.tmp()); err != nil {
		return err
	}
	entries, err := os.ReadDir(st.layout.root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !validBucket(e.Name()) {
			continue
		}
		if st.buckets[e.Name()], err = st.openBucket(e.Name()); err != nil {
			return fmt.Errorf("open bucket %s: %w", e.Name(), err)
		}
	}
	return st.loadUploads()
}

// clearTemporary removes what unfinished writes of an earlier process left.
func (st *store) clearTemporary() error {
	if err := os.RemoveAll(st.layout.tmp()); err != nil {
		return err
	}
	return os.Mkdir(st.layout.tmp(), 0o755)
}

func (st *store) close() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	var errs []error
	for _, b := range st.buckets {
		errs = append(errs, b.close())
	}
	clear(st.buckets)
	clear(st.uploads)
	if st.lock != nil {
		errs = append(errs, st.lock.Close())
		st.lock = nil
	}
	return errors.Join(errs...)
}

// bucket returns an existing bucket.
func (st *store) bucket(name string) (*bucket, error) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	if b := st.buckets[name]; b != nil {
		return b, nil
	}
	return nil, errNoSuchBucket
}

func (st *store) listBuckets() []*bucket {
	st.mu.RLock()
	defer st.mu.RUnlock()
	var all []*bucket
	for _, name := range slices.Sorted(maps.Keys(st.buckets)) {
		all = append(all, st.buckets[name])
	}
	return all
}

func (st *store) createBucket(name string) error {
	if !validBucket(name) {
		return errInvalidBucketName
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.lock == nil {
		return errors.New("server is closed")
	}
	if st.buckets[name] != nil {
		return errBucketExists
	}
	if err := os.Mkdir(st.layout.bucket(name), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	b, err := st.openBucket(name)
	if err != nil {
		return err
	}
	st.buckets[name] = b
	return nil
}

// deleteBucket removes an empty bucket together with its unfinished uploads.
func (st *store) deleteBucket(name string) error {
	st.mu.Lock()
	b := st.buckets[name]
	if b == nil {
		st.mu.Unlock()
		return errNoSuchBucket
	}
	err := b.destroy()
	var orphans []*upload
	if err == nil {
		delete(st.buckets, name)
		for _, u := range st.uploads {
			if u.Bucket == name {
				orphans = append(orphans, u)
			}
		}
	}
	st.mu.Unlock()
	for _, u := range orphans {
		err = errors.Join(err, st.dropUpload(u))
	}
	return err
}
