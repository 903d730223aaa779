package s3sink

import (
	"context"
	"net/http"
	"strconv"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// task writes records of its partitions to S3.
type task struct {
	def       *config.Def
	transport http.RoundTripper
	bucket    *s3store.Bucket
	sink      *objectstore.Sink
}

// Start opens the bucket.
func (t *task) Start(ctx context.Context, rt sink.Runtime, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	settings, err := sinkSettings(v)
	if err != nil {
		return err
	}
	store, err := storeSettings(v)
	if err != nil {
		return err
	}
	store.Transport = t.transport
	if t.bucket, err = s3store.Open(ctx, store); err != nil {
		return err
	}
	settings.Bucket, settings.BufferMemory = t.bucket, share(v.Long(bufferMemory), props)
	t.sink = objectstore.New(settings, rt)
	t.sink.Open(rt.Context.Assignment())
	return nil
}

// leastMemory is what each task gets for buffers in any case.
const leastMemory = 1 << 20

// share returns a task's part of the memory of all.
func share(memory int64, props map[string]string) int {
	tasks, err := strconv.Atoi(props["tasks.max"])
	if err != nil {
		tasks = 1
	}
	return int(max(memory/int64(max(tasks, 1)), leastMemory))
}

// Open begins to write partitions.
func (t *task) Open(_ context.Context, partitions []connect.TopicPartition) error {
	t.sink.Open(partitions)
	return nil
}

// Close drops what is not committed of partitions.
func (t *task) Close(ctx context.Context, partitions []connect.TopicPartition) error {
	t.sink.Close(ctx, partitions)
	return nil
}

// Put writes records to the open objects, and commits objects that are due.
func (t *task) Put(ctx context.Context, records []connect.Record) error {
	return t.sink.Put(ctx, records)
}

// PreCommit returns the offsets after the objects that were committed since the
// last call.
func (t *task) PreCommit(context.Context, sink.Offsets) (sink.Offsets, error) {
	return t.sink.PreCommit(), nil
}

// Stop gives up what is not committed.
func (t *task) Stop() error {
	if t.sink != nil {
		t.sink.Stop(context.Background())
		t.sink = nil
	}
	if t.bucket != nil {
		t.bucket.Close()
		t.bucket = nil
	}
	return nil
}
