package objectstore

import (
	"context"
	"log/slog"
	"sync"

	"github.com/millrace/millrace/connect/sink"
)

// UploadSettings says where streams go.
type UploadSettings struct {
	Bucket      Bucket
	PartSize    int // bytes
	Concurrency int // requests at the same time
	Compression Compression
	Log         *slog.Logger
}

// Uploads makes objects of bytes, for connectors that decide themselves which
// records go into which object. Its methods and those of its streams are called by
// one goroutine; requests to the bucket are made by others.
type Uploads struct {
	sink        *Sink
	compression Compression
	free        []compressor
}

// NewUploads returns Uploads without streams.
func NewUploads(s UploadSettings) *Uploads {
	return &Uploads{
		sink:        New(Settings{Bucket: s.Bucket, PartSize: s.PartSize, Concurrency: s.Concurrency}, sink.Runtime{Log: s.Log}),
		compression: s.Compression,
	}
}

// New begins an object. No request is made before a part is full.
func (u *Uploads) New(key string) *Stream {
	s := &Stream{uploads: u, raw: buffer{pool: &u.sink.pool}}
	s.object = object{sink: u.sink, buf: buffer{pool: &u.sink.pool}, upload: Upload{Key: key}}
	return s
}

// Stream is an object that is being written. It ends with Discard, after Finish and
// Wait or without them.
type Stream struct {
	uploads *Uploads
	object  object
	raw     buffer     // not compressed yet
	zip     compressor // nil while there is little to compress
}

// Key returns the name of the object.
func (s *Stream) Key() string { return s.object.upload.Key }

// Held returns how many bytes are in memory and not on their way.
func (s *Stream) Held() int { return s.object.buf.len() + s.raw.len() }

func (s *Stream) target() *buffer {
	if s.uploads.compression == NoCompression {
		return &s.object.buf
	}
	return &s.raw
}

// Tail returns a slice to append to. SetTail makes what was appended part of the
// object; without it nothing was written.
func (s *Stream) Tail() []byte { return s.target().open() }

// SetTail takes the slice of Tail with more in it.
func (s *Stream) SetTail(tail []byte) { s.target().close(tail) }

// Write appends p.
func (s *Stream) Write(p []byte) (int, error) { return s.target().Write(p) }

// compressFrom is how many bytes come together before a compressor is taken for
// them: they are expensive, and many objects stay small.
const compressFrom = chunkSize

// Send compresses what is due and starts to send the parts that are full. It blocks
// while all requests are taken. It tells whether there are such parts, for which Wait
// is to be called before ctx ends.
func (s *Stream) Send(ctx context.Context) (started bool, err error) {
	if s.raw.len() >= compressFrom {
		if err := s.compress(); err != nil {
			return false, err
		}
	}
	if s.object.buf.len() < s.uploads.sink.PartSize {
		return false, nil
	}
	return true, s.object.sendFull(ctx)
}

func (s *Stream) compress() error {
	if s.zip == nil {
		s.zip = s.uploads.compressor(&s.object.buf)
	}
	s.raw.seal()
	for _, c := range s.raw.full {
		if _, err := s.zip.Write(c); err != nil {
			return err
		}
	}
	s.raw.release()
	return nil
}

// end makes the content complete.
func (s *Stream) end() error {
	if s.uploads.compression == NoCompression {
		return nil
	}
	if err := s.compress(); err != nil {
		return err
	}
	err := s.zip.Close()
	s.uploads.recycle(s.zip)
	s.zip = nil
	return err
}

// Finish starts to send what is left and to make the object visible; Wait tells how
// that went. An object without bytes is not made.
func (s *Stream) Finish(ctx context.Context) error {
	if err := s.end(); err != nil {
		return err
	}
	o := &s.object
	if err := o.sendFull(ctx); err != nil {
		return err
	}
	rest, err := o.buf.cut(o.buf.len())
	if err != nil || rest.size == 0 && o.sent == nil {
		return err
	}
	before, done := o.sent, make(chan struct{})
	err = s.uploads.sink.start(ctx, func() {
		defer close(done)
		defer rest.release()
		wait(before)
		s.complete(ctx, rest)
	})
	if err == nil {
		o.sent = done
	}
	return err
}

// complete ends the upload within the goroutine of a job.
func (s *Stream) complete(ctx context.Context, rest *part) {
	o := &s.object
	if o.err == nil && rest.size > 0 {
		o.err = o.put(ctx, rest)
	}
	if o.err != nil {
		return
	}
	if o.err = o.sink.Bucket.Complete(ctx, o.upload, o.tags, false); o.err != nil {
		o.abort(ctx)
		return
	}
	o.upload.ID = ""
}

// Wait returns when nothing of the object is on its way, with the first error. After
// one the upload is given up.
func (s *Stream) Wait() error {
	wait(s.object.sent)
	return s.object.err
}

// Discard gives up streams that are not complete and releases what they all hold.
func (u *Uploads) Discard(ctx context.Context, streams ...*Stream) {
	var group sync.WaitGroup
	for _, s := range streams {
		if wait(s.object.sent); s.object.upload.ID == "" {
			continue
		}
		u.sink.slots <- struct{}{}
		group.Go(func() {
			defer func() { <-u.sink.slots }()
			s.object.abort(ctx)
		})
	}
	group.Wait()
	for _, s := range streams {
		s.object.buf.release()
		s.raw.release()
		s.zip = nil
	}
}
