package data

import (
	"hash/maphash"
	"math/big"

	"github.com/millrace/millrace/internal/java/hashorder"
)

const (
	defaultTable = 16
	treeLength   = 8  // a longer bucket becomes a tree …
	treeTable    = 64 // … or, while the table is shorter, makes it grow
)

// tableFor returns the table length of a new HashMap(size).
func tableFor(size int) int {
	table := 1
	for table < size && table < 1<<30 {
		table *= 2
	}
	return table
}

// grow returns the table length after a key is put into a HashMap of n others,
// crowd of which are in its bucket.
func grow(table, n, crowd int) int {
	if crowd >= treeLength && table < treeTable {
		table *= 2
	}
	if n+1 > table*3/4 {
		table *= 2
	}
	return table
}

// crowd counts the keys that share the bucket of one with hash h.
func crowd(hashes []uint32, h uint32, table int) int {
	bucket := func(h uint32) uint32 { return (h ^ h>>16) & uint32(table-1) }
	n, b := 0, bucket(h)
	for _, other := range hashes {
		if bucket(other) == b {
			n++
		}
	}
	return n
}

// hash returns Object.hashCode of a key. Byte arrays hash by identity in Java;
// here they all collide and keep the order of insertion.
func hash(key any) uint32 {
	switch k := key.(type) {
	case string:
		return hashorder.HashString(k)
	case bool:
		return hashorder.HashBool(k)
	case int8:
		return hashorder.HashInt32(int32(k))
	case int16:
		return hashorder.HashInt32(int32(k))
	case int32:
		return hashorder.HashInt32(k)
	case int64:
		return hashorder.HashInt64(k)
	case float32:
		return hashorder.HashFloat32(k)
	case float64:
		return hashorder.HashFloat64(k)
	case Instant:
		return hashorder.HashInt64(int64(k))
	case Decimal:
		return 31*hashBig(k.Unscaled) + uint32(k.Scale)
	}
	return hashParts(key)
}

func hashParts(key any) uint32 {
	switch k := key.(type) {
	case []any:
		h := uint32(1)
		for _, e := range k {
			h = 31*h + hash(e)
		}
		return h
	case *Map:
		h := uint32(0)
		for key, v := range k.All() {
			h += hash(key) ^ hash(v)
		}
		return h
	case *big.Int:
		return hashBig(k)
	}
	return 0
}

// hashBig returns BigInteger.hashCode. BigDecimal.hashCode agrees with it for what
// it keeps as a long, sign aside.
func hashBig(n *big.Int) uint32 {
	h := uint32(0)
	raw := n.Bytes()
	for len(raw) > 0 {
		word := uint32(0)
		k := (len(raw)-1)%4 + 1
		for _, b := range raw[:k] {
			word = word<<8 | uint32(b)
		}
		h = 31*h + word
		raw = raw[k:]
	}
	if n.Sign() < 0 {
		return -h
	}
	return h
}

// hashText spreads names well enough to tell sequences of them apart.
func hashText(s string) uint64 { return maphash.String(hashSeed, s) }
