package offsetstore

import (
	"context"
	"log/slog"

	"github.com/millrace/millrace/connect/data"
)

// Layered is a connector's own offsets topic over the worker's. Reads prefer the
// first; writes keep the second up to date, so that the connector can go back to it.
type Layered struct {
	primary, secondary *Topic
	log                *slog.Logger
}

// NewLayered returns primary over secondary. Both stay the caller's to close; log may
// be nil.
func NewLayered(primary, secondary *Topic, log *slog.Logger) *Layered {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Layered{primary, secondary, log}
}

// ReadToEnd reads both topics to their ends.
func (l *Layered) ReadToEnd(ctx context.Context) error {
	if err := l.primary.ReadToEnd(ctx); err != nil {
		return err
	}
	return l.secondary.ReadToEnd(ctx)
}

// Get reads the topics to their ends and returns the value of a key in the first that
// has one.
func (l *Layered) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := l.primary.Get(ctx, key)
	if err != nil || value != nil {
		return value, err
	}
	return l.secondary.Get(ctx, key)
}

// All reads both topics to their ends and returns every key that has a value, with
// that which Get returns.
func (l *Layered) All(ctx context.Context) ([]Entry, error) {
	all, err := l.primary.All(ctx)
	if err != nil {
		return nil, err
	}
	more, err := l.secondary.All(ctx)
	if err != nil {
		return nil, err
	}
	seen := make(map[string]struct{}, len(all))
	for _, e := range all {
		seen[l.primary.index.parse(e.Key).meaning] = struct{}{}
	}
	for _, e := range more {
		if _, ok := seen[l.primary.index.parse(e.Key).meaning]; !ok {
			all = append(all, e)
		}
	}
	return all, nil
}

// Set writes entries to the first topic and returns when they are safe there. Nil
// values are written to the second before, and fail the write when that fails:
// otherwise the offset would come back. Others follow without being waited for.
func (l *Layered) Set(ctx context.Context, entries []Entry) error {
	if err := l.Forget(ctx, entries); err != nil {
		return err
	}
	if err := l.primary.Set(ctx, entries); err != nil {
		return err
	}
	l.Mirror(entries)
	return nil
}

// Forget writes the nil values among entries to the second topic. A task that writes
// to the first in its own transaction calls it before.
func (l *Layered) Forget(ctx context.Context, entries []Entry) error {
	gone, _ := split(entries)
	return l.secondary.Set(ctx, gone)
}

// Mirror writes the other entries to the second topic and does not wait; a failure is
// logged. A task that writes to the first in its own transaction calls it after.
func (l *Layered) Mirror(entries []Entry) {
	_, kept := split(entries)
	if len(kept) == 0 {
		return
	}
	l.secondary.post(kept, func(err error) {
		if err != nil {
			l.log.Warn("Failed to write offsets to secondary backing store", "err", err)
		}
	})
}

func split(entries []Entry) (gone, kept []Entry) {
	for _, e := range entries {
		if e.Value == nil {
			gone = append(gone, e)
		} else {
			kept = append(kept, e)
		}
	}
	return gone, kept
}

// Rewrite returns entries with the keys that the first topic has for them.
func (l *Layered) Rewrite(entries []Entry) []Entry { return l.primary.Rewrite(entries) }

// Partitions returns the source partitions of a connector that have an offset in
// either topic, as far as they were read.
func (l *Layered) Partitions(connector string) []*data.Map {
	all := l.primary.Partitions(connector)
	seen := map[string]struct{}{}
	for _, p := range all {
		seen[identity(p)] = struct{}{}
	}
	for _, p := range l.secondary.Partitions(connector) {
		if _, ok := seen[identity(p)]; !ok {
			all = append(all, p)
		}
	}
	return all
}
