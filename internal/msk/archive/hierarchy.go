package archive

import "slices"

// hierarchy answers of which kinds a class is, through its ancestors in the archive.
type hierarchy struct {
	classes map[string]class
	known   map[string][]Kind
	done    map[string][]Kind
}

func newHierarchy(classes map[string]class) *hierarchy {
	return &hierarchy{classes: classes, known: knownTypes(), done: map[string][]Kind{}}
}

func (h *hierarchy) kinds(name string) []Kind { return h.climb(name, 0) }

func (h *hierarchy) climb(name string, depth int) []Kind {
	if kinds, ok := h.done[name]; ok {
		return kinds
	}
	kinds := h.known[name]
	h.done[name] = kinds // for archives whose classes are derived in a circle
	c, ok := h.classes[name]
	if !ok || depth == maxAncestors {
		return kinds
	}
	kinds = slices.Clone(kinds)
	for _, parent := range append([]string{c.super}, c.interfaces...) {
		for _, kind := range h.climb(parent, depth+1) {
			if !slices.Contains(kinds, kind) {
				kinds = append(kinds, kind)
			}
		}
	}
	h.done[name] = kinds
	return kinds
}
