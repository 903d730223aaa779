package objectstore

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// TestBuffer appends and cuts at random and compares with plain bytes.
func TestBuffer(t *testing.T) {
	for seed := range uint64(12) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		b := buffer{pool: &pool{}}
		var want []byte
		partSize := 1 + rnd.IntN(3*chunkSize)
		for range 80 {
			record := bytes.Repeat([]byte{byte(rnd.Uint32())}, sizeOf(rnd))
			b.close(append(b.open(), record...))
			want = append(want, record...)
			for b.len() >= partSize {
				want = checkPart(t, b.cut(partSize), want, partSize)
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		checkPart(t, b.cut(b.len()), want, len(want))
		if b.len() != 0 {
			t.Errorf("seed %d: %d bytes are left", seed, b.len())
		}
	}
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

func checkPart(t *testing.T, p *part, want []byte, size int) []byte {
	t.Helper()
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
	if err := iotest.TestReader(b.cut(b.len()), want); err != nil {
		t.Error(err)
	}
}
