package objectstore

import (
	"context"
	"sync"
)

// leftovers are uploads that may still lie in the store although they were given up: it
// answered with an error, or not at all. They are given up once more when partitions are
// closed. It is safe for concurrent use.
type leftovers struct {
	mu      sync.Mutex
	uploads []Upload
}

// leftMost bounds how many are remembered. Rules of the bucket remove the others.
const leftMost = 1000

func (l *leftovers) add(u Upload) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.uploads) < leftMost {
		l.uploads = append(l.uploads, u)
	}
}

func (l *leftovers) take() []Upload {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := l.uploads
	l.uploads = nil
	return all
}

// clear gives them all up, as far as the time of one allows.
func (s *Sink) clear(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
	defer cancel()
	var group sync.WaitGroup
	for _, u := range s.left.take() {
		s.slots <- struct{}{}
		group.Go(func() {
			defer func() { <-s.slots }()
			if err := s.Bucket.Abort(ctx, u); err != nil {
				s.warn(u, err)
			}
		})
	}
	group.Wait()
}

func (s *Sink) warn(u Upload, err error) {
	s.rt.Log.Warn("Could not abort an upload; a lifecycle rule of the bucket can remove it",
		"key", u.Key, "upload", u.ID, "err", err)
}
