package objectstore

import (
	"context"
	"errors"
	"io"
)

// ErrExists is what Complete returns when the object must be new and is not.
var ErrExists = errors.New("the object exists already")

// Bucket is where objects go. It is safe for concurrent use. An error that may
// pass is marked by connect.Retriable; the text of an error is shown to users.
type Bucket interface {
	// Create begins an object and returns a name for the upload.
	Create(ctx context.Context, key string) (id string, err error)
	// Upload sends a part, numbered from 1, and returns its tag.
	Upload(ctx context.Context, u Upload, number int, body Body) (tag string, err error)
	// Complete makes the object visible. With onlyNew it returns ErrExists when there
	// is one of that key.
	Complete(ctx context.Context, u Upload, tags []string, onlyNew bool) error
	// Abort gives up an upload.
	Abort(ctx context.Context, u Upload) error
	// Exists tells whether there is an object of that key.
	Exists(ctx context.Context, key string) (bool, error)
	// SetTags replaces the tags of an object.
	SetTags(ctx context.Context, key string, tags []Tag) error
}

// Upload names an object that is not complete.
type Upload struct{ Key, ID string }

// Body is the content of a part. It can be read several times.
type Body interface {
	io.ReadSeeker
	Len() int64 // bytes in all
}

// Tag is a label of an object.
type Tag struct{ Key, Value string }
