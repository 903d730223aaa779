package s3source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/millrace/millrace/plugins/connectors/s3source/content"
)

// finder finds objects that are to be read, in the order in which they are.
type finder interface {
	// begin starts to look through the names of the bucket.
	begin()
	// next returns the next object; nil when there is none until the next begin. A
	// *badObject is passed over when next is called again, as is every other error but
	// one of the store.
	next(ctx context.Context) (*object, error)
}

// object is an object to read, with what lies beside it.
type object struct {
	topic     string
	partition int32
	value     piece
	keys      *piece // nil: records have none
	headers   *piece
	at        *position
	bad       error // why it cannot be read, known before it is opened
}

// from returns how many of its records were read already.
func (o *object) from() int64 {
	if o.at.key != o.value.key {
		return 0
	}
	return o.at.count
}

// size returns how many bytes there are to fetch.
func (o *object) size() int64 {
	n := o.value.size
	for _, p := range []*piece{o.keys, o.headers} {
		if p != nil {
			n += p.size
		}
	}
	return n
}

// piece is an object of the store and what its content is.
type piece struct {
	key  string
	size int64
	extension
}

// open opens a piece. All of a small one is fetched at once.
func (p *piece) open(ctx context.Context, s store) (*stream, error) {
	body, err := s.Get(ctx, p.key)
	if err != nil {
		return nil, err
	}
	var src io.Reader = body
	if p.size <= smallBytes {
		all, err := io.ReadAll(io.LimitReader(body, smallBytes))
		if err != nil {
			return nil, errors.Join(err, body.Close())
		}
		// It may have been written anew, and be larger now.
		src = io.MultiReader(bytes.NewReader(all), body)
	}
	r, err := content.Open(p.format, src, p.gzip)
	if err != nil {
		return nil, errors.Join(err, body.Close())
	}
	return &stream{r, body}, nil
}

// badObject is an object that cannot be read, as distinguished from one that cannot
// be read now.
type badObject struct {
	key string
	err error
}

// Error returns the text with that of the cause.
func (e *badObject) Error() string { return fmt.Sprintf("object %s: %s", e.key, e.err) }

// Unwrap returns the cause.
func (e *badObject) Unwrap() error { return e.err }
