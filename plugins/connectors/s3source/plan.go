package s3source

import (
	"context"
	"slices"
	"strconv"
)

// afterDigits sorts behind all digits.
const afterDigits = ":"

// groups lists the groups of objects in a bucket, in order, with one request for each
// at most: the names within a group are passed over.
func (s *settings) groups(ctx context.Context, bucket lister) ([]string, error) {
	var all []string
	l := &listing{bucket: bucket, prefixes: s.prefixes}
	for {
		e, err := l.peek(ctx)
		if e == nil || err != nil {
			return all, err
		}
		l.advance()
		n, why := s.layout.parse(e.Key)
		if why != ours {
			continue
		}
		prefix := s.layout.group(&n)
		if k := len(all); k == 0 || all[k-1] != prefix {
			all = append(all, prefix)
		}
		l.jump(prefix + afterDigits)
	}
}

// ranges divides groups, which are in order, into ranges with as many each. They cover
// all names, so that each later group has its task.
func ranges(groups []string, tasks int) []share {
	tasks = max(1, min(tasks, len(groups)))
	all := make([]share, tasks)
	for i := 1; i < tasks; i++ {
		begin := groups[i*len(groups)/tasks]
		all[i-1].to, all[i].from = begin, begin
	}
	return all
}

// uneven tells whether other ranges are worth a restart of the tasks: there may be more
// of them, or new groups made one half as large again as is fair.
func uneven(groups []string, now []share, tasks int) bool {
	if len(now) < min(tasks, len(groups)) {
		return true
	}
	if len(groups) == 0 || tasks < 2 {
		return false
	}
	fair, most := (len(groups)+tasks-1)/tasks, 0
	for _, s := range now {
		from, _ := slices.BinarySearch(groups, s.from)
		to := len(groups)
		if s.to != "" {
			to, _ = slices.BinarySearch(groups, s.to)
		}
		most = max(most, to-from)
	}
	return 2*most > 3*fair
}

// props returns the share as keys of a task's configuration.
func (s *share) props() map[string]string {
	if s.count > 0 {
		return map[string]string{taskNumber: strconv.Itoa(s.number), taskCount: strconv.Itoa(s.count)}
	}
	return map[string]string{taskFrom: s.from, taskTo: s.to}
}
