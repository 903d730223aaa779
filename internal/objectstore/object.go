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
	buf  buffer // content
	enc  Encoder
	mark int // where the last record begins in the buffer that it was appended to

	held *waiting // records on their way to buf; nil: they are appended to it

	sent   chan struct{} // closed when no part is on its way; nil when none was
	upload Upload        // without ID until the first part is sent
	tags   []string      // of the parts
	err    error         // why a part could not be sent
}

func (s *Sink) newObject(key string, f Format) *object {
	o := &object{sink: s, buf: buffer{pool: &s.pool}, enc: f.New(), upload: Upload{Key: key}}
	batches, ok := o.enc.(BatchEncoder)
	if !ok && s.Gzip {
		batches, ok = &zipEncoder{zippers: &s.zippers, inner: o.enc}, true
	}
	if ok {
		o.enc, o.held = batches, &waiting{enc: batches, buf: buffer{pool: &s.pool}}
	}
	return o
}

// target is the buffer that records are appended to.
func (o *object) target() *buffer {
	if o.held != nil {
		return &o.held.buf
	}
	return &o.buf
}

// append adds a record, which undo takes back.
func (o *object) append(schema *data.Schema, value any) error {
	target := o.target()
	dst := target.open()
	tail, err := o.enc.Append(dst, schema, value)
	if err != nil {
		return err
	}
	o.mark = len(dst)
	target.close(tail)
	if o.held != nil {
		o.held.records++
	}
	return nil
}

func (o *object) undo() {
	target := o.target()
	target.close(target.tail[:o.mark])
	if o.held != nil {
		o.held.records--
	}
}

// keep makes the last record final and sends the parts that are full.
func (o *object) keep(ctx context.Context) error {
	if o.held != nil {
		if err := o.held.keep(&o.buf, o.sink); err != nil {
			return err
		}
	}
	if o.buf.len() >= o.sink.PartSize {
		return o.sendFull(ctx)
	}
	o.buf.count()
	return o.sink.pool.relieve()
}

func (o *object) sendFull(ctx context.Context) error {
	for o.buf.len() >= o.sink.PartSize {
		p, err := o.part(o.sink.PartSize)
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
	return o.part(o.buf.len())
}

// part takes a part out of the content.
func (o *object) part(size int) (*part, error) {
	p, err := o.buf.cut(size)
	if err != nil {
		return nil, err
	}
	if err := o.sink.pool.fit(p); err != nil {
		p.release()
		return nil, err
	}
	return p, nil
}

// end makes the content complete.
func (o *object) end() error {
	if o.held == nil {
		return nil
	}
	if err := o.held.finish(&o.buf, o.sink); err != nil {
		return err
	}
	o.forget()
	o.buf.count()
	return o.sink.pool.relieve()
}

// forget drops what is needed only while records come.
func (o *object) forget() {
	if o.held != nil {
		o.held.release()
		o.held, o.enc = nil, nil
	}
}

// abort gives up what was sent. It is called when no part is on its way.
func (o *object) abort(ctx context.Context) {
	if o.upload.ID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	if err := o.sink.Bucket.Abort(ctx, o.upload); err != nil {
		o.sink.warn(o.upload, err)
		o.sink.left.add(o.upload)
	}
	o.upload.ID, o.tags = "", nil
}

// release gives back what the object holds.
func (o *object) release() {
	o.buf.release()
	o.forget()
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
