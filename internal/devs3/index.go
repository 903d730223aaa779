package devs3

import (
	"cmp"
	"iter"
	"slices"
)

const chunkSize = 512

// index keeps objects in the byte order of their keys: a list of short sorted
// slices, so that an insertion moves few elements. Its owner locks.
type index struct {
	chunks [][]*object // none is empty
	n      int
}

// newIndex takes objects sorted by key.
func newIndex(sorted []*object) *index {
	x := &index{n: len(sorted)}
	for chunk := range slices.Chunk(sorted, chunkSize/2) {
		x.chunks = append(x.chunks, slices.Clone(chunk))
	}
	return x
}

// locate returns where key is or belongs.
func (x *index) locate(key string) (chunk, i int, found bool) {
	chunk, found = slices.BinarySearchFunc(x.chunks, key, func(c []*object, k string) int {
		return cmp.Compare(c[0].Key, k)
	})
	if found {
		return chunk, 0, true
	}
	if chunk == 0 {
		return 0, 0, false
	}
	chunk--
	i, found = slices.BinarySearchFunc(x.chunks[chunk], key, func(o *object, k string) int {
		return cmp.Compare(o.Key, k)
	})
	return chunk, i, found
}

// get returns the object or nil.
func (x *index) get(key string) *object {
	c, i, found := x.locate(key)
	if !found {
		return nil
	}
	return x.chunks[c][i]
}

func (x *index) put(o *object) {
	c, i, found := x.locate(o.Key)
	if found {
		x.chunks[c][i] = o
		return
	}
	x.n++
	if len(x.chunks) == 0 {
		x.chunks = [][]*object{{o}}
		return
	}
	x.chunks[c] = slices.Insert(x.chunks[c], i, o)
	if full := x.chunks[c]; len(full) > chunkSize {
		half := len(full) / 2
		x.chunks = slices.Insert(x.chunks, c+1, slices.Clone(full[half:]))
		x.chunks[c] = slices.Delete(full, half, len(full))
	}
}

func (x *index) remove(key string) {
	c, i, found := x.locate(key)
	if !found {
		return
	}
	x.n--
	x.chunks[c] = slices.Delete(x.chunks[c], i, i+1)
	if len(x.chunks[c]) == 0 {
		x.chunks = slices.Delete(x.chunks, c, c+1)
	}
}

// first returns the object with the least key that is not less than key, or
// nil.
func (x *index) first(key string) *object {
	for o := range x.from(key) {
		return o
	}
	return nil
}

// from yields the objects whose key is not less than key, in order.
func (x *index) from(key string) iter.Seq[*object] {
	return func(yield func(*object) bool) {
		c, i, _ := x.locate(key)
		for ; c < len(x.chunks); c, i = c+1, 0 {
			for ; i < len(x.chunks[c]); i++ {
				if !yield(x.chunks[c][i]) {
					return
				}
			}
		}
	}
}
