package mirror

import "math"

// syncTable holds the syncs of one partition. Slot 0 is the newest; of slots i < j
// j's is old enough to be [apart] from i's and recent enough to be [near] it, or they
// are equal.
type syncTable [syncSlots]SyncPoint

// reset forgets all syncs but p.
func (t *syncTable) reset(p SyncPoint) {
	for i := range t {
		t[i] = p
	}
}

// add makes p the newest sync. Each slot that thereby became too far from the one
// before takes, of p and the syncs that lay before it, the oldest that fits; the
// first slot that is still near enough ends that, as then all later ones are.
func (t *syncTable) add(p SyncPoint) {
	old, candidate := *t, 0
	t[0] = p
	replacement := p
	for i := 1; i < syncSlots; i++ {
		for candidate < i && near(t[i-1], old[candidate], i) && !apart(t[i-1], old[candidate], i-1) {
			candidate++
		}
		if c := old[min(candidate, i-1)]; t.fits(c, i) {
			replacement = c
		}
		if near(t[i-1], t[i], i) {
			return
		}
		t[i] = replacement
	}
}

// fits tells whether p may stand in slot i, between its neighbours.
func (t *syncTable) fits(p SyncPoint, i int) bool {
	last := i == syncSlots-1
	return near(t[i-1], p, i) && apart(t[i-1], p, i-1) && (last || apart(p, t[i+1], i))
}

// near tells whether b, in slot i, is recent enough to follow a in the slot before.
func near(a, b SyncPoint, i int) bool {
	bound, ok := plus(b.Upstream, int64(1)<<(i-1))
	return !ok || bound < 0 || a.Upstream <= bound
}

// apart tells whether a, in slot i, is far enough from b in the slot after.
func apart(a, b SyncPoint, i int) bool {
	bound, ok := plus(b.Upstream, int64(1)<<max(i-2, 0))
	return ok && bound >= 0 && a.Upstream >= bound
}

// plus adds a distance to an offset; ok is false when the sum is out of range.
func plus(offset, distance int64) (sum int64, ok bool) {
	if distance < 0 || offset > math.MaxInt64-distance {
		return 0, false
	}
	return offset + distance, true
}

func (t *syncTable) translate(upstream int64) int64 {
	for _, p := range t {
		switch {
		case p.Upstream == upstream:
			return p.Downstream
		case p.Upstream < upstream:
			return p.Downstream + 1
		}
	}
	return Untranslatable
}
