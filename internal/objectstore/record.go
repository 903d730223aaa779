package objectstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// writeTo writes a record to the file of its encoded partition: value, key and
// headers, or nothing.
func (w *writer) writeTo(ctx context.Context, sl *slot, r *connect.Record) error {
	out := r
	if sl.schema != r.ValueSchema {
		var err error
		if out, err = w.sink.Compat.Project(r, sl.schema); err != nil {
			return w.errant(r, err)
		}
	}
	w.encoded, w.tombstone = sl.encoded, r.Value == nil
	f := sl.file
	if f == nil {
		var err error
		if f, err = w.newFile(sl.encoded, r); err != nil {
			return err
		}
	}
	if err := f.append(w.sink, out); err != nil {
		if sl.file == nil {
			f.release()
		}
		return w.refused(r, err)
	}
	if sl.file == nil {
		sl.file = f
		w.open = append(w.open, f)
	}
	offset := offsetOf(r)
	w.offset, f.end = offset, offset
	w.records++
	f.records++
	return f.keep(ctx)
}

func (w *writer) refused(r *connect.Record, err error) error {
	if !reportable(err) || w.sink.rt.Errant == nil {
		return fatal(err)
	}
	return w.sink.rt.Errant.Report(r, err)
}

func (w *writer) name(encoded string, offset int64, suffix string) string {
	if w.sink.Gzip {
		suffix += ".gz"
	}
	return w.sink.Layout.Name(w.tp.Topic, w.tp.Partition, encoded, offset, suffix)
}

// newFile returns a file that begins with the record.
func (w *writer) newFile(encoded string, r *connect.Record) (*file, error) {
	f, s := &file{encoded: encoded, start: offsetOf(r)}, w.sink
	open := func(format Format, suffix string) *object {
		if format == nil {
			return nil
		}
		return s.newObject(w.name(encoded, f.start, suffix+format.Extension()), format)
	}
	if r.Value != nil {
		f.value = open(s.Value, "")
	} else if s.Keys == nil {
		return nil, &connect.Error{Msg: noKeyWriter, Err: errors.New("set store.kafka.keys to true")}
	}
	f.keys = open(s.Keys, ".keys")
	f.headers = open(s.Headers, ".headers")
	return f, nil
}

// append adds a record to the objects of the file, or to none of them.
func (f *file) append(s *Sink, r *connect.Record) error {
	if f.keys != nil && r.Key == nil {
		return missing("Key", r)
	}
	if f.headers != nil && len(r.Headers) == 0 {
		return missing("Headers", r)
	}
	if f.value != nil {
		if err := f.value.append(r.ValueSchema, r.Value); err != nil {
			return err
		}
	}
	if f.keys != nil {
		if err := f.keys.append(r.KeySchema, r.Key); err != nil {
			f.undo(f.value)
			return err
		}
	}
	if f.headers != nil {
		if err := s.shapes.appendTo(f.headers, s.Headers, r.Headers); err != nil {
			f.undo(f.value, f.keys)
			return err
		}
	}
	return nil
}

func missing(what string, r *connect.Record) error {
	return data.Errorf("%s cannot be null for SinkRecord: SinkRecord{kafkaOffset=%d, topic='%s', kafkaPartition=%d} ",
		what, offsetOf(r), r.Topic, r.Partition)
}

func (f *file) undo(objects ...*object) {
	for _, o := range objects {
		if o != nil {
			o.undo()
		}
	}
}

// keep makes the last record final.
func (f *file) keep(ctx context.Context) error {
	if f.keys == nil && f.headers == nil {
		return f.value.keep(ctx)
	}
	for _, o := range f.objects() {
		if err := o.keep(ctx); err != nil {
			return fmt.Errorf("write %s: %w", o.upload.Key, err)
		}
	}
	return nil
}

// release gives back what a file without uploads holds.
func (f *file) release() {
	for _, o := range f.objects() {
		o.release()
	}
}
