package subject

import "time"

// recent is how many keys are compared with one that is not in the cache.
const recent = 4

// Cache keeps what was made of schemas, a bounded number of them. It must not be used
// by several goroutines at a time.
type Cache[K comparable, V any] struct {
	size int
	get  func(K) (V, time.Time, error)
	same func(a, b K) bool
	kept map[K]*entry[V]

	key  K // the last one asked for
	last *entry[V]

	made [recent]K // the last ones that something was made for
	n    int
}

type entry[V any] struct {
	value V
	until time.Time
}

func (e *entry[V]) stale() bool { return !e.until.IsZero() && time.Now().After(e.until) }

// NewCache returns an empty cache. Get makes what is not in it, and tells the time
// after which to make it again, zero for never. Same, unless it is nil, tells whether
// what was made for one key does for another: connectors may build a new schema, equal
// to the last, for every record.
func NewCache[K comparable, V any](size int, get func(K) (V, time.Time, error), same func(a, b K) bool) *Cache[K, V] {
	return &Cache[K, V]{size: size, get: get, same: same, kept: map[K]*entry[V]{}}
}

// Get returns what belongs to a key. When there is an error, it is not kept.
func (c *Cache[K, V]) Get(key K) (V, error) {
	if c.last != nil && c.key == key && !c.last.stale() {
		return c.last.value, nil
	}
	e := c.kept[key]
	if e == nil {
		e = c.alike(key)
	}
	if e == nil || e.stale() {
		var err error
		if e, err = c.add(key); err != nil {
			return e.value, err
		}
	}
	c.key, c.last = key, e
	return e.value, nil
}

func (c *Cache[K, V]) add(key K) (*entry[V], error) {
	v, until, err := c.get(key)
	if err != nil {
		return &entry[V]{value: v}, err
	}
	if len(c.kept) >= c.size {
		clear(c.kept)
	}
	e := &entry[V]{v, until}
	c.kept[key] = e
	c.made[c.n%recent] = key
	c.n++
	return e, nil
}

// alike finds what was made for a key that is the same.
func (c *Cache[K, V]) alike(key K) *entry[V] {
	if c.same == nil {
		return nil
	}
	for _, k := range c.made[:min(c.n, recent)] {
		if e := c.kept[k]; e != nil && !e.stale() && c.same(k, key) {
			return e
		}
	}
	return nil
}
