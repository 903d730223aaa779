package data

// slab cuts small slices from larger pieces of memory, which values that are made one
// after the other share: who keeps one of them keeps its neighbours.
type slab[T any] struct{ rest []T }

// How many elements of each kind are allocated at once: some 8 KiB.
const (
	slotsAtOnce = 512
	nodesAtOnce = 512
	mapsAtOnce  = 48

	structsAtOnce = 256
)

// take returns n zero elements, with room for some more, out of so many at once. What
// is large gets memory of its own.
func (s *slab[T]) take(n, room, atOnce int) []T {
	all := n + room
	if all > len(s.rest) {
		if all > atOnce/4 {
			return make([]T, n, all)
		}
		s.rest = make([]T, atOnce)
	}
	taken := s.rest[:n:all]
	s.rest = s.rest[all:]
	return taken
}
