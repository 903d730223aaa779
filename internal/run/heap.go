package run

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// heapFloor is the size up to which the heap may grow before the collector runs. Go's
// default lets a worker whose live heap is 8 MiB collect every 8 MiB, which costs a
// quarter of its CPU; this bounds garbage by size where the heap is small, and by
// Go's usual doubling where it is not.
const heapFloor = 48 << 20

// tuneCollector applies heapFloor after every collection from now on. GOGC in the
// environment switches it off.
func tuneCollector() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(percentFor(0))
	afterCollection()
	go releaseWhenIdle()
}

const (
	idleLook = 5 * time.Second
	idleRate = 2 << 20  // bytes between two looks below which a worker counts as idle
	worth    = 16 << 20 // bytes since the last release that make another one worth it
)

// releaseWhenIdle gives memory back that a busy time has left behind: below heapFloor
// an idle worker might not collect for hours. The first time is after the start, which
// leaves the most. It runs as long as the process.
func releaseWhenIdle() {
	allocs := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	var last, released uint64
	for range time.Tick(idleLook) {
		metrics.Read(allocs)
		now := allocs[0].Value.Uint64()
		if now-last < idleRate && (released == 0 || now-released > worth) {
			debug.FreeOSMemory()
			releaseProgram()
			released = now
		}
		last = now
	}
}

// sentinel is collected once in every cycle.
type sentinel struct{ _ [16]byte }

func afterCollection() {
	runtime.SetFinalizer(&sentinel{}, func(*sentinel) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(percentFor(live[0].Value.Uint64()))
		afterCollection()
	})
}

// percentFor returns the growth over the live heap at which to collect next.
func percentFor(live uint64) int {
	const atLeast, atMost = 100, 1000
	live = max(live, 1<<20)
	return int(min(max(heapFloor*100/live, atLeast+100)-100, atMost))
}
