package aivens3sink

import (
	"context"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/internal/objectstore"
)

// writer divides records among objects and writes those. It belongs to the goroutine
// that calls the task.
type writer struct {
	*plan
	rt      sink.Runtime
	uploads *objectstore.Uploads

	files   map[string]*file // by name
	groups  map[groupID]*group
	latest  *group
	sources map[connect.TopicPartition]*source
	debts   map[connect.TopicPartition]*debt
	sending []*file
	held    int // bytes, in all files

	now time.Time // of the current Put
	err error     // fails the task in the next Put
	bad bool      // a record failed the task: no offset is safe any more
}

func newWriter(p *plan, bucket objectstore.Bucket, rt sink.Runtime) *writer {
	return &writer{
		plan: p, rt: rt,
		uploads: objectstore.NewUploads(objectstore.UploadSettings{
			Bucket: bucket, PartSize: p.partSize, Concurrency: concurrency, Compression: p.stream, Log: rt.Log,
		}),
		files: map[string]*file{}, groups: map[groupID]*group{},
		sources: map[connect.TopicPartition]*source{}, debts: map[connect.TopicPartition]*debt{},
	}
}

// put takes records. When it returns nothing is on its way.
func (w *writer) put(ctx context.Context, records []connect.Record) error {
	if w.err != nil {
		return w.err
	}
	w.now = time.Now()
	w.settle()
	for i := range records {
		if err := w.take(ctx, &records[i]); err != nil {
			w.bad, w.err = true, err
			break
		}
		if w.held > w.memory {
			w.flush(ctx, nil)
			w.rt.Context.RequestCommit()
		}
	}
	w.wait(ctx)
	if w.err != nil {
		return w.err
	}
	return w.tell(true, func(connect.TopicPartition) bool { return true })
}

// take puts a record into its file.
func (w *writer) take(ctx context.Context, r *connect.Record) error {
	tp, offset := sourceOf(r), offsetOf(r)
	src := w.source(tp)
	if !w.wanted(ctx, tp, src, offset) {
		return nil
	}
	first := src.first
	if first == none {
		src.first = offset
	}
	if err := w.write(ctx, r, tp); err != nil {
		src.first = first
		if err = w.errant(r, err); err != nil {
			return err
		}
	}
	if w.debts[tp] == nil {
		src.again = false
	}
	return nil
}

func (w *writer) source(tp connect.TopicPartition) *source {
	src := w.sources[tp]
	if src == nil {
		src = &source{first: none}
		w.sources[tp] = src
	}
	return src
}

// wanted tells whether a record is to be written. What the host delivers again, after
// it went back, takes the place of what is not written yet.
func (w *writer) wanted(ctx context.Context, tp connect.TopicPartition, src *source, offset int64) bool {
	if d := w.debts[tp]; d != nil {
		if !d.told {
			return false
		}
		w.paid(tp)
	}
	if src.first != none && offset <= src.first {
		w.tear(ctx, tp)
		delete(w.debts, tp)
	}
	return true
}

// errant gives a record to the dead letter queue, or returns why it fails the task.
func (w *writer) errant(r *connect.Record, reason error) error {
	if w.rt.Errant != nil {
		return w.rt.Errant.Report(r, reason)
	}
	tp := sourceOf(r)
	return &connect.Error{Msg: reason.Error(), Err: &recordError{tp, offsetOf(r), reason}}
}

// write puts a record into its file and sends parts that are full.
func (w *writer) write(ctx context.Context, r *connect.Record, tp connect.TopicPartition) error {
	s, err := w.format.shape(r)
	if err != nil {
		return err
	}
	if w.grouping.latest() {
		return w.replace(ctx, r, s, tp)
	}
	g := w.group(r)
	before := *g
	f, err := w.fileOf(g, r, s)
	if err == nil {
		err = w.add(ctx, f, r, tp)
	}
	if err != nil {
		*g = before
	}
	return err
}

// add writes a record to a file, which is dropped when the record was to be its first
// and cannot be written.
func (w *writer) add(ctx context.Context, f *file, r *connect.Record, tp connect.TopicPartition) error {
	if err := f.content.add(f.stream, r); err != nil {
		if f.records == 0 {
			w.forget(ctx, f)
		}
		return err
	}
	f.records++
	f.from(tp)
	if !w.grouping.latest() {
		w.send(ctx, f)
	}
	w.count(f)
	return nil
}

func (w *writer) send(ctx context.Context, f *file) {
	started, err := f.stream.Send(ctx)
	if err != nil {
		w.fail(ctx, f, err)
	} else if started && !f.sending {
		f.sending = true
		w.sending = append(w.sending, f)
	}
}

// count takes the size of a file into account; a file that is given up has none.
func (w *writer) count(f *file) {
	size := 0
	if w.files[f.name] == f {
		size = f.size()
	}
	w.held += size - f.counted
	f.counted = size
}

// replace makes the record the latest of its key.
func (w *writer) replace(ctx context.Context, r *connect.Record, s *shape, tp connect.TopicPartition) error {
	name := w.name.render(&place{topic: r.Topic, partition: r.Partition, key: keyText(r)})
	old := w.files[name]
	f, err := w.open(name, nil, r, s)
	if err != nil {
		return err
	}
	if err := w.add(ctx, f, r, tp); err != nil {
		if old != nil {
			w.files[name] = old
		}
		return err
	}
	if old != nil {
		w.forget(ctx, old)
	}
	return nil
}

// open makes a file that begins with a record.
func (w *writer) open(name string, g *group, r *connect.Record, s *shape) (*file, error) {
	key := name
	if w.old != nil {
		var err error
		if key, err = w.old.name(r, w.now); err != nil {
			return nil, err
		}
	}
	f := &file{name: name, group: g, stream: w.uploads.New(key), content: w.format.content(s)}
	w.files[name] = f
	return f, nil
}

// forget drops files with all that they hold. Uploads that are not complete are given
// up.
func (w *writer) forget(ctx context.Context, files ...*file) {
	streams := make([]*objectstore.Stream, len(files))
	for i, f := range files {
		streams[i] = f.stream
		if w.files[f.name] == f {
			delete(w.files, f.name)
		}
	}
	w.uploads.Discard(ctx, streams...)
	for _, f := range files {
		f.content.release()
		w.count(f)
	}
}

// ungroup makes the groups of files that were dropped begin anew.
func (w *writer) ungroup(files ...*file) {
	for _, f := range files {
		if f.group == nil {
			continue
		}
		delete(w.groups, f.group.id)
		if w.latest == f.group {
			w.latest = nil
		}
	}
}

func sourceOf(r *connect.Record) connect.TopicPartition {
	if r.Consumed == nil {
		return connect.TopicPartition{Topic: r.Topic, Partition: r.Partition}
	}
	return r.Consumed.TopicPartition()
}

func offsetOf(r *connect.Record) int64 {
	if r.Consumed == nil {
		return 0
	}
	return r.Consumed.Offset
}
