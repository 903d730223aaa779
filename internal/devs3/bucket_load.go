package devs3

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"mime"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"
)

// openBucket brings journal and files together. Files are the truth: an entry
// without file is dropped, a file without a fitting entry becomes an object
// with a new ETag. So neither a kill between two steps nor a file put there by
// hand leaves anything unreadable.
func (st *store) openBucket(name string) (*bucket, error) {
	known := map[string]*object{}
	j, err := openJournal(st.layout.journal(name), st.sync, func(o *object) {
		if o.Deleted {
			delete(known, o.Key)
		} else {
			known[o.Key] = o
		}
	})
	if err != nil {
		return nil, err
	}
	b := &bucket{name: name, store: st, journal: j}
	found, changed, err := b.survey(known)
	if err == nil {
		b.objects = newIndex(found)
		if changed || j.lines > 2*len(found)+1000 {
			err = j.rewrite(b.objects.from(""))
		}
	}
	if err != nil {
		return nil, errors.Join(err, j.close())
	}
	return b, nil
}

// survey returns the objects that are really there, sorted by key, and whether
// they differ from the known ones.
func (b *bucket) survey(known map[string]*object) (found []*object, changed bool, err error) {
	plain, adopted, err := b.surveyPlain(known)
	if err != nil {
		return nil, false, err
	}
	hidden, err := b.surveyHidden(known)
	if err != nil {
		return nil, false, err
	}
	found = append(plain, hidden...)
	slices.SortFunc(found, func(x, y *object) int { return cmp.Compare(x.Key, y.Key) })
	info, err := os.Stat(b.store.layout.bucket(b.name))
	if err != nil {
		return nil, false, err
	}
	b.created = info.ModTime()
	return found, adopted || len(found) != len(known), nil
}

func (b *bucket) surveyPlain(known map[string]*object) (found []*object, adopted bool, err error) {
	root := b.store.layout.bucket(b.name)
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == ".DS_Store" {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		key := filepath.ToSlash(rel)
		if !b.store.layout.ordinary(key) || len(key) > maxKeyLength {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		o := known[key]
		if o == nil || o.Hidden || !o.fits(info) {
			adopted = true
			if o, err = adopt(p, key, info); err != nil {
				return err
			}
		}
		found = append(found, o)
		return nil
	})
	return found, adopted, err
}

// surveyHidden checks the hidden objects and removes files nobody knows.
func (b *bucket) surveyHidden(known map[string]*object) (found []*object, err error) {
	named := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		o := known[key]
		if !o.Hidden {
			continue
		}
		p := b.path(o)
		info, err := os.Stat(p)
		if err != nil {
			continue
		}
		if !o.fits(info) {
			if o, err = adopt(p, key, info); err != nil {
				return nil, err
			}
			o.Hidden = true
		}
		named[p] = true
		found = append(found, o)
	}
	return found, removeUnnamed(b.store.layout.hiddenBucket(b.name), named)
}

func removeUnnamed(root string, named map[string]bool) error {
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || named[p] {
			return err
		}
		return os.Remove(p)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// fits reports whether the file is the one the entry was made for.
func (o *object) fits(info fs.FileInfo) bool {
	return o.Size == info.Size() && o.FileTime == info.ModTime().UnixNano()
}

// adopt makes an object of a file.
func adopt(file, key string, info fs.FileInfo) (*object, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := md5.New()
	if _, err := io.Copy(sum, f); err != nil {
		return nil, err
	}
	o := &object{
		Key: key, Size: info.Size(), ETag: hex.EncodeToString(sum.Sum(nil)),
		Modified: info.ModTime().UTC().Truncate(time.Second), FileTime: info.ModTime().UnixNano(),
	}
	if kind := mime.TypeByExtension(path.Ext(key)); kind != "" {
		o.Header = map[string]string{"Content-Type": kind}
	}
	return o, nil
}
