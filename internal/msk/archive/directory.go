package archive

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// The records at the end of a ZIP file, as its specification (APPNOTE.TXT 4.3.12 to
// 4.3.16) lays them out.
const (
	endBytes       = 22
	end64Bytes     = 56
	locatorBytes   = 20
	headerBytes    = 46
	maxCommentSize = math.MaxUint16

	headerSignature  = 0x02014b50
	endSignature     = 0x06054b50
	end64Signature   = 0x06064b50
	locatorSignature = 0x07064b50
)

// directory is where the list of entries lies.
type directory struct {
	offset, size int64
	end          int64  // where the record after it begins
	records      uint64 // how many entries the end record claims
}

// openZip reads the directory of a ZIP file, which it counts before it keeps any of it
// in memory; above most entries it gives up. It accepts only the plain layout, with the
// directory right before the records of the end and nothing before the first entry:
// elsewhere readers of ZIP files do not agree about what is in them.
func openZip(src io.ReaderAt, size int64, most int) (*zip.Reader, error) {
	d, err := findDirectory(src, size)
	if err != nil {
		return nil, err
	}
	if d.offset < 0 || d.size < 0 || d.offset > d.end || d.size != d.end-d.offset {
		return nil, refuse(Corrupt, "", "the directory of the archive is not where its end says")
	}
	n, err := d.count(src, most)
	if err != nil {
		return nil, err
	}
	if uint16(n) != uint16(d.records) || d.records > uint64(max(n, math.MaxUint16)) {
		return nil, refuse(Corrupt, "", "the archive has %d entries and claims to have %d", n, d.records)
	}
	guard := &guardedReader{src: src, left: d.size + directorySlack}
	r, err := zip.NewReader(guard, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are checked here
		return nil, damaged("", err)
	}
	guard.off = true
	return r, nil
}

// directorySlack is what may be read besides the directory to find it.
const directorySlack = 256 << 10

// guardedReader sees to it that the ZIP reader keeps nothing but what was counted,
// should it find another directory.
type guardedReader struct {
	src  io.ReaderAt
	left int64
	off  bool
}

func (g *guardedReader) ReadAt(b []byte, at int64) (int, error) {
	if !g.off {
		if g.left -= int64(len(b)); g.left < 0 {
			return 0, refuse(Corrupt, "", "the archive has two directories")
		}
	}
	return g.src.ReadAt(b, at)
}

func (d directory) count(src io.ReaderAt, most int) (n int, err error) {
	r := bufio.NewReader(io.NewSectionReader(src, d.offset, d.size))
	var header [headerBytes]byte
	for at := int64(0); at < d.size; n++ {
		if n == most {
			return 0, refuse(TooManyEntries, "", "there are more entries than allowed")
		}
		if _, err := io.ReadFull(r, header[:]); err != nil {
			return 0, damaged("", err)
		}
		if binary.LittleEndian.Uint32(header[:]) != headerSignature {
			return 0, refuse(Corrupt, "", "entry %d of the archive's directory is damaged", n+1)
		}
		rest := 0
		for _, field := range []int{28, 30, 32} { // lengths of name, extra fields, comment
			rest += int(binary.LittleEndian.Uint16(header[field:]))
		}
		if _, err := r.Discard(rest); err != nil {
			return 0, damaged("", err)
		}
		at += int64(headerBytes + rest)
	}
	return n, nil
}

// findDirectory reads the end record, and the one for large archives if there is one.
func findDirectory(src io.ReaderAt, size int64) (directory, error) {
	tail := make([]byte, min(size, endBytes+maxCommentSize))
	from := size - int64(len(tail))
	if _, err := io.ReadFull(io.NewSectionReader(src, from, size-from), tail); err != nil {
		return directory{}, damaged("", err)
	}
	at := lastEnd(tail)
	if at < 0 {
		return directory{}, refuse(Truncated, "", "the archive has no end record; it is not complete")
	}
	end := tail[at:]
	if comment := int(binary.LittleEndian.Uint16(end[20:])); len(end) != endBytes+comment {
		return directory{}, refuse(Corrupt, "", "there is data after the end of the archive, or its end is cut")
	}
	d := directory{
		records: uint64(binary.LittleEndian.Uint16(end[10:])),
		size:    int64(binary.LittleEndian.Uint32(end[12:])),
		offset:  int64(binary.LittleEndian.Uint32(end[16:])),
		end:     from + int64(at),
	}
	if d.records == math.MaxUint16 || d.size == math.MaxUint32 || d.offset == math.MaxUint32 {
		return findDirectory64(src, d)
	}
	return d, nil
}

// lastEnd returns where the last end record begins, -1 for nowhere.
func lastEnd(tail []byte) int {
	if len(tail) < endBytes {
		return -1
	}
	signature := binary.LittleEndian.AppendUint32(nil, endSignature)
	return bytes.LastIndex(tail[:len(tail)-endBytes+len(signature)], signature)
}

// findDirectory64 follows the locator before the end record. Without one, the small
// record counts, however odd its numbers.
func findDirectory64(src io.ReaderAt, small directory) (directory, error) {
	var locator [locatorBytes]byte
	if small.end < locatorBytes+end64Bytes {
		return small, nil
	}
	if _, err := src.ReadAt(locator[:], small.end-locatorBytes); err != nil {
		return directory{}, damaged("", err)
	}
	if binary.LittleEndian.Uint32(locator[:]) != locatorSignature {
		return small, nil
	}
	at := binary.LittleEndian.Uint64(locator[8:])
	if at > uint64(small.end-locatorBytes-end64Bytes) {
		return directory{}, refuse(Corrupt, "", "the end record for large archives is not where it should be")
	}
	var end [end64Bytes]byte
	if _, err := src.ReadAt(end[:], int64(at)); err != nil {
		return directory{}, damaged("", err)
	}
	if binary.LittleEndian.Uint32(end[:]) != end64Signature {
		return directory{}, refuse(Corrupt, "", "the end record for large archives is damaged")
	}
	return directory{
		records: binary.LittleEndian.Uint64(end[32:]),
		size:    int64(binary.LittleEndian.Uint64(end[40:])),
		offset:  int64(binary.LittleEndian.Uint64(end[48:])),
		end:     int64(at),
	}, nil
}
