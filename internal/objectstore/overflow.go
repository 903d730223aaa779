package objectstore

import (
	"fmt"
	"os"
	"sync"
)

// overflow is a file for what is more than the memory of a pool: pages of chunkSize
// bytes. It has no name any more when it is first written, so that nothing is left of it
// whatever happens. It is safe for concurrent use.
type overflow struct {
	dir string // "" for that of temporary files

	mu   sync.Mutex
	file *os.File // nil until it is needed
	free []int32
	used int32 // pages that were ever used
}

// take returns a page for the caller alone.
func (o *overflow) take() (page int32, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		if o.file, err = os.CreateTemp(o.dir, "millrace-*.parts"); err != nil {
			return 0, fmt.Errorf("make a file for parts that do not fit into memory: %w", err)
		}
		_ = os.Remove(o.file.Name()) // which not every system lets one do yet
	}
	if n := len(o.free); n > 0 {
		page, o.free = o.free[n-1], o.free[:n-1]
		return page, nil
	}
	o.used++
	return o.used - 1, nil
}

// release takes pages back.
func (o *overflow) release(pages []int32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.free = append(o.free, pages...)
}

// append writes p behind what is in pages, the last of which has room for so many bytes,
// and returns them with those that were added: none after an error.
func (o *overflow) append(pages []int32, room int, p []byte) ([]int32, error) {
	had := len(pages)
	for len(p) > 0 {
		if room == 0 {
			page, err := o.take()
			if err != nil {
				o.release(pages[had:])
				return pages[:had], err
			}
			pages, room = append(pages, page), chunkSize
		}
		n := min(room, len(p))
		at := int64(pages[len(pages)-1])*chunkSize + int64(chunkSize-room)
		if _, err := o.file.WriteAt(p[:n], at); err != nil {
			o.release(pages[had:])
			return pages[:had], fmt.Errorf("write parts that do not fit into memory to %s: %w", o.file.Name(), err)
		}
		p, room = p[n:], room-n
	}
	return pages, nil
}

// read fills dst with what stands in a page.
func (o *overflow) read(page int32, from int, dst []byte) error {
	if _, err := o.file.ReadAt(dst, int64(page)*chunkSize+int64(from)); err != nil {
		return fmt.Errorf("read parts that did not fit into memory: %w", err)
	}
	return nil
}

// close gives the file back. Nothing may be in it any more.
func (o *overflow) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.file == nil {
		return
	}
	name := o.file.Name()
	_ = o.file.Close()
	_ = os.Remove(name)
	o.file, o.free, o.used = nil, nil, 0
}
