package assign

// difference is what a round finds changed since the last one.
type difference struct {
	configured items
	lost       items // assigned, still configured, but nobody runs it
	created    items // configured, neither assigned nor run by anybody
	shares     shares
}

// compare tells what changed. It forgets what the assignor remembers of rounds
// that the group did not complete.
func (c *Cooperative) compare(r *Round) *difference {
	if c.generation != r.LastCompleted {
		c.assigned = nil
	}
	configured := r.Configuration.items()
	owned := make([]items, len(r.Members))
	for i, m := range r.Members {
		owned[i] = m.owned()
	}
	active := setOf(owned...)
	c.settle(active)
	assigned := setOf(c.assigned)
	deleted := setOf(c.assigned.minus(setOf(configured)))
	return &difference{
		configured: configured,
		lost:       c.assigned.minus(active, deleted),
		created:    configured.minus(assigned, active),
		shares:     divide(r.Members, owned, deleted),
	}
}

// settle takes what members run for what was assigned when some did not revoke
// what they should have.
func (c *Cooperative) settle(active set) {
	if len(c.revoked.within(active)) > 0 {
		c.assigned = active.sorted()
	}
	c.revoked = nil
}

// owned is what the member says it runs.
func (m Member) owned() items {
	if m.Metadata.Allocation == nil {
		return nil
	}
	return distinct(itemsOf(m.Metadata.Allocation.Assigned))
}

func distinct(l items) items {
	seen := make(set, len(l))
	var kept items
	for _, it := range l {
		if !seen.has(it) {
			seen[it] = struct{}{}
			kept = append(kept, it)
		}
	}
	return kept
}

// duplicated returns what more than one member runs.
func duplicated(owned []items) set {
	seen, twice := set{}, set{}
	for _, l := range owned {
		for _, it := range l {
			if seen.has(it) {
				twice[it] = struct{}{}
			}
			seen[it] = struct{}{}
		}
	}
	return twice
}
