package objectstore

import (
	"context"
	"sync"

	"github.com/millrace/millrace/connect"
)

// rotate starts to upload all open files. They count as committed when settle has
// seen them complete.
func (w *writer) rotate(ctx context.Context) error {
	files := w.open
	w.forget()
	if len(files) == 0 {
		return nil
	}
	rot := &rotation{files: files, start: files[0].start, next: w.offset + 1}
	for i, f := range files {
		err := errBroken
		if !w.line.broken.Load() {
			err = w.commit(ctx, rot, i, f)
		}
		if err != nil {
			w.abandon(ctx, files[i:])
			return err
		}
	}
	if w.sink.OnlyNew {
		// What follows would be in vain more often than not after a crash.
		w.line.wait()
		if w.line.broken.Load() {
			return errBroken
		}
	}
	return nil
}

func (w *writer) commit(ctx context.Context, rot *rotation, i int, f *file) error {
	objects := f.objects()
	for n, o := range objects {
		rest, err := o.finish(ctx)
		if err != nil {
			return err
		}
		p := place{
			rotation: rot, file: i, onlyNew: w.sink.OnlyNew,
			endsFile: n == len(objects)-1, endsAll: n == len(objects)-1 && i == len(rot.files)-1,
		}
		if w.sink.Tagging.Enabled {
			p.tagged = f.value
		}
		if err := w.line.push(ctx, o, rest, p); err != nil {
			return err
		}
	}
	return nil
}

// forget begins anew after a rotation.
func (w *writer) forget() {
	w.open, w.records, w.base = nil, 0, connect.NoTimestamp
	if len(w.slots) > 1 {
		clear(w.slots)
		w.latest = nil
	} else if w.latest != nil {
		w.latest.seen, w.latest.schema, w.latest.file = false, nil, nil
	}
}

// abandon drops files. Uploads are given up at the same time, because the store
// may not answer.
func (w *writer) abandon(ctx context.Context, files []*file) {
	w.line.wait()
	var group sync.WaitGroup
	for _, f := range files {
		for _, o := range f.objects() {
			if wait(o.sent); o.upload.ID == "" {
				continue
			}
			w.sink.slots <- struct{}{}
			group.Go(func() {
				defer func() { <-w.sink.slots }()
				o.abort(ctx)
			})
		}
	}
	group.Wait()
	for _, f := range files {
		f.release()
	}
}

// reset drops everything that is not committed.
func (w *writer) reset(ctx context.Context) {
	w.abandon(ctx, w.open)
	w.forget()
	w.pending = nil
	w.line.failure = nil
	w.line.broken.Store(false)
}
