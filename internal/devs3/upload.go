package devs3

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// upload is an unfinished multipart upload: a directory with what the object
// will be, a journal of parts and a file per part.
type upload struct {
	ID      string    `json:"id"`
	Bucket  string    `json:"bucket"`
	Created time.Time `json:"created"`
	Object  object    `json:"object"` // key, headers, metadata and tags only

	dir  string
	sync bool
	mu   sync.Mutex
	// parts is guarded by mu; it is nil once the upload is completed or aborted.
	parts map[int]*part
}

// part is one stored part.
type part struct {
	Number   int               `json:"n"`
	ETag     string            `json:"e"`
	Size     int64             `json:"s"`
	Modified time.Time         `json:"m"`
	Sums     map[string]string `json:"x,omitempty"`
}

func (u *upload) file(number int) string { return filepath.Join(u.dir, strconv.Itoa(number)) }
func (u *upload) journal() string        { return filepath.Join(u.dir, "parts.jsonl") }

func (st *store) createUpload(u *upload) error {
	u.dir = filepath.Join(st.layout.uploads(), u.ID)
	if err := os.Mkdir(u.dir, 0o755); err != nil {
		return err
	}
	doc, err := json.Marshal(u)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(u.dir, "upload.json"), doc, 0o644); err != nil {
		return err
	}
	u.sync, u.parts = st.sync, map[int]*part{}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.uploads[u.ID] = u
	return nil
}

// loadParts reads the journal of parts; a part without its file is forgotten.
func (u *upload) loadParts() error {
	u.parts = map[int]*part{}
	j, err := openJournal(u.journal(), false, func(p *part) { u.parts[p.Number] = p })
	if err != nil {
		return err
	}
	maps.DeleteFunc(u.parts, func(n int, p *part) bool {
		info, err := os.Stat(u.file(n))
		return err != nil || info.Size() != p.Size
	})
	return j.close()
}

func (st *store) loadUploads() error {
	entries, err := os.ReadDir(st.layout.uploads())
	if err != nil {
		return err
	}
	for _, e := range entries {
		u := &upload{dir: filepath.Join(st.layout.uploads(), e.Name())}
		doc, err := os.ReadFile(filepath.Join(u.dir, "upload.json"))
		if err != nil || json.Unmarshal(doc, u) != nil || u.ID != e.Name() || st.buckets[u.Bucket] == nil {
			// Killed while it was created or dropped: nobody holds its id.
			if err := os.RemoveAll(u.dir); err != nil {
				return err
			}
			continue
		}
		u.sync = st.sync
		if err := u.loadParts(); err != nil {
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

// dropUpload forgets an upload and deletes its directory. The second caller
// gets NoSuchUpload.
func (st *store) dropUpload(u *upload) error {
	u.mu.Lock()
	gone := u.parts == nil
	u.parts = nil
	u.mu.Unlock()
	if gone {
		return errNoSuchUpload
	}
	st.mu.Lock()
	delete(st.uploads, u.ID)
	st.mu.Unlock()
	return os.RemoveAll(u.dir)
}

// put renames the temporary file into place as a part. The file is gone
// afterwards in any case.
func (u *upload) put(tmp string, p *part) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.parts == nil {
		_ = os.Remove(tmp)
		return errNoSuchUpload
	}
	if err := os.Rename(tmp, u.file(p.Number)); err != nil {
		_ = os.Remove(tmp)
		return fmt.Errorf("store part: %w", err)
	}
	u.parts[p.Number] = p
	return appendOnce(u.journal(), u.sync, p)
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

// join writes the parts that pick chooses one after the other into dst and
// returns them. It keeps the lock: a part must not be replaced meanwhile.
func (u *upload) join(dst *os.File, pick func(map[int]*part) ([]*part, error)) ([]*part, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.parts == nil {
		return nil, errNoSuchUpload
	}
	chosen, err := pick(u.parts)
	if err != nil {
		return nil, err
	}
	for _, p := range chosen {
		if err := appendFile(dst, u.file(p.Number)); err != nil {
			return nil, fmt.Errorf("join part %d: %w", p.Number, err)
		}
	}
	return chosen, nil
}

func appendFile(dst *os.File, path string) error {
	src, err := os.Open(path)
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = dst.ReadFrom(src)
	return err
}
