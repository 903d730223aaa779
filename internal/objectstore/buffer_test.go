package objectstore

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

// TestBuffer appends, moves to the file and cuts at random and compares with plain bytes.
func TestBuffer(t *testing.T) {
	for seed := range uint64(24) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		pool := &pool{overflow: overflow{dir: t.TempDir()}}
		b := buffer{pool: pool}
		var want []byte
		partSize := 1 + rnd.IntN(3*chunkSize)
		for range 80 {
			record := bytes.Repeat([]byte{byte(rnd.Uint32())}, sizeOf(rnd))
			b.close(append(b.open(), record...))
			b.count()
			want = append(want, record...)
			if seed%2 == 0 && rnd.IntN(4) == 0 {
				if err := b.spill(); err != nil {
					t.Fatal(err)
				}
			}
			for b.len() >= partSize {
				want = checkPart(t, &b, partSize, want, rnd.IntN(2) == 0)
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		checkPart(t, &b, b.len(), want, false)
		if held := pool.held.Load(); b.len() != 0 || held != 0 || len(pool.buffers) != 0 {
			t.Errorf("seed %d: %d bytes are left, %d held by %d buffers", seed, b.len(), held, len(pool.buffers))
		}
		if free := len(pool.overflow.free); free != int(pool.overflow.used) {
			t.Errorf("seed %d: %d of %d pages are free", seed, free, pool.overflow.used)
		}
		pool.overflow.close()
	}
}

// TestPool writes to many buffers by turns: memory stays within the limit, and all bytes
// are there in the end.
func TestPool(t *testing.T) {
	dir := t.TempDir()
	pool := &pool{limit: 2 << 20, overflow: overflow{dir: dir}}
	buffers := make([]buffer, 600)
	record := make([]byte, 3000)
	most := int64(0)
	for turn := range 40 {
		for i := range buffers {
			b := &buffers[i]
			b.pool = pool
			for k := range record {
				record[k] = byte(turn + i + k)
			}
			b.close(append(b.open(), record...))
			b.count()
			most = max(most, pool.held.Load())
			if pool.held.Load() > int64(pool.limit) {
				if err := pool.spill(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if most > int64(pool.limit)+chunkSize {
		t.Errorf("%d bytes were held", most)
	}
	for i := range buffers {
		var want []byte
		for turn := range 40 {
			for k := range record {
				want = append(want, byte(turn+i+k))
			}
		}
		checkPart(t, &buffers[i], buffers[i].len(), want, i%2 == 0)
	}
	pool.overflow.close()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestFullDisk has no place for the file: the error says what was tried.
func TestFullDisk(t *testing.T) {
	pool := &pool{overflow: overflow{dir: filepath.Join(t.TempDir(), "missing")}}
	b := buffer{pool: pool}
	_, _ = b.Write(make([]byte, 5000))
	b.count()
	if err := b.spill(); err == nil || !strings.Contains(err.Error(), "parts that do not fit into memory") {
		t.Errorf("got %v", err)
	}
	if b.release(); pool.held.Load() != 0 {
		t.Errorf("%d bytes are held", pool.held.Load())
	}
}

// TestFailedWrite goes on after a write that failed once a page was taken, with all bytes.
func TestFailedWrite(t *testing.T) {
	pool := &pool{overflow: overflow{dir: t.TempDir()}}
	b := buffer{pool: pool}
	var want []byte
	add := func(n int, fill byte) {
		piece := bytes.Repeat([]byte{fill}, n)
		_, _ = b.Write(piece)
		want = append(want, piece...)
		b.count()
	}
	add(chunkSize, 'a') // so that the next write begins with a new page
	if err := b.spill(); err != nil {
		t.Fatal(err)
	}
	add(2*chunkSize, 'b')
	file := pool.overflow.file
	readOnly, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	pool.overflow.file = readOnly
	if err := b.spill(); err == nil {
		t.Error("it was written")
	}
	pool.overflow.file = file
	add(1000, 'c')
	if err := b.spill(); err != nil {
		t.Fatal(err)
	}
	checkPart(t, &b, b.len(), want, false)
	if free := len(pool.overflow.free); free != int(pool.overflow.used) {
		t.Errorf("%d of %d pages are free", free, pool.overflow.used)
	}
	pool.overflow.close()
}

// sizeOf prefers small records; some are larger than a chunk.
func sizeOf(rnd *rand.Rand) int {
	switch rnd.IntN(20) {
	case 0:
		return rnd.IntN(4 * chunkSize)
	case 1:
		return rnd.IntN(chunkSize)
	}
	return rnd.IntN(2000)
}

func checkPart(t *testing.T, b *buffer, size int, want []byte, spill bool) []byte {
	t.Helper()
	p, err := b.cut(size)
	if err == nil && spill {
		err = p.spill()
	}
	if err != nil {
		t.Fatal(err)
	}
	if p.Len() != int64(size) {
		t.Errorf("part of %d bytes, want %d", p.Len(), size)
	}
	for range 2 {
		got, err := io.ReadAll(p)
		if err != nil || !bytes.Equal(got, want[:size]) {
			t.Errorf("read %d bytes, error %v", len(got), err)
		}
		middle := int64(size / 2)
		if n, err := p.Seek(middle, io.SeekStart); err != nil || n != middle {
			t.Errorf("seek: %d, %v", n, err)
		}
		var rest bytes.Buffer
		if n, err := p.WriteTo(&rest); err != nil || n != int64(size)-middle || !bytes.Equal(rest.Bytes(), want[middle:size]) {
			t.Errorf("wrote %d bytes, error %v", n, err)
		}
		if _, err := p.Seek(0, io.SeekStart); err != nil {
			t.Error(err)
		}
	}
	p.release()
	return want[size:]
}

func TestPartAsReader(t *testing.T) {
	b := buffer{pool: &pool{}}
	want := make([]byte, chunkSize+17)
	for i := range want {
		want[i] = byte(i * 7)
	}
	for i := 0; i < len(want); i += 1001 {
		_, _ = b.Write(want[i:min(i+1001, len(want))])
	}
	p, err := b.cut(b.len())
	if err == nil {
		err = iotest.TestReader(p, want)
	}
	if err != nil {
		t.Error(err)
	}
}
