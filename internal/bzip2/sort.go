package bzip2

// rotations returns the starts of all rotations of a block in sorted order, by
// sorting them by their first 1, 2, 4, … bytes.
func rotations(block []byte) []int32 {
	n := len(block)
	order, rank := make([]int32, n), make([]int32, n)
	next, count := make([]int32, n), make([]int32, max(n, 256)+1)
	for i, c := range block {
		order[i], rank[i] = int32(i), int32(c)
	}
	byRank(order, next, rank, count)
	classes := regroup(next, order, rank, 0)
	order, next = next, order
	for step := 1; step < n && classes < n; step *= 2 {
		// The second halves are sorted by what the last round found.
		for i, at := range order {
			next[i] = (at - int32(step) + int32(n)) % int32(n)
		}
		byRank(next, order, rank, count)
		copy(next, rank)
		classes = reclass(order, next, rank, step)
	}
	return order
}

// byRank sorts in by rank into out, keeping the order of equals.
func byRank(in, out, rank, count []int32) {
	clear(count)
	for _, at := range in {
		count[rank[at]+1]++
	}
	for i := 1; i < len(count); i++ {
		count[i] += count[i-1]
	}
	for _, at := range in {
		r := rank[at]
		out[count[r]] = at
		count[r]++
	}
}

// regroup ranks sorted rotations by their first byte.
func regroup(order, old, rank []int32, classes int) int {
	copy(old, rank)
	for i, at := range order {
		if i > 0 && old[at] != old[order[i-1]] {
			classes++
		}
		rank[at] = int32(classes)
	}
	return classes + 1
}

// reclass ranks sorted rotations by the old ranks of both halves.
func reclass(order, old, rank []int32, step int) int {
	n, classes := len(order), 0
	for i, at := range order {
		if i > 0 {
			last := order[i-1]
			if old[at] != old[last] || old[(int(at)+step)%n] != old[(int(last)+step)%n] {
				classes++
			}
		}
		rank[at] = int32(classes)
	}
	return classes + 1
}
