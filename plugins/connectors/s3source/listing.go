package s3source

import (
	"context"
	"strings"

	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// lister is what a listing needs of a bucket.
type lister interface {
	List(ctx context.Context, prefix, after string) (entries []s3store.Entry, more bool, err error)
}

// listing goes through the objects under some prefixes, in order, page by page.
type listing struct {
	bucket   lister
	prefixes []string // in order; none is within another
	from, to string   // keys in between; to "": to the end

	after string
	page  []s3store.Entry
	more  bool // behind the page
	begun bool // the first prefix
}

// peek returns the next object, which advance passes over; nil at the end. After an
// error it can be called again.
func (l *listing) peek(ctx context.Context) (*s3store.Entry, error) {
	for len(l.page) == 0 {
		if !l.more && !l.turn() {
			return nil, nil
		}
		page, more, err := l.bucket.List(ctx, l.prefixes[0], l.after)
		if err != nil {
			return nil, err
		}
		l.page, l.more = page, more
		if n := len(page); n > 0 {
			l.after = page[n-1].Key
		}
	}
	if e := &l.page[0]; l.to == "" || e.Key < l.to {
		return e, nil
	}
	l.end()
	return nil, nil
}

// turn goes to the next prefix that has something of the range.
func (l *listing) turn() bool {
	if l.begun {
		l.prefixes = l.prefixes[1:]
	}
	for ; len(l.prefixes) > 0; l.prefixes = l.prefixes[1:] {
		prefix := l.prefixes[0]
		if prefix < l.from && !strings.HasPrefix(l.from, prefix) {
			continue
		}
		if l.to != "" && prefix >= l.to {
			break
		}
		l.begun, l.more, l.after = true, true, ""
		if l.from > prefix {
			l.after = l.from
		}
		return true
	}
	l.end()
	return false
}

func (l *listing) end() { l.page, l.prefixes, l.more, l.begun = nil, nil, false, false }

// advance passes over the object that peek returned.
func (l *listing) advance() { l.page = l.page[1:] }

// jump passes over all up to a key, this one included.
func (l *listing) jump(key string) {
	for len(l.page) > 0 && l.page[0].Key <= key {
		l.page = l.page[1:]
	}
	if len(l.page) == 0 && key > l.after {
		l.after = key
	}
}
