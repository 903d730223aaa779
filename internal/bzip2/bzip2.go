package bzip2

const (
	blockSize = 900_000 - 20 // bytes after the first run-length coding
	groupSize = 50           // symbols that share a selector
	runA      = 0
	runB      = 1
)

// Append compresses src as one stream and appends it to dst.
func Append(dst, src []byte) []byte {
	w := bitWriter{dst: append(dst, "BZh9"...)}
	stream := uint32(0)
	for len(src) > 0 {
		block, used := fold(src)
		sum := checksum(src[:used])
		stream = (stream<<1 | stream>>31) ^ sum
		w.block(block, sum)
		src = src[used:]
	}
	w.put(0x177245, 24)
	w.put(0x385090, 24)
	w.put(stream, 32)
	w.flush()
	return w.dst
}

// fold shortens runs of 4 to 255 equal bytes to four and a count, until a block is
// full. It returns the block and how much of src it holds.
func fold(src []byte) (block []byte, used int) {
	block = make([]byte, 0, min(len(src)+len(src)/4+1, blockSize))
	for used < len(src) && len(block) < blockSize-5 {
		c, run := src[used], 1
		for run < 255 && used+run < len(src) && src[used+run] == c {
			run++
		}
		for range min(run, 4) {
			block = append(block, c)
		}
		if run >= 4 {
			block = append(block, byte(run-4))
		}
		used += run
	}
	return block, used
}

// checksum is the CRC-32 that begins with the highest bit.
func checksum(b []byte) uint32 {
	const polynomial = 0x04c11db7
	crc := ^uint32(0)
	for _, c := range b {
		crc ^= uint32(c) << 24
		for range 8 {
			if crc&(1<<31) != 0 {
				crc = crc<<1 ^ polynomial
			} else {
				crc <<= 1
			}
		}
	}
	return ^crc
}

func (w *bitWriter) block(block []byte, sum uint32) {
	last, origin := transform(block)
	var used [256]bool
	for _, c := range block {
		used[c] = true
	}
	symbols, size := frontCode(last, &used)
	w.put(0x314159, 24)
	w.put(0x265359, 24)
	w.put(sum, 32)
	w.put(0, 1) // not randomised
	w.put(uint32(origin), 24)
	w.used(&used)
	w.coded(symbols, size)
}

// transform returns the last column of the sorted rotations, and which of them is
// the block itself.
func transform(block []byte) (last []byte, origin int) {
	last = make([]byte, len(block))
	for i, at := range rotations(block) {
		if at == 0 {
			origin = i
			at = int32(len(block))
		}
		last[i] = block[at-1]
	}
	return last, origin
}

// used writes which bytes occur, in two levels.
func (w *bitWriter) used(used *[256]bool) {
	var rows [16]uint32
	all := uint32(0)
	for c, ok := range used {
		if ok {
			rows[c/16] |= 1 << (15 - c%16)
			all |= 1 << (15 - c/16)
		}
	}
	w.put(all, 16)
	for _, row := range rows {
		if row != 0 {
			w.put(row, 16)
		}
	}
}

// frontCode codes bytes as their positions in a list that has recent ones first,
// and runs of zeros in two symbols. It returns the symbols and how many kinds
// there are, the end of the block among them.
func frontCode(last []byte, used *[256]bool) (symbols []uint16, size int) {
	var front []byte
	for c, ok := range used {
		if ok {
			front = append(front, byte(c))
		}
	}
	symbols = make([]uint16, 0, len(last)/2+16)
	zeros := 0
	for _, c := range last {
		at := 0
		for front[at] != c {
			at++
		}
		if at == 0 {
			zeros++
			continue
		}
		copy(front[1:at+1], front[:at])
		front[0] = c
		symbols = append(appendRun(symbols, zeros), uint16(at+1))
		zeros = 0
	}
	size = len(front) + 2
	return append(appendRun(symbols, zeros), uint16(size-1)), size
}

// appendRun writes a number of zeros in bijective base two.
func appendRun(symbols []uint16, zeros int) []uint16 {
	for ; zeros > 0; zeros = (zeros - 1) / 2 {
		if zeros&1 == 1 {
			symbols = append(symbols, runA)
		} else {
			symbols = append(symbols, runB)
		}
	}
	return symbols
}

// coded writes the symbols. The format demands two tables; the second is not used.
func (w *bitWriter) coded(symbols []uint16, size int) {
	counts := make([]int, size)
	for _, s := range symbols {
		counts[s]++
	}
	bits := lengths(counts)
	selectors := (len(symbols) + groupSize - 1) / groupSize
	w.put(2, 3)
	w.put(uint32(selectors), 15)
	for range selectors {
		w.put(0, 1)
	}
	w.table(bits)
	w.table(bits)
	code := codes(bits)
	for _, s := range symbols {
		w.put(code[s], uint(bits[s]))
	}
}

// table writes code lengths as differences.
func (w *bitWriter) table(bits []uint8) {
	now := bits[0]
	w.put(uint32(now), 5)
	for _, n := range bits {
		for ; now < n; now++ {
			w.put(0b10, 2)
		}
		for ; now > n; now-- {
			w.put(0b11, 2)
		}
		w.put(0, 1)
	}
}
