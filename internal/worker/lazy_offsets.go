package worker

import (
	"context"
	"errors"
	"sync"

	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/state"
)

// lazyOffsets are the own offsets of a connector's instance. They are opened when it
// asks for one; most never do.
type lazyOffsets struct {
	own     *ownOffsets
	allowed func() error

	mu     sync.Mutex
	closed bool
	topic  *offsetstore.Topic
	layers *offsetstore.Layered
}

// Get opens the topic at the first call, which reads all of it.
func (l *lazyOffsets) Get(ctx context.Context, key []byte) ([]byte, error) {
	layers, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return layers.Get(ctx, key)
}

// All returns what Get finds.
func (l *lazyOffsets) All(ctx context.Context) ([]offsetstore.Entry, error) {
	layers, err := l.open(ctx)
	if err != nil {
		return nil, err
	}
	return layers.All(ctx)
}

// Set refuses: connectors only read.
func (l *lazyOffsets) Set(context.Context, []offsetstore.Entry) error {
	return errors.New("a connector's instance cannot store offsets")
}

func (l *lazyOffsets) open(ctx context.Context) (*offsetstore.Layered, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errors.New("Offset reader is closed. This is likely because the task has already been scheduled to stop but has taken " +
			"longer than the graceful shutdown period to do so.")
	}
	if l.layers != nil {
		return l.layers, nil
	}
	err := l.allowed()
	if err == nil {
		l.topic, l.layers, err = l.own.open(ctx)
	}
	return l.layers, err
}

// close ends reading.
func (l *lazyOffsets) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.topic != nil {
		l.topic.Close()
	}
}

// instanceOffsets returns the offsets of a connector's instance and what to do after
// their use.
func (w *Worker) instanceOffsets(c *connectorRun) (store offsetstore.Store, done func(), err error) {
	store, done = w.Offsets, func() {}
	if c.entry.Kind != pluginset.Source || w.OffsetsTopic.Name == "" {
		return store, done, nil
	}
	cfg, err := connectorconfig.ParseWith(c.props, connectorconfig.Options{NoTopicCreation: !w.TopicCreation})
	if err != nil {
		return nil, nil, err
	}
	own := w.ownOffsets(c.name, -1, cfg, c.log)
	if own == nil {
		return store, done, nil
	}
	b := &builder{w: w, t: &taskRun{id: state.TaskID{Connector: c.name}}, entry: c.entry, cfg: cfg}
	lazy := &lazyOffsets{own: own, allowed: b.offsetsAllowed}
	return lazy, lazy.close, nil
}
