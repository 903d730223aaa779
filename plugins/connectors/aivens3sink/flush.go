package aivens3sink

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/sink"
)

// flush writes the files that have records of the given partitions; nil stands for
// all. What fails is noted: its records will be delivered again.
func (w *writer) flush(ctx context.Context, of sink.Offsets) {
	chosen := w.choose(of)
	for _, f := range chosen {
		if w.files[f.name] != f {
			continue // given up because another one failed
		}
		err := f.content.end(f.stream)
		if err == nil {
			err = f.stream.Finish(ctx)
		}
		if err != nil {
			w.fail(ctx, f, err)
		}
	}
	var written []*file
	for _, f := range chosen {
		if err := f.stream.Wait(); err != nil {
			w.fail(ctx, f, err)
		} else if w.files[f.name] == f {
			written = append(written, f)
		}
	}
	w.forget(ctx, written...)
	w.ungroup(written...)
	w.clean()
}

func (w *writer) choose(of sink.Offsets) []*file {
	var chosen []*file
	for _, f := range w.files {
		if of == nil || slices.ContainsFunc(f.sources, func(tp connect.TopicPartition) bool {
			_, ok := of[tp]
			return ok
		}) {
			chosen = append(chosen, f)
		}
	}
	return chosen
}

// clean notes the partitions of which everything is written.
func (w *writer) clean() {
	if len(w.files) == 0 {
		clear(w.groups)
		w.latest = nil
	}
	open := map[connect.TopicPartition]bool{}
	for _, f := range w.files {
		for _, tp := range f.sources {
			open[tp] = true
		}
	}
	for tp, src := range w.sources {
		if !open[tp] {
			src.first = none
		}
	}
}

// wait waits for parts that are on their way.
func (w *writer) wait(ctx context.Context) {
	sending := w.sending
	w.sending = nil
	for _, f := range sending {
		f.sending = false
		if err := f.stream.Wait(); err != nil {
			w.fail(ctx, f, err)
		}
	}
}

// preCommit writes everything and returns the offsets that are safe.
func (w *writer) preCommit(ctx context.Context, offsets sink.Offsets) (sink.Offsets, error) {
	w.flush(ctx, offsets)
	if w.bad {
		return nil, nil
	}
	// What was not asked for may go on after this, in a rebalance: it is told later.
	err := w.tell(false, func(tp connect.TopicPartition) bool {
		_, asked := offsets[tp]
		return asked
	})
	safe := maps.Clone(offsets)
	for tp, src := range w.sources {
		if src.again {
			delete(safe, tp)
		}
	}
	return safe, err
}

// debt is records of a partition that could not be written and will be delivered
// again.
type debt struct {
	offset int64     // of the first one
	until  time.Time // the partition pauses until then
	told   bool      // the host knows; until then its records come too early
}

// fail gives up a file, and with it all that holds records of the same partitions.
// An error that does not pass fails the task in the next Put.
func (w *writer) fail(ctx context.Context, f *file, err error) {
	if w.files[f.name] != f {
		return // given up before
	}
	w.rt.Log.Warn("Could not write an object; its records will be delivered again", "key", f.stream.Key(), "err", err)
	w.tear(ctx, f.sources...)
	if !connect.IsRetriable(err) && !errors.Is(err, context.Canceled) && w.err == nil {
		w.err = err
	}
}

// tear gives up all files with records of partitions. Other partitions with records
// in these must be delivered again, too.
func (w *writer) tear(ctx context.Context, partitions ...connect.TopicPartition) {
	var files []*file
	torn := map[*file]bool{}
	for len(partitions) > 0 {
		tp := partitions[0]
		partitions = partitions[1:]
		if src := w.sources[tp]; src != nil && src.first != none {
			w.debts[tp] = &debt{offset: src.first, until: time.Now().Add(w.backoff)}
			*src = source{none, true}
		}
		for _, f := range w.files {
			if !torn[f] && slices.Contains(f.sources, tp) {
				torn[f] = true
				files, partitions = append(files, f), append(partitions[:len(partitions):len(partitions)], f.sources...)
			}
		}
	}
	w.forget(ctx, files...)
	w.ungroup(files...)
}

// tell makes the host go back to where records could not be written. Partitions
// pause, unless it is in a commit: then the next one is some time away.
func (w *writer) tell(pause bool, which func(connect.TopicPartition) bool) error {
	for tp, d := range w.debts {
		if d.told || !which(tp) {
			continue
		}
		d.told = true
		w.rt.Context.Rewind(sink.Offsets{tp: d.offset})
		if !pause {
			d.until = time.Time{}
			continue
		}
		if err := w.rt.Context.Pause(tp); err != nil {
			return err
		}
		w.rt.Context.RetryAfter(max(w.backoff, time.Millisecond))
	}
	return nil
}

// settle lets partitions go on whose pause is over.
func (w *writer) settle() {
	for tp, d := range w.debts {
		switch {
		case !d.told:
		case w.now.Before(d.until):
			w.rt.Context.RetryAfter(d.until.Sub(w.now))
		default:
			w.paid(tp)
		}
	}
}

// paid lets a partition go on.
func (w *writer) paid(tp connect.TopicPartition) {
	delete(w.debts, tp)
	if err := w.rt.Context.Resume(tp); err != nil {
		w.rt.Log.Warn("Could not resume a partition", "topic", tp.Topic, "partition", tp.Partition, "err", err)
	}
}

// drop gives up what is not written of partitions that the task does not have any
// more.
func (w *writer) drop(ctx context.Context, partitions []connect.TopicPartition) {
	w.tear(ctx, partitions...)
	for _, tp := range partitions {
		delete(w.debts, tp)
		delete(w.sources, tp)
	}
}

// stop gives up everything.
func (w *writer) stop(ctx context.Context) {
	w.forget(ctx, slices.Collect(maps.Values(w.files))...)
}
