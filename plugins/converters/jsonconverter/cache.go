package jsonconverter

import "container/list"

// cache keeps the values that were used last.
type cache[K comparable, V any] struct {
	limit int
	items map[K]*list.Element
	used  *list.List // the one used last at the front
}

type cached[K comparable, V any] struct {
	key   K
	value V
}

// newCache returns a cache of up to limit values, which may be 0 or less.
func newCache[K comparable, V any](limit int) *cache[K, V] {
	return &cache[K, V]{limit: limit, items: map[K]*list.Element{}, used: list.New()}
}

func (c *cache[K, V]) get(key K) (v V, ok bool) {
	e, ok := c.items[key]
	if !ok {
		return v, false
	}
	c.used.MoveToFront(e)
	return e.Value.(*cached[K, V]).value, true
}

// put adds a value under a key that the cache does not have.
func (c *cache[K, V]) put(key K, v V) {
	if c.limit <= 0 {
		return
	}
	if c.used.Len() >= c.limit {
		oldest := c.used.Back()
		delete(c.items, oldest.Value.(*cached[K, V]).key)
		c.used.Remove(oldest)
	}
	c.items[key] = c.used.PushFront(&cached[K, V]{key, v})
}
