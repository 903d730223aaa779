package assign

import (
	"cmp"
	"slices"

	"github.com/millrace/millrace/internal/group/protocol"
)

// item is a connector or a task: a task id, whose number is connectorItself for
// the connector.
type item = protocol.TaskID

const connectorItself = -1

func isConnector(it item) bool { return it.Task == connectorItself }

// items is a list of distinct connectors and tasks.
type items []item

func itemsOf(w protocol.Work) items {
	list := make(items, 0, len(w.Connectors)+len(w.Tasks))
	for _, c := range w.Connectors {
		list = append(list, item{Connector: c, Task: connectorItself})
	}
	return slices.Concat(list, w.Tasks)
}

func (c Configuration) items() items {
	var list items
	for name, tasks := range c.Connectors {
		for n := connectorItself; n < tasks; n++ {
			list = append(list, item{Connector: name, Task: n})
		}
	}
	return list.sorted()
}

func (l items) work() protocol.Work {
	var w protocol.Work
	connectors, tasks := l.split()
	for _, it := range connectors {
		w.Connectors = append(w.Connectors, it.Connector)
	}
	w.Tasks = tasks
	return w
}

// split returns the connectors and the tasks of the list.
func (l items) split() (connectors, tasks items) {
	for _, it := range l {
		if isConnector(it) {
			connectors = append(connectors, it)
		} else {
			tasks = append(tasks, it)
		}
	}
	return connectors, tasks
}

// sorted orders the list by connector, then task; it changes the list.
func (l items) sorted() items {
	slices.SortFunc(l, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.Connector, b.Connector), cmp.Compare(a.Task, b.Task))
	})
	return l
}

// set is an unordered collection of items.
type set map[item]struct{}

func setOf(lists ...items) set {
	s := set{}
	for _, l := range lists {
		for _, it := range l {
			s[it] = struct{}{}
		}
	}
	return s
}

func (s set) has(it item) bool {
	_, ok := s[it]
	return ok
}

func (s set) sorted() items {
	list := make(items, 0, len(s))
	for it := range s {
		list = append(list, it)
	}
	return list.sorted()
}

// minus returns what of l is in none of the sets, in order.
func (l items) minus(sets ...set) items {
	var rest items
	for _, it := range l {
		if !slices.ContainsFunc(sets, func(s set) bool { return s.has(it) }) {
			rest = append(rest, it)
		}
	}
	return rest
}

// within returns what of l is in any of the sets, in order.
func (l items) within(sets ...set) items {
	var found items
	for _, it := range l {
		if slices.ContainsFunc(sets, func(s set) bool { return s.has(it) }) {
			found = append(found, it)
		}
	}
	return found
}
