package bzip2

import "container/heap"

// maxCode is the longest code, in bits, that is made; readers take up to 20.
const maxCode = 17

// lengths returns how many bits the code of each symbol has.
func lengths(counts []int) []uint8 {
	weights := make([]int, len(counts))
	for i, n := range counts {
		weights[i] = max(n, 1) // every symbol gets a code
	}
	for {
		codes := tree(weights)
		longest := uint8(0)
		for _, n := range codes {
			longest = max(longest, n)
		}
		if longest <= maxCode {
			return codes
		}
		for i, n := range weights {
			weights[i] = n/2 + 1
		}
	}
}

// tree builds a Huffman tree and returns the depths of its leaves.
func tree(weights []int) []uint8 {
	nodes := make([]treeNode, len(weights), 2*len(weights))
	q := queue{nodes: &nodes}
	for i, w := range weights {
		nodes[i] = treeNode{weight: w, parent: -1}
		q.at = append(q.at, i)
	}
	heap.Init(&q)
	for len(q.at) > 1 {
		a, b := heap.Pop(&q).(int), heap.Pop(&q).(int)
		nodes = append(nodes, treeNode{weight: nodes[a].weight + nodes[b].weight, parent: -1})
		nodes[a].parent, nodes[b].parent = len(nodes)-1, len(nodes)-1
		heap.Push(&q, len(nodes)-1)
	}
	depths := make([]uint8, len(weights))
	for i := range depths {
		for n := nodes[i].parent; n >= 0; n = nodes[n].parent {
			depths[i]++
		}
	}
	return depths
}

type treeNode struct{ weight, parent int }

// queue orders nodes by weight.
type queue struct {
	nodes *[]treeNode
	at    []int
}

func (q *queue) Len() int           { return len(q.at) }
func (q *queue) Less(i, j int) bool { return (*q.nodes)[q.at[i]].weight < (*q.nodes)[q.at[j]].weight }
func (q *queue) Swap(i, j int)      { q.at[i], q.at[j] = q.at[j], q.at[i] }
func (q *queue) Push(x any)         { q.at = append(q.at, x.(int)) }
func (q *queue) Pop() any {
	last := len(q.at) - 1
	x := q.at[last]
	q.at = q.at[:last]
	return x
}

// codes assigns codes in the order of length, then symbol.
func codes(lengths []uint8) []uint32 {
	all := make([]uint32, len(lengths))
	code := uint32(0)
	for n := uint8(1); n <= maxCode; n++ {
		for i, l := range lengths {
			if l == n {
				all[i] = code
				code++
			}
		}
		code <<= 1
	}
	return all
}
