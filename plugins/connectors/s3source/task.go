package s3source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// retryPause is how long the task waits after an error of the store that may pass.
const retryPause = time.Second

// task reads objects, one after the other.
type task struct {
	def       *config.Def
	transport http.RoundTripper

	settings settings
	log      *slog.Logger
	life     context.Context // of the task: it is longer than that of a Poll
	bucket   *s3store.Bucket
	finder   finder
	begun    time.Time // when the finder began
	looking  bool      // the finder has not come to its end
	ahead    ahead
	reading  *reading
	batch    []connect.Record
	places   []place // of the records in batch
	failure  error   // comes after batch
	skipped  int     // objects that could not be read
}

// Start opens the bucket.
func (t *task) Start(ctx context.Context, rt source.Runtime, props map[string]string) error {
	v, err := t.def.Parse(props)
	if err != nil {
		return err
	}
	if t.settings, err = newSettings(v); err != nil {
		return err
	}
	share, err := newShare(v)
	if err != nil {
		return err
	}
	t.settings.store.Transport = t.transport
	if t.bucket, err = s3store.Open(ctx, t.settings.store); err != nil {
		return err
	}
	t.life, t.log = ctx, rt.Log
	t.finder, t.ahead.store = t.settings.finder(share, t.bucket, rt.Offsets), t.bucket
	return nil
}

// Poll returns the next records. It waits for s3.poll.interval.ms when there is
// nothing more to read.
func (t *task) Poll(ctx context.Context) ([]connect.Record, error) {
	clear(t.batch)
	t.batch = t.batch[:0]
	t.places = make([]place, 0, min(t.settings.records, 1024))
	for ctx.Err() == nil && len(t.batch) == 0 && t.failure == nil {
		t.failure = t.fill(ctx)
		if len(t.batch) == 0 && t.failure == nil && !t.looking {
			sleep(ctx, time.Until(t.begun.Add(t.settings.interval)))
		}
	}
	if len(t.batch) > 0 {
		return t.batch, nil
	}
	err := t.failure
	t.failure = nil
	switch {
	case ctx.Err() != nil:
		return nil, nil
	case connect.IsRetriable(err):
		sleep(ctx, retryPause)
	}
	return nil, err
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// fill reads records of some objects.
func (t *task) fill(ctx context.Context) error {
	for range t.settings.objects {
		if t.reading == nil {
			t.look(ctx)
			if err := t.open(ctx); err != nil || t.reading == nil {
				return err
			}
		}
		if err := t.read(ctx); err != nil || len(t.batch) >= t.settings.records {
			return err
		}
	}
	return nil
}

// look asks the finder for the objects that come next.
func (t *task) look(ctx context.Context) {
	if !t.looking && len(t.ahead.queue) == 0 && time.Since(t.begun) >= t.settings.interval {
		t.finder.begin()
		t.begun, t.looking = time.Now(), true
	}
	for t.looking && !t.ahead.full(min(t.settings.objects, atOnce)) {
		o, err := t.finder.next(ctx)
		if ctx.Err() != nil && o == nil {
			return
		}
		if o == nil && err == nil {
			t.looking = false
			return
		}
		t.ahead.push(t.life, o, err)
	}
}

// open takes the next object that can be read. There is none at the end of the list,
// or when ctx ends.
func (t *task) open(ctx context.Context) error {
	for {
		next := t.ahead.take(ctx, t.life)
		if next == nil {
			return nil
		}
		if next.err == nil {
			t.reading = next.reading
			return nil
		}
		if err := t.judge(next.object, next.err); err != nil {
			return err
		}
	}
}

// read moves records of the open object to the batch.
func (t *task) read(ctx context.Context) error {
	r := t.reading
	release := r.guard(ctx)
	var err error
	ended := false
	for len(t.batch) < t.settings.records && ctx.Err() == nil && err == nil && !ended {
		var rec connect.Record
		var ok bool
		if rec, ended, ok, err = r.next(); ok {
			t.add(rec, ended)
		}
	}
	broken := release()
	if !broken && !ended && err == nil {
		return nil
	}
	t.drop()
	switch {
	case ended:
		r.finish()
	case broken:
		t.ahead.again(r.object)
	default:
		return t.judge(r.object, err)
	}
	return nil
}

// add puts a record into the batch.
func (t *task) add(rec connect.Record, last bool) {
	r := t.reading
	at := r.at
	at.key, at.count, at.end = r.value.key, r.count, last
	if len(t.places) == cap(t.places) {
		t.places = make([]place, 0, cap(t.places))
	}
	t.places = append(t.places, place{at, at.key, at.count, at.end})
	rec.SourceOffset = &t.places[len(t.places)-1]
	t.batch = append(t.batch, rec)
}

func (t *task) drop() {
	if t.reading != nil {
		t.reading.close()
		t.reading = nil
	}
}

// judge decides what becomes of an object after an error: nil means that the task
// goes on.
func (t *task) judge(o *object, err error) error {
	var bad *badObject
	var local *fs.PathError
	switch {
	case connect.IsRetriable(err), t.life.Err() != nil:
		if o != nil {
			t.ahead.again(o)
		}
		return err
	case !errors.As(err, &bad), errors.As(err, &local):
		return err
	case errors.Is(err, s3store.ErrNotFound) && o != nil && bad.key == o.value.key:
		t.log.Warn("An object is gone since its name was listed", "object", bad.key)
		o.finish()
		return nil
	case !t.settings.ignore:
		return &connect.Error{Msg: fmt.Sprintf("Could not read object %s of bucket %s: %s. With %s=ignore such objects are skipped",
			bad.key, t.settings.store.Bucket, bad.err, onError), Err: err}
	}
	t.skipped++
	t.log.Error("An object cannot be read: what is left of it is skipped", "object", bad.key, "skipped", t.skipped, "err", bad.err)
	if o != nil {
		o.finish()
	}
	return nil
}

// finish marks an object as done with.
func (o *object) finish() {
	if o.at.key != o.value.key {
		o.at.key, o.at.count = o.value.key, 0
	}
	o.at.end = true
}

// Stop closes what is open.
func (t *task) Stop() error {
	t.drop()
	t.ahead.stop()
	if t.bucket != nil {
		t.bucket.Close()
		t.bucket = nil
	}
	return nil
}
