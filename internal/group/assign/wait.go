package assign

import (
	"maps"
	"slices"
	"time"
)

// wait is the time that work without an owner is kept for a member that may
// return.
type wait struct {
	delay      time.Duration // what members are told
	until      time.Time     // when it is over; zero for no wait
	candidates []string      // members without work, in the order in which they came
}

func (w *wait) reset() { *w = wait{} }

// running reports whether a wait was begun, over or not.
func (w *wait) running() bool { return !w.until.IsZero() }

// begin makes members join again after a time.
func (w *wait) begin(now time.Time, delay time.Duration) {
	w.delay, w.until = delay, now.Add(delay)
}

// prolong begins the wait, or goes on with what is left of it.
func (w *wait) prolong(now time.Time, most time.Duration) {
	delay := most
	if now.Before(w.until) {
		delay = min(w.until.Sub(now), most)
	}
	w.begin(now, delay)
}

// milliseconds returns the delay as members are told, rounded up: a member that
// came back too early would find nothing to do, and no reason to come again.
func (w *wait) milliseconds() int32 {
	return int32((w.delay + time.Millisecond - 1).Milliseconds())
}

func (w *wait) note(list shares) {
	for _, s := range list.staying() {
		if len(s.next) == 0 && !slices.Contains(w.candidates, s.member) {
			w.candidates = append(w.candidates, s.member)
		}
	}
}

// lose decides about work that nobody runs any more. It returns what is to be
// handed out now; what members that wait for it get, it gives them.
func (c *Cooperative) lose(r *Round, d *difference) items {
	switch {
	case len(d.lost) == 0 && !c.balancing.revoking:
		c.wait.reset()
		return nil
	case !c.wait.running() && c.complete(r):
		return d.lost
	case c.maxDelay == 0:
		return d.lost
	case c.wait.running() && !r.Now.Before(c.wait.until):
		return c.expire(d)
	}
	c.wait.note(d.shares)
	c.wait.prolong(r.Now, c.maxDelay)
	return nil
}

// handOver returns what leaving members had: it need not wait for them.
func (c *Cooperative) handOver(d *difference) items {
	if len(d.shares.staying()) == 0 {
		return nil
	}
	had := set{}
	for _, s := range d.shares {
		if s.leaving {
			maps.Copy(had, setOf(c.held[s.member]))
		}
	}
	free := d.lost.within(had)
	d.lost = d.lost.minus(had)
	return free
}

// complete reports whether every member of the last round is still one.
func (c *Cooperative) complete(r *Round) bool {
	return !slices.ContainsFunc(c.members, func(id string) bool {
		return !slices.ContainsFunc(r.Members, func(m Member) bool { return m.ID == id })
	})
}

// expire gives lost work to the candidates in turn, whatever they have; without
// candidates it is handed out.
func (c *Cooperative) expire(d *difference) items {
	var present shares
	staying := d.shares.staying()
	for _, id := range c.wait.candidates {
		if i := slices.IndexFunc(staying, func(s *share) bool { return s.member == id }); i >= 0 {
			present = append(present, staying[i])
		}
	}
	c.wait.reset()
	c.balancing.revoking = false
	if len(present) == 0 {
		return d.lost
	}
	connectors, tasks := d.lost.split()
	present.deal(connectors)
	present.deal(tasks)
	return nil
}

// deal gives the items to the members in turn, beginning with the first.
func (list shares) deal(l items) {
	for i, it := range l {
		s := list[i%len(list)]
		s.next = append(s.next, it)
	}
}
