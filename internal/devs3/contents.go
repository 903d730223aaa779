package devs3

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strconv"
)

// contents keeps what is in the parts of one upload: in memory while all parts
// are short, on disk from the first one that is not. Its upload locks.
type contents interface {
	// put takes over the body of a part, which may replace another.
	put(p *part, got *received) error
	// copyTo writes the body of a part that was put.
	copyTo(dst *os.File, number int) error
	// drop deletes everything.
	drop() error
}

// memoryParts are bodies by part number, all of them in memory. They end with
// the process.
type memoryParts map[int]*received

func (m memoryParts) put(p *part, got *received) error {
	if old := m[p.Number]; old != nil {
		old.drop()
	}
	m[p.Number] = got
	return nil
}

func (m memoryParts) copyTo(dst *os.File, number int) error {
	_, err := dst.Write(m[number].data)
	return err
}

func (m memoryParts) drop() error {
	for _, got := range m {
		got.drop()
	}
	return nil
}

// diskParts is a directory with what the object will be, a journal of parts and
// a file per part.
type diskParts struct {
	dir   string
	store *store
}

func (d diskParts) description() string    { return filepath.Join(d.dir, "upload.json") }
func (d diskParts) journal() string        { return filepath.Join(d.dir, "parts.jsonl") }
func (d diskParts) file(number int) string { return filepath.Join(d.dir, strconv.Itoa(number)) }

// spill writes an upload that was in memory until now to the disk. The
// description comes last: a directory without one does not count at a start.
func (st *store) spill(u *upload, held memoryParts) (diskParts, error) {
	d := diskParts{dir: filepath.Join(st.layout.uploads(), u.ID), store: st}
	err := os.Mkdir(d.dir, 0o755)
	for number, got := range held {
		if err == nil {
			err = d.write(u.parts[number], got)
		}
	}
	if err == nil {
		err = d.describe(u)
	}
	if err != nil {
		return d, errors.Join(err, d.drop())
	}
	return d, held.drop()
}

func (d diskParts) describe(u *upload) error {
	doc, err := json.Marshal(u)
	if err != nil {
		return err
	}
	return os.WriteFile(d.description(), doc, 0o644)
}

// load reads the journal of parts; a part without its file is forgotten.
func (d diskParts) load() (map[int]*part, error) {
	parts := map[int]*part{}
	j, err := openJournal(d.journal(), false, func(p *part) { parts[p.Number] = p })
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(parts, func(n int, p *part) bool {
		info, err := os.Stat(d.file(n))
		return err != nil || info.Size() != p.Size
	})
	return parts, j.close()
}

func (d diskParts) put(p *part, got *received) error {
	defer got.drop()
	return d.write(p, got)
}

// write leaves a body that is in memory there.
func (d diskParts) write(p *part, got *received) error {
	if err := got.toFile(d.store); err != nil {
		return err
	}
	if err := got.moveTo(d.file(p.Number)); err != nil {
		return err
	}
	return appendOnce(d.journal(), d.store.sync, p)
}

func (d diskParts) copyTo(dst *os.File, number int) error {
	src, err := os.Open(d.file(number))
	if err != nil {
		return err
	}
	defer src.Close()
	_, err = io.Copy(dst, src)
	return err
}

func (d diskParts) drop() error { return os.RemoveAll(d.dir) }
