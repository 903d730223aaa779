// Package hashorder computes the order in which a java.util.HashMap walks its
// entries. Wherever Kafka Connect prints a schemaless map as JSON (records,
// source partitions and offsets), that order is what readers see.
//
// A permutation depends only on the sequence of keys and the table's history,
// so callers compute it once per sequence of names and keep it.
//
// Not reproduced: buckets that the JDK turns into trees (at least nine keys
// whose hashes share their low bits in a table of 64 or more); there the order
// inside that bucket is the order of insertion.
//
// Floor 0. Connect: java.util.HashMap.
package hashorder

import "slices"

const (
	defaultCapacity = 16
	maxCapacity     = 1 << 30
	treeifyLength   = 8  // a longer bucket is turned into a tree …
	treeifyCapacity = 64 // … unless the table is smaller, which then grows
)

// Capacity returns the table length of a map made by new HashMap() that got n
// keys one by one, none of its buckets being overfull (see Grown).
func Capacity(n int) int { return CapacityFor(defaultCapacity, n) }

// CapacityFor returns the table length of a map made by new HashMap(initial)
// that got n keys one by one.
func CapacityFor(initial, n int) int {
	c := tableSize(initial)
	for c < maxCapacity && n > threshold(c) {
		c *= 2
	}
	return c
}

// CapacityForCopy returns the table length of a map made by new HashMap(m)
// where m has n entries, by the rule of JDK 17. JDK 19 and later halve it when
// n is three quarters of a power of two.
func CapacityForCopy(n int) int {
	if n == 0 {
		return defaultCapacity
	}
	return tableSize(int(min(float32(n)/0.75+1, maxCapacity)))
}

// Grown returns the table length after the keys with these hashes were put, in
// this order, into a map whose table started with capacity slots. It differs
// from CapacityFor when more than eight keys meet in one bucket of a table
// shorter than 64: the JDK then doubles the table ahead of time. The hashes
// must belong to distinct keys.
func Grown(hashes []uint32, capacity int) int {
	c := tableSize(capacity)
	if len(hashes) <= treeifyLength || c >= treeifyCapacity {
		return CapacityFor(c, len(hashes))
	}
	for i, h := range hashes {
		if c >= treeifyCapacity {
			break
		}
		if bucketLength(hashes[:i], bucket(h, c), c) >= treeifyLength {
			c *= 2
		}
		if i+1 > threshold(c) {
			c *= 2
		}
	}
	return CapacityFor(c, len(hashes))
}

func bucketLength(hashes []uint32, b uint32, capacity int) int {
	n := 0
	for _, h := range hashes {
		if bucket(h, capacity) == b {
			n++
		}
	}
	return n
}

// Order returns the positions of the keys in iteration order, given the hash
// codes of distinct keys in the order of their insertion and the table length.
func Order(hashes []uint32, capacity int) []int {
	c := tableSize(capacity)
	slots := make([]uint64, len(hashes))
	for i, h := range hashes {
		slots[i] = uint64(bucket(h, c))<<32 | uint64(uint32(i))
	}
	slices.Sort(slots)
	order := make([]int, len(slots))
	for i, s := range slots {
		order[i] = int(uint32(s))
	}
	return order
}

// Strings is Order for distinct string keys.
func Strings(keys []string, capacity int) []int {
	return Order(stringHashes(keys), capacity)
}

// Default returns the iteration order of distinct string keys put one by one
// into a new HashMap().
func Default(keys []string) []int {
	hashes := stringHashes(keys)
	return Order(hashes, Grown(hashes, defaultCapacity))
}

func stringHashes(keys []string) []uint32 {
	hashes := make([]uint32, len(keys))
	for i, k := range keys {
		hashes[i] = HashString(k)
	}
	return hashes
}

func bucket(h uint32, capacity int) uint32 { return (h ^ h>>16) & uint32(capacity-1) }

func threshold(capacity int) int { return capacity * 3 / 4 }

// tableSize rounds up to a power of two, as HashMap does.
func tableSize(n int) int {
	c := 1
	for c < n && c < maxCapacity {
		c *= 2
	}
	return c
}
