package assign

import (
	"cmp"
	"slices"
)

// share is the part of one member in a round.
type share struct {
	member  string
	current items // it runs and may
	next    items // it is to run
	revoked items // it must stop
	leaving bool  // it gets nothing more
}

type shares []*share

// divide leaves every member what it runs, except what was deleted and what
// another runs too.
func divide(members []Member, owned []items, deleted set) shares {
	twice := duplicated(owned)
	list := make(shares, len(members))
	for i, m := range members {
		list[i] = &share{
			member:  m.ID,
			current: owned[i].minus(deleted),
			next:    owned[i].minus(deleted, twice),
			revoked: owned[i].within(deleted, twice),
			leaving: m.Metadata.Leaving,
		}
	}
	return list
}

// staying returns the shares of members that will be there after the round.
func (list shares) staying() shares {
	return slices.DeleteFunc(slices.Clone(list), func(s *share) bool { return s.leaving })
}

// revoke takes items from the share.
func (s *share) revoke(l items) {
	s.revoked = append(s.revoked, l...)
	s.next = s.next.minus(setOf(l))
}

// handOut gives connectors, then tasks, to the members with the least of them.
func (list shares) handOut(l items) {
	connectors, tasks := l.sorted().split()
	list.level(connectors, isConnector)
	list.level(tasks, func(it item) bool { return !isConnector(it) })
}

// level gives each item of a kind to a member with the least of that kind. The
// members stand in order of how many they had; in each turn those at the front
// that have as few as the first get one each.
func (list shares) level(l items, kind func(item) bool) {
	counts := make(map[*share]int, len(list))
	for _, s := range list {
		counts[s] = s.count(kind)
	}
	order := slices.Clone(list)
	slices.SortFunc(order, func(a, b *share) int {
		return cmp.Or(cmp.Compare(counts[a], counts[b]), cmp.Compare(a.member, b.member))
	})
	for len(l) > 0 && len(order) > 0 {
		l = l[order.turn(l, counts):]
	}
}

// turn gives an item to each member that has as few as the first, and returns how
// many it gave.
func (list shares) turn(l items, counts map[*share]int) int {
	fewest := counts[list[0]]
	for i, s := range list {
		if i == len(l) || counts[s] > fewest {
			return i
		}
		s.next = append(s.next, l[i])
		counts[s]++
	}
	return len(list)
}

func (s *share) count(kind func(item) bool) int {
	n := 0
	for _, it := range s.next {
		if kind(it) {
			n++
		}
	}
	return n
}
