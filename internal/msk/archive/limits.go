package archive

// Limits bounds what a file may contain and what looking into it may cost.
type Limits struct {
	// FileBytes is the greatest size of the file.
	FileBytes int64
	// UnpackedBytes is how much all entries may be when unpacked, those of JARs in a
	// ZIP included.
	UnpackedBytes int64
	// Ratio is how many times the file's size they may be; below FreeBytes it does
	// not count.
	Ratio     int64
	FreeBytes int64
	// Entries is the greatest number of entries, those of JARs in a ZIP included.
	Entries int
}

// DefaultLimits returns the limits of an ordinary control plane. The largest connectors
// known are a few hundred megabytes with some ten thousands of entries.
func DefaultLimits() Limits {
	return Limits{
		FileBytes: 1 << 30, UnpackedBytes: 8 << 30, Ratio: 40, FreeBytes: 256 << 20, Entries: 250_000,
	}
}

// unpacked returns how much a file of the size may unpack to. The JARs in a ZIP count
// twice: as entries, and with what is in them.
func (l Limits) unpacked(size int64) int64 {
	return min(l.UnpackedBytes, max(l.FreeBytes, l.Ratio*size))
}

// Bounds that nobody needs to change.
const (
	maxNameBytes  = 4096
	maxClassBytes = 8 << 20
	maxTextBytes  = 256 << 10
	maxProblems   = 100
	maxAncestors  = 256
)
