package glue

import "time"

// remembered keeps answers of the registry, a bounded number of them for a bounded
// time.
type remembered[K comparable, V any] struct {
	size int
	time time.Duration
	kept map[K]answer[V]
}

type answer[V any] struct {
	value V
	until time.Time
}

// secondLife is for how long an old answer does when the registry cannot be asked.
const secondLife = time.Minute

// get returns the answer to a question and until when it counts. An old answer is
// asked for again, and does for a little longer if the registry cannot answer now.
func (r *remembered[K, V]) get(key K, ask func() (V, error)) (V, time.Time, error) {
	now := time.Now()
	old, known := r.kept[key]
	if known && now.Before(old.until) {
		return old.value, old.until, nil
	}
	v, err := ask()
	switch {
	case err == nil:
		return r.keep(key, answer[V]{v, time.Now().Add(r.time)})
	case known && Transient(err):
		return r.keep(key, answer[V]{old.value, time.Now().Add(min(secondLife, r.time))})
	}
	delete(r.kept, key)
	return v, now, err
}

func (r *remembered[K, V]) keep(key K, a answer[V]) (V, time.Time, error) {
	if r.kept == nil || len(r.kept) >= r.size {
		r.kept = map[K]answer[V]{}
	}
	r.kept[key] = a
	return a.value, a.until, nil
}
