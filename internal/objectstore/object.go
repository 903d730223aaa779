package objectstore

import (
	"context"
	"fmt"
	"time"

	"github.com/millrace/millrace/connect/data"
)

// abortTime bounds how long giving up an upload may take; it is done even when the
// task is being stopped.
const abortTime = 10 * time.Second

// object is one object being written. Parts are sent by goroutines, one after the
// other; upload, tags and err are theirs until sent is closed.
type object struct {
	sink *Sink
	buf  buffer
	zip  *zipper // nil: not compressed
	enc  Encoder
	held BlockEncoder // enc, when it collects records
	mark int          // where the last record begins

	sent   chan struct{} // closed when no part is on its way; nil when none was
	upload Upload        // without ID until the first part is sent
	tags   []string      // of the parts
	err    error         // why a part could not be sent
}

func (s *Sink) newObject(key string, f Format) (*object, error) {
	o := &object{sink: s, buf: buffer{pool: &s.pool}, enc: f.New(), upload: Upload{Key: key}}
	o.held, _ = o.enc.(BlockEncoder)
	if !s.Gzip || o.held != nil {
		return o, nil
	}
	var err error
	o.zip, err = s.zippers.get(&o.buf)
	return o, err
}

// append adds a record, which undo takes back.
func (o *object) append(schema *data.Schema, value any) error {
	if o.held != nil {
		_, err := o.held.Append(nil, schema, value)
		return err
	}
	if o.zip != nil {
		o.mark = len(o.zip.raw)
		raw, err := o.enc.Append(o.zip.raw, schema, value)
		if err == nil {
			o.zip.raw = raw
		}
		return err
	}
	dst := o.buf.open()
	o.mark = len(dst)
	tail, err := o.enc.Append(dst, schema, value)
	if err == nil {
		o.buf.close(tail)
	}
	return err
}

func (o *object) undo() {
	switch {
	case o.held != nil:
		o.held.Undo()
	case o.zip != nil:
		o.zip.raw = o.zip.raw[:o.mark]
	default:
		o.buf.close(o.buf.tail[:o.mark])
	}
}

// keep makes the last record final and sends the parts that are full.
func (o *object) keep(ctx context.Context) error {
	if o.held != nil {
		if err := o.held.Keep(&o.buf); err != nil {
			return err
		}
	}
	if o.zip != nil && len(o.zip.raw) >= zipBatch {
		if err := o.zip.push(&o.buf); err != nil {
			return err
		}
	}
	if o.buf.len() >= o.sink.PartSize {
		return o.sendFull(ctx)
	}
	o.buf.count()
	if pool := &o.sink.pool; pool.limit > 0 && pool.held.Load() > int64(pool.limit) {
		return pool.spill()
	}
	return nil
}

func (o *object) sendFull(ctx context.Context) error {
	for o.buf.len() >= o.sink.PartSize {
		p, err := o.buf.cut(o.sink.PartSize)
		if err == nil {
			err = o.send(ctx, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// send starts sending a part.
func (o *object) send(ctx context.Context, p *part) error {
	before, done := o.sent, make(chan struct{})
	err := o.sink.start(ctx, func() {
		defer close(done)
		defer p.release()
		wait(before)
		if o.err == nil {
			o.err = o.put(ctx, p)
		}
	})
	if err != nil {
		return err
	}
	o.sent = done
	return nil
}

// put sends a part within the goroutine of a job.
func (o *object) put(ctx context.Context, p *part) error {
	if o.upload.ID == "" {
		id, err := o.sink.Bucket.Create(ctx, o.upload.Key)
		if err != nil {
			return err
		}
		o.upload.ID = id
	}
	tag, err := o.sink.Bucket.Upload(ctx, o.upload, len(o.tags)+1, p)
	if err != nil {
		o.abort(ctx)
		return err
	}
	o.tags = append(o.tags, tag)
	return nil
}

// finish ends the content and returns the last part, which may be empty, after it
// started to send the full ones.
func (o *object) finish(ctx context.Context) (*part, error) {
	if err := o.end(); err != nil {
		return nil, err
	}
	if err := o.sendFull(ctx); err != nil {
		return nil, err
	}
	return o.buf.cut(o.buf.len())
}

func (o *object) end() error {
	if o.held != nil {
		err := o.held.Finish(&o.buf)
		o.held.Release()
		o.held = nil
		return err
	}
	if o.zip == nil {
		return nil
	}
	err := o.zip.finish(&o.buf)
	o.sink.zippers.put(o.zip)
	o.zip = nil
	return err
}

// abort gives up what was sent. It is called when no part is on its way.
func (o *object) abort(ctx context.Context) {
	if o.upload.ID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	if err := o.sink.Bucket.Abort(ctx, o.upload); err != nil {
		o.sink.rt.Log.Warn("Could not abort an upload; a lifecycle rule of the bucket can remove it",
			"key", o.upload.Key, "upload", o.upload.ID, "err", err)
	}
	o.upload.ID, o.tags = "", nil
}

// release gives back what the object holds.
func (o *object) release() {
	o.buf.release()
	if o.held != nil {
		o.held.Release()
		o.held = nil
	}
	if o.zip != nil {
		o.sink.zippers.put(o.zip)
		o.zip = nil
	}
}

func wait(c <-chan struct{}) {
	if c != nil {
		<-c
	}
}

// file is what the records of one encoded partition go to.
type file struct {
	encoded              string
	start, end           int64 // offsets of the first and the last record
	records              int64
	value, keys, headers *object // nil: not stored
}

// objects returns the objects of the file in the order in which they complete.
func (f *file) objects() []*object {
	all := make([]*object, 0, 3)
	for _, o := range [...]*object{f.value, f.keys, f.headers} {
		if o != nil {
			all = append(all, o)
		}
	}
	return all
}

// tags are the labels of the data object.
func (f *file) tags(extra []Tag) []Tag {
	tags := []Tag{
		{"startOffset", fmt.Sprint(f.start)},
		{"endOffset", fmt.Sprint(f.end)},
		{"recordCount", fmt.Sprint(f.records)},
	}
	for _, x := range extra {
		tags = replaceTag(tags, x)
	}
	return tags
}

func replaceTag(tags []Tag, x Tag) []Tag {
	for i := range tags {
		if tags[i].Key == x.Key {
			tags[i] = x
			return tags
		}
	}
	return append(tags, x)
}
