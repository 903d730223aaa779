package objectstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// settle waits for all uploads of the partition and draws the conclusions. The
// error is one that fails the task.
func (w *writer) settle(ctx context.Context) error {
	w.line.wait()
	if w.line.done != noOffset {
		w.committed, w.line.done = w.line.done, noOffset
	}
	if f := w.line.failure; f != nil {
		return w.failed(ctx, f)
	}
	for i, f := range w.open {
		for _, o := range f.objects() {
			wait(o.sent)
			if o.err != nil {
				return w.failed(ctx, &failure{o.err, &rotation{files: w.open, start: w.open[0].start}, i, o.upload.Key})
			}
		}
	}
	return nil
}

// failed goes back to where a failed rotation began when the failure may pass.
func (w *writer) failed(ctx context.Context, f *failure) error {
	from := f.rotation.start
	switch {
	case errors.Is(f.err, ErrExists):
		next, err := w.nextFree(ctx, f)
		if err != nil && !connect.IsRetriable(err) {
			return err
		}
		if err == nil {
			from = next
		}
	case !connect.IsRetriable(f.err):
		return f.err
	}
	w.sink.rt.Log.Warn("Could not write an object; its records will be delivered again",
		"topic", w.tp.Topic, "partition", w.tp.Partition, "offset", from, "key", f.key, "err", f.err)
	w.reset(ctx)
	w.nextTick(time.Now())
	w.blocked = time.Now().Add(w.sink.RetryBackoff)
	w.sink.rt.Context.Rewind(sink.Offsets{w.tp: from})
	w.sink.rt.Context.RetryAfter(w.sink.RetryBackoff)
	return w.pause()
}

// nextFree returns the offset from which objects have names that are not taken, so
// that an object written before a crash is not written over.
func (w *writer) nextFree(ctx context.Context, f *failure) (int64, error) {
	failed := f.rotation.files[f.file]
	next, key := failed.start, f.key
	for range w.sink.ScanLimit {
		taken, err := w.sink.Bucket.Exists(ctx, key)
		if err != nil {
			return 0, err
		}
		if !taken {
			break
		}
		next++
		key = w.name(failed.encoded, next, w.sink.Value.Extension())
	}
	if next == failed.start && w.sink.ScanLimit > 0 {
		return 0, connect.Retriable(fmt.Errorf("object %s: %w, but cannot be seen", f.key, ErrExists))
	}
	// Files of the rotation that are not complete may begin with earlier records.
	for _, later := range f.rotation.files[f.file+1:] {
		next = min(next, later.start)
	}
	return next, nil
}
