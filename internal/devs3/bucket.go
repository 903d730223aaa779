package devs3

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// bucket is the objects of one bucket: their files and the index over them.
// The lock is held while a file is renamed or opened, because the file and its
// entry in the index must change together; contents move outside of it.
type bucket struct {
	name    string
	created time.Time
	store   *store

	mu      sync.RWMutex
	objects *index
	journal *journal // nil once the bucket is gone
}

// condition looks at the present object (nil when there is none) and says
// whether it may be replaced.
type condition func(present *object) error

// put makes got the contents of o. It drops got.
func (b *bucket) put(got *received, o *object, allowed condition) error {
	defer got.drop()
	if err := got.toFile(b.store); err != nil {
		return fmt.Errorf("store %s/%s: %w", b.name, o.Key, err)
	}
	o.Size, o.ETag, o.FileTime, o.Sums, o.Modified = got.size, got.etag, got.fileTime, got.sums, now()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.place(got, o, allowed)
}

func (b *bucket) place(got *received, o *object, allowed condition) error {
	if b.journal == nil {
		return errNoSuchBucket
	}
	present := b.objects.get(o.Key)
	if allowed != nil {
		if err := allowed(present); err != nil {
			return err
		}
	}
	if err := b.move(got, o); err != nil {
		return fmt.Errorf("store %s/%s: %w", b.name, o.Key, err)
	}
	if present != nil && present.Hidden != o.Hidden {
		b.removeFile(present)
	}
	return b.record(o)
}

// move tries the object's own path first. That may be taken by a directory, or
// lead through an object; then the object is hidden.
func (b *bucket) move(got *received, o *object) error {
	o.Hidden = !b.store.layout.ordinary(o.Key)
	if !o.Hidden {
		if err := got.moveTo(b.path(o)); err == nil {
			return nil
		}
		o.Hidden = true
	}
	return got.moveTo(b.path(o))
}

// record writes the object to the journal and to the index.
func (b *bucket) record(o *object) error {
	if err := b.journal.append(o); err != nil {
		return err
	}
	if o.Deleted {
		b.objects.remove(o.Key)
	} else {
		b.objects.put(o)
	}
	if b.journal.lines > 2*b.objects.n+10_000 {
		return b.journal.rewrite(b.objects.from(""))
	}
	return nil
}

// open returns the object and its contents; the caller closes them.
func (b *bucket) open(key string) (*object, *os.File, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	o := b.objects.get(key)
	if o == nil {
		return nil, nil, errNoSuchKey
	}
	f, err := os.Open(b.path(o))
	if err != nil {
		return nil, nil, fmt.Errorf("open %s/%s: %w", b.name, key, err)
	}
	return o, f, nil
}

// stat returns the object.
func (b *bucket) stat(key string) (*object, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if o := b.objects.get(key); o != nil {
		return o, nil
	}
	return nil, errNoSuchKey
}

// remove deletes the object if there is one. The file goes before the journal
// line: a file without entry would come back at the next start.
func (b *bucket) remove(key string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.journal == nil {
		return errNoSuchBucket
	}
	o := b.objects.get(key)
	if o == nil {
		return nil
	}
	b.removeFile(o)
	return b.record(&object{Key: key, Deleted: true})
}

// setTags replaces the tags of an object.
func (b *bucket) setTags(key string, tags []tag) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.objects.get(key)
	if o == nil || b.journal == nil {
		return errNoSuchKey
	}
	tagged := *o
	tagged.Tags = tags
	return b.record(&tagged)
}

// removeFile deletes the file and the directories it leaves empty.
func (b *bucket) removeFile(o *object) {
	path := b.path(o)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.store.log.Warn("S3 object file was not removed", "bucket", b.name, "err", err)
	}
	stop := b.store.layout.bucket(b.name)
	if o.Hidden {
		stop = b.store.layout.hiddenBucket(b.name)
	}
	for dir := filepath.Dir(path); len(dir) > len(stop); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil {
			return
		}
	}
}

func (b *bucket) path(o *object) string {
	return b.store.layout.path(b.name, o.Key, o.Hidden)
}

// destroy removes an empty bucket from the disk.
func (b *bucket) destroy() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.objects.n > 0 {
		return errBucketNotEmpty
	}
	err := errors.Join(b.journal.close(), os.Remove(b.journal.path))
	b.journal = nil
	return errors.Join(err, os.RemoveAll(b.store.layout.hiddenBucket(b.name)), os.RemoveAll(b.store.layout.bucket(b.name)))
}

func (b *bucket) close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.journal == nil {
		return nil
	}
	err := b.journal.close()
	b.journal = nil
	return err
}
