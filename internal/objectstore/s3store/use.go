package s3store

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/internal/objectstore"
)

// User is a connector that says how it will use a bucket.
type User interface {
	// Use returns what a configuration means. It makes no request, and fails when the
	// configuration is not valid.
	Use(props map[string]string) (Use, error)
}

// Use is what a connector is going to do with a bucket.
type Use struct {
	Settings Settings
	Tuning   Tuning
	Keys     Keys
	// Name is the name of an object that is written or, with Reads, what the names of
	// those begin with that are looked for.
	Name string
	// Guessed says that the connector may write to other names only.
	Guessed bool
	// Reads tells of a key whether such an object is read; nil for a connector that
	// writes.
	Reads func(key string) bool
}

// Keys are the names of configuration keys, for those who have to mend something: Access
// has both of access keys, Class is for where else credentials come from.
type Keys struct{ Bucket, Region, Endpoint, Access, Role, Class string }

// FirstTopic returns a topic that a sink reads. known tells whether its records still
// have it when they come to the sink, as far as that can be told.
func FirstTopic(props map[string]string) (topic string, known bool) {
	topic, _, _ = strings.Cut(props["topics"], ",")
	topic = strings.TrimSpace(topic)
	return topic, topic != "" && strings.TrimSpace(props["transforms"]) == ""
}

const (
	lookAttempts = 2
	lookBackoff  = 100 * time.Millisecond
	abortTime    = 2 * time.Second
)

// Look tries whether the bucket can be used so: it begins an upload and gives it up, or
// lists objects and asks for one. A *Refusal says that it cannot; another error that this
// was not found out.
func (u *Use) Look(ctx context.Context) error {
	s := u.Settings
	s.Attempts, s.Backoff = lookAttempts, lookBackoff
	b, err := Connect(ctx, s, u.Tuning)
	if err != nil {
		return err
	}
	defer b.Close()
	if s.Credentials.Kind != Anonymous {
		if _, err := b.client.Options().Credentials.Retrieve(ctx); err != nil {
			return lacking(err)
		}
	}
	if u.Reads == nil {
		return u.write(ctx, b)
	}
	return u.read(ctx, b)
}

// write needs the right by which objects are written, and no other: that to list or to
// look at the bucket may be missing.
func (u *Use) write(ctx context.Context, b *Bucket) error {
	id, err := b.Create(ctx, u.Name)
	if err != nil {
		err = refusal(err, "s3:PutObject")
		var refused *Refusal
		if u.Guessed && errors.As(err, &refused) && refused.Reason == Forbidden {
			return refused.Err
		}
		return err
	}
	// An upload that was begun is given up also when nobody waits any more. That it could
	// not be is no reason to refuse: it takes no space.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	_ = b.Abort(ctx, objectstore.Upload{Key: u.Name, ID: id})
	return nil
}

func (u *Use) read(ctx context.Context, b *Bucket) error {
	entries, _, err := b.List(ctx, u.Name, "")
	if err != nil {
		return refusal(err, "s3:ListBucket")
	}
	i := slices.IndexFunc(entries, func(e Entry) bool { return u.Reads(e.Key) })
	if i < 0 {
		return nil
	}
	_, err = b.head(ctx, entries[i].Key)
	if a, ok := read(err); ok && a.status != http.StatusForbidden {
		return nil // it is gone, or cannot be read for a reason of its own
	}
	return refusal(err, "s3:GetObject")
}
