package assign

// balancing remembers revocations that restored balance, so that rounds in which
// members still come and go do not revoke again and again.
type balancing struct {
	revoking   bool // the last round revoked to balance
	successive int  // rounds in a row that had to
}

// rebalance takes work from members with too much of it, or waits before it does
// so again. While work waits for an owner nothing is taken.
func (c *Cooperative) rebalance(r *Round, d *difference) {
	b := &c.balancing
	if c.wait.delay > 0 {
		b.revoking = false
		return
	}
	excess := d.shares.staying().excess(d.configured)
	switch {
	case excess == nil:
		if b.revoking {
			*b = balancing{}
		}
		return
	case b.revoking:
		b.successive++
		if delay := backoff(b.successive, c.maxDelay); delay > 0 {
			c.wait.begin(r.Now, delay)
			return
		}
	default:
		b.revoking = true
	}
	for s, l := range excess {
		s.revoke(l)
	}
}

// excess returns what each member has above its part of the configured work, nil
// when the work is balanced.
func (list shares) excess(configured items) map[*share]items {
	held := 0
	for _, s := range list {
		held += len(s.next)
	}
	if held == 0 || len(configured) == 0 {
		return nil
	}
	connectors, tasks := configured.split()
	found := map[*share]items{}
	list.above(found, len(connectors), isConnector)
	list.above(found, len(tasks), func(it item) bool { return !isConnector(it) })
	if len(found) == 0 {
		return nil
	}
	return found
}

// above adds what members have of a kind above their part of total.
func (list shares) above(found map[*share]items, total int, kind func(item) bool) {
	least, extra := total/len(list), total%len(list)
	if list.balanced(least, extra, kind) {
		return
	}
	for _, s := range list {
		own := s.of(kind)
		if len(own) <= least {
			continue
		}
		limit := least
		if extra > 0 {
			extra--
			limit++
		}
		if over := len(own) - limit; over > 0 {
			found[s] = append(found[s], own[:over]...)
		}
	}
}

// balanced reports whether as many members as there are extra items have one
// more than the others, which have the least.
func (list shares) balanced(least, extra int, kind func(item) bool) bool {
	more := 0
	for _, s := range list {
		switch s.count(kind) {
		case least:
		case least + 1:
			more++
		default:
			return false
		}
	}
	return more == extra
}

// of returns what the member is to run of a kind.
func (s *share) of(kind func(item) bool) items {
	var l items
	for _, it := range s.next {
		if kind(it) {
			l = append(l, it)
		}
	}
	return l
}
