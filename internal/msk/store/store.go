// Package store keeps what the control plane knows, in one file: connectors, plugins,
// worker configurations and their revisions, tags, and operations with the step they
// are at, so that a restart resumes them. Every change is a transaction that is on the
// disk when it returns.
//
// The file is a bbolt database. Values are JSON; the bucket meta says in which format.
//
// Floor 6. Connect: none (Amazon MSK Connect's own storage).
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

const (
	fileMode    = 0o600 // configurations hold passwords
	lockTimeout = 3 * time.Second
	format      = "1"
	formatKey   = "format"
	maxValue    = 8 << 20
)

var (
	// ErrNotFound is the error of a record that does not exist.
	ErrNotFound = errors.New("not found")
	// ErrExists is the error of a name that another record of the same kind has.
	ErrExists = errors.New("the name is taken")
	// ErrLocked is the error of a file that another process has open.
	ErrLocked = errors.New("another process has it open")
	// ErrNotWritten is the error of a change that could not be brought to the disk,
	// which may be full. Later ones, and reads, see the store without it; only when the
	// disk itself is broken may it be there nevertheless.
	ErrNotWritten = errors.New("the change could not be written")
)

// Store is an open file. Its methods are safe for concurrent use.
type Store struct{ db *bbolt.DB }

// Open opens the file, and creates it when it is missing. It waits some seconds for
// another process to leave it, then fails with ErrLocked. The caller closes the store.
func Open(path string) (*Store, error) {
	err := provide(path)
	var db *bbolt.DB
	if err == nil {
		db, err = open(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open control plane store %s: %w", path, err)
	}
	return &Store{db}, nil
}

// provide makes the file when it is missing, all of it or nothing: one that is cut short,
// as on a full disk, could never be opened.
func provide(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	db, err := open(f.Name())
	if err == nil {
		err = db.Close()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = place(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, remove(f.Name()))
	}
	return syncDir(dir)
}

// place gives a file its name, unless another process was faster.
func place(fresh, path string) error {
	err := os.Link(fresh, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return remove(fresh)
	}
	return os.Rename(fresh, path) // there are file systems without links
}

// syncDir brings the names in a directory to the disk, where that can be done.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func open(path string) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		err = ErrLocked
	}
	if err != nil {
		return nil, err
	}
	if err := prepare(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close releases the file. It waits for transactions to end; those that begin later
// fail.
func (s *Store) Close() error { return s.db.Close() }

// View runs do in a transaction that sees one state of the store and changes nothing.
// do must not begin a transaction, and not keep the Tx.
func (s *Store) View(do func(*Tx) error) error {
	return s.db.View(func(tx *bbolt.Tx) error { return do(&Tx{tx}) })
}

// Update runs do in a transaction, one at a time. When do returns an error nothing is
// changed and Update returns that error; otherwise the change is on the disk when
// Update returns, or the error is ErrNotWritten. do must not begin a transaction, not
// keep the Tx and not wait for anything.
func (s *Store) Update(do func(*Tx) error) error {
	done := false
	err := s.db.Update(func(tx *bbolt.Tx) error {
		err := do(&Tx{tx})
		done = err == nil
		return err
	})
	if err != nil && done {
		return fmt.Errorf("%w: %w", ErrNotWritten, err)
	}
	return err
}

// Tx is a transaction. It is for the goroutine that runs it only. What its methods
// return stays valid after it.
type Tx struct{ tx *bbolt.Tx }

// prepare makes what is missing, and writes nothing when nothing is: a full disk is no
// reason not to open.
func prepare(db *bbolt.DB) error {
	complete := false
	err := db.View(func(tx *bbolt.Tx) (err error) {
		complete, err = inspect(tx)
		return err
	})
	if err != nil || complete {
		return err
	}
	return db.Update(create)
}

// inspect reports whether everything is there.
func inspect(tx *bbolt.Tx) (complete bool, err error) {
	meta := tx.Bucket([]byte(metaBucket))
	if meta == nil {
		return false, nil
	}
	switch found := string(meta.Get([]byte(formatKey))); found {
	case format:
	case "":
		return false, nil
	default:
		return false, fmt.Errorf("it has format %q, this version knows %q", found, format)
	}
	for _, name := range buckets() {
		if tx.Bucket([]byte(name)) == nil {
			return false, nil
		}
	}
	return true, nil
}

func create(tx *bbolt.Tx) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return fmt.Errorf("create bucket %s: %w", name, err)
		}
	}
	return tx.Bucket([]byte(metaBucket)).Put([]byte(formatKey), []byte(format))
}
