package devs3

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// upload is an unfinished multipart upload. While all its parts are short it is
// only in memory: it costs no file of its own, and a restart forgets it, so that
// its id answers NoSuchUpload and the client begins again. From the first longer
// part on it is on disk and survives.
type upload struct {
	ID      string    `json:"id"`
	Bucket  string    `json:"bucket"`
	Created time.Time `json:"created"`
	Object  object    `json:"object"` // key, headers, metadata and tags only

	mu sync.Mutex
	// parts is guarded by mu; it is nil once the upload is completed or aborted.
	parts    map[int]*part
	contents contents
}

// part is one stored part.
type part struct {
	Number   int               `json:"n"`
	ETag     string            `json:"e"`
	Size     int64             `json:"s"`
	Modified time.Time         `json:"m"`
	Sums     map[string]string `json:"x,omitempty"`
}

func (st *store) addUpload(u *upload) {
	u.parts, u.contents = map[int]*part{}, memoryParts{}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.uploads[u.ID] = u
}

func (st *store) loadUploads() error {
	entries, err := os.ReadDir(st.layout.uploads())
	if err != nil {
		return err
	}
	for _, e := range entries {
		u, d := &upload{}, diskParts{dir: filepath.Join(st.layout.uploads(), e.Name()), store: st}
		doc, err := os.ReadFile(d.description())
		if err != nil || json.Unmarshal(doc, u) != nil || u.ID != e.Name() || st.buckets[u.Bucket] == nil {
			// Killed while it was written or dropped: nobody holds its id.
			if err := d.drop(); err != nil {
				return err
			}
			continue
		}
		u.contents = d
		if u.parts, err = d.load(); err != nil {
			return fmt.Errorf("open upload %s: %w", u.ID, err)
		}
		st.uploads[u.ID] = u
	}
	return nil
}

// upload returns the unfinished upload of that bucket and key.
func (st *store) upload(bucket, key, id string) (*upload, error) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	if st.buckets[bucket] == nil {
		return nil, errNoSuchBucket
	}
	u := st.uploads[id]
	if u == nil || u.Bucket != bucket || u.Object.Key != key {
		return nil, errNoSuchUpload
	}
	return u, nil
}

// listUploads returns the uploads of a bucket by key and time.
func (st *store) listUploads(bucket string) []*upload {
	st.mu.RLock()
	defer st.mu.RUnlock()
	var all []*upload
	for _, u := range st.uploads {
		if u.Bucket == bucket {
			all = append(all, u)
		}
	}
	slices.SortFunc(all, func(x, y *upload) int {
		return cmp.Or(cmp.Compare(x.Object.Key, y.Object.Key), x.Created.Compare(y.Created), cmp.Compare(x.ID, y.ID))
	})
	return all
}

// dropUpload forgets an upload and its parts. The second caller gets
// NoSuchUpload.
func (st *store) dropUpload(u *upload) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.parts == nil {
		return errNoSuchUpload
	}
	u.parts = nil
	st.mu.Lock()
	delete(st.uploads, u.ID)
	st.mu.Unlock()
	return u.contents.drop()
}

// put makes got the body of a part; it is dropped when that does not succeed.
func (u *upload) put(st *store, p *part, got *received) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.parts == nil {
		got.drop()
		return errNoSuchUpload
	}
	if err := u.keep(st, p, got); err != nil {
		got.drop()
		return fmt.Errorf("store part: %w", err)
	}
	u.parts[p.Number] = p
	return nil
}

func (u *upload) keep(st *store, p *part, got *received) error {
	if held, ok := u.contents.(memoryParts); ok && got.data == nil {
		d, err := st.spill(u, held)
		if err != nil {
			return err
		}
		u.contents = d
	}
	err := u.contents.put(p, got)
	if err != nil {
		// The old body may be there or the new one.
		delete(u.parts, p.Number)
	}
	return err
}

// list returns the parts in order of their numbers.
func (u *upload) list() ([]*part, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.parts == nil {
		return nil, errNoSuchUpload
	}
	return slices.SortedFunc(maps.Values(u.parts), func(x, y *part) int { return x.Number - y.Number }), nil
}

// join makes one body of the parts that pick chooses. It keeps the lock: a part
// must not be replaced meanwhile.
func (u *upload) join(st *store, pick func(map[int]*part) ([]*part, error)) (*received, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.parts == nil {
		return nil, errNoSuchUpload
	}
	chosen, err := pick(u.parts)
	if err != nil {
		return nil, err
	}
	got := &received{etag: joinedETag(chosen)}
	err = got.spool(st, func(f *os.File) error {
		for _, p := range chosen {
			if err := u.contents.copyTo(f, p.Number); err != nil {
				return fmt.Errorf("join part %d: %w", p.Number, err)
			}
		}
		return nil
	})
	return got, err
}
