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
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"
)

const (
	fileMode    = 0o600 // configurations hold passwords
	lockTimeout = 3 * time.Second
	format      = "1"
	maxValue    = 8 << 20
)

var (
	// ErrNotFound is the error of a record that does not exist.
	ErrNotFound = errors.New("not found")
	// ErrExists is the error of a name that another record of the same kind has.
	ErrExists = errors.New("the name is taken")
	// ErrLocked is the error of a file that another process has open.
	ErrLocked = errors.New("another process has it open")
)

// Store is an open file. Its methods are safe for concurrent use.
type Store struct{ db *bbolt.DB }

// Open opens the file, and creates it when it is missing. It waits some seconds for
// another process to leave it, then fails with ErrLocked. The caller closes the store.
func Open(path string) (*Store, error) {
	db, err := bbolt.Open(path, fileMode, &bbolt.Options{Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType})
	if errors.Is(err, bbolterrors.ErrTimeout) {
		err = ErrLocked
	}
	if err != nil {
		return nil, fmt.Errorf("open control plane store %s: %w", path, err)
	}
	if err := db.Update(prepare); err != nil {
		return nil, errors.Join(fmt.Errorf("open control plane store %s: %w", path, err), db.Close())
	}
	return &Store{db}, nil
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
// Update returns. do must not begin a transaction, not keep the Tx and not wait for
// anything.
func (s *Store) Update(do func(*Tx) error) error {
	return s.db.Update(func(tx *bbolt.Tx) error { return do(&Tx{tx}) })
}

// Tx is a transaction. It is for the goroutine that runs it only. What its methods
// return stays valid after it.
type Tx struct{ tx *bbolt.Tx }

func prepare(tx *bbolt.Tx) error {
	for _, name := range buckets() {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return fmt.Errorf("create bucket %s: %w", name, err)
		}
	}
	meta, key := tx.Bucket([]byte(metaBucket)), []byte("format")
	switch found := string(meta.Get(key)); found {
	case format:
		return nil
	case "":
		return meta.Put(key, []byte(format))
	default:
		return fmt.Errorf("it has format %q, this version knows %q", found, format)
	}
}
