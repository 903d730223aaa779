package devs3

import (
	"errors"
	"fmt"
	"strings"
)

// Count returns how many objects of a bucket have a prefix; 0 for a bucket that is
// not there. It is for displays: it does not go through HTTP.
func (s *Server) Count(bucket, prefix string) int {
	b, err := s.store.bucket(bucket)
	if err != nil {
		return 0
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	n := 0
	for o := range b.objects.from(prefix) {
		if !strings.HasPrefix(o.Key, prefix) {
			break
		}
		n++
	}
	return n
}

// Keys returns the first keys with a prefix, in order, at most limit.
func (s *Server) Keys(bucket, prefix string, limit int) []string {
	b, err := s.store.bucket(bucket)
	if err != nil {
		return nil
	}
	var keys []string
	for _, item := range b.list(listQuery{prefix: prefix, max: limit}).items {
		keys = append(keys, item.key)
	}
	return keys
}

// CreateBucket creates a bucket if it is not there.
func (s *Server) CreateBucket(name string) error {
	if err := s.store.createBucket(name); err != nil && !errors.Is(err, errBucketExists) {
		return fmt.Errorf("create bucket %s: %w", name, err)
	}
	return nil
}
