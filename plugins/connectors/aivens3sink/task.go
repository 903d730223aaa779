package aivens3sink

import (
	"context"
	"fmt"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// task writes records of its partitions to S3.
type task struct {
	def      *config.Def
	settings Settings
	bucket   *s3store.Bucket
	writer   *writer
}

// Start prepares the task. It makes no request: whether there is such a bucket is
// found out with the first object.
func (t *task) Start(ctx context.Context, rt sink.Runtime, props map[string]string) error {
	v, err := read(t.def, props)
	if err != nil {
		return err
	}
	p, err := planOf(v)
	if err != nil {
		return err
	}
	if t.settings.Memory > 0 {
		p.memory = t.settings.Memory
	}
	store, tuning := storeOf(v)
	store.Transport = t.settings.Transport
	if t.bucket, err = s3store.Connect(ctx, store, tuning); err != nil {
		return err
	}
	t.writer = newWriter(p, t.bucket, rt)
	return nil
}

// Open begins to take records of partitions.
func (t *task) Open(ctx context.Context, partitions []connect.TopicPartition) error {
	t.writer.drop(ctx, partitions)
	return nil
}

// Close drops what is not written of partitions.
func (t *task) Close(ctx context.Context, partitions []connect.TopicPartition) error {
	t.writer.drop(ctx, partitions)
	return nil
}

// Put divides records among objects, and sends what is full of those.
func (t *task) Put(ctx context.Context, records []connect.Record) error {
	return t.writer.put(ctx, records)
}

// PreCommit writes the objects and returns the offsets for which that succeeded.
func (t *task) PreCommit(ctx context.Context, offsets sink.Offsets) (sink.Offsets, error) {
	return t.writer.preCommit(ctx, offsets)
}

// Stop gives up what is not written.
func (t *task) Stop() error {
	if t.writer != nil {
		t.writer.stop(context.Background())
		t.writer = nil
	}
	if t.bucket != nil {
		t.bucket.Close()
		t.bucket = nil
	}
	return nil
}

// recordError says which record it was.
type recordError struct {
	tp     connect.TopicPartition
	offset int64
	reason error
}

// Error returns the text.
func (e *recordError) Error() string {
	return fmt.Sprintf("record at offset %d of %s: %s", e.offset, e.tp, e.reason)
}

// Unwrap returns the reason.
func (e *recordError) Unwrap() error { return e.reason }
