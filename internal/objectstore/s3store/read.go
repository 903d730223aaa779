package s3store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/millrace/millrace/connect"
)

// ErrNotFound says that there is no object of that key.
var ErrNotFound = errors.New("there is no such object")

// Entry is an object in a list.
type Entry struct {
	Key      string
	Size     int64 // bytes
	Modified time.Time
}

// List returns the first objects whose keys begin with prefix and are greater than
// after, in the order of their keys: some 1000 at most. more tells whether there may
// be others behind them.
func (b *Bucket) List(ctx context.Context, prefix, after string) (entries []Entry, more bool, err error) {
	in := &s3.ListObjectsV2Input{Bucket: b.name, Prefix: &prefix, EncodingType: types.EncodingTypeUrl}
	if after != "" {
		in.StartAfter = &after
	}
	out, err := b.client.ListObjectsV2(ctx, in)
	if err != nil {
		return nil, false, explain(err, "", fmt.Sprintf("list the objects of bucket %s under %q", *b.name, prefix))
	}
	entries = make([]Entry, len(out.Contents))
	for i, o := range out.Contents {
		key := aws.ToString(o.Key)
		if out.EncodingType == types.EncodingTypeUrl {
			if key, err = url.QueryUnescape(key); err != nil {
				return nil, false, fmt.Errorf("list the objects of bucket %s: key %q: %w", *b.name, *o.Key, err)
			}
		}
		entries[i] = Entry{key, aws.ToInt64(o.Size), aws.ToTime(o.LastModified)}
	}
	return entries, aws.ToBool(out.IsTruncated) && len(entries) > 0, nil
}

// silence is how long an object's content may be interrupted.
const silence = time.Minute

// errSilent says that nothing came for too long.
var errSilent = fmt.Errorf("nothing came for %s", silence)

// Get opens an object for reading. A key without object is ErrNotFound. The content is
// read as long as ctx lives; an error of the connection meanwhile is marked by
// connect.Retriable, as is a minute without a byte. Close the content.
func (b *Bucket) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: b.name, Key: &key,
		SSECustomerAlgorithm: b.customer.algorithm, SSECustomerKey: b.customer.key, SSECustomerKeyMD5: b.customer.md5,
	})
	if err == nil {
		return &body{out.Body, ctx, cancel, key}, nil
	}
	cancel(nil)
	if a, ok := read(err); ok && a.status == http.StatusNotFound {
		return nil, fmt.Errorf("get %s: %w", key, errors.Join(ErrNotFound, err))
	}
	return nil, explain(err, "", "get "+key)
}

// body is the content of an object. What goes wrong on its way may pass.
type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	key    string
}

// Read reads, as io.Reader.
func (b *body) Read(p []byte) (int, error) {
	timer := time.AfterFunc(silence, func() { b.cancel(errSilent) })
	n, err := b.ReadCloser.Read(p)
	timer.Stop()
	if err == nil || err == io.EOF { // not one that has it within: that is no good end
		return n, err
	}
	if errors.Is(context.Cause(b.ctx), errSilent) {
		err = errSilent
	}
	return n, connect.Retriable(fmt.Errorf("read %s: %w", b.key, err))
}

// Close ends the request.
func (b *body) Close() error {
	b.cancel(nil)
	return b.ReadCloser.Close()
}
