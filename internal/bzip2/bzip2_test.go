package bzip2

import (
	"bytes"
	stdlib "compress/bzip2"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

func unpack(t testing.TB, packed []byte) []byte {
	t.Helper()
	raw, err := io.ReadAll(stdlib.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAppend(t *testing.T) {
	random := make([]byte, 200_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	for name, src := range map[string]string{
		"empty": "", "one": "a", "two": "ab", "same": strings.Repeat("x", 1000), "runs": strings.Repeat("a", 4) + strings.Repeat("b", 259),
		"periodic": strings.Repeat("abc", 30_000), "text": strings.Repeat("the quick brown fox\n", 2000), "random": string(random),
		"blocks": strings.Repeat(string(random[:1000]), 950), "sparse": strings.Repeat("\x00\xff", 3) + "\x80",
	} {
		packed := Append([]byte("before"), []byte(src))
		if !bytes.HasPrefix(packed, []byte("before")) {
			t.Errorf("%s: what was there is lost", name)
		}
		if got := unpack(t, packed[len("before"):]); string(got) != src {
			t.Errorf("%s: %d bytes, want %d", name, len(got), len(src))
		}
	}
}

func FuzzAppend(f *testing.F) {
	f.Add([]byte("banana"))
	f.Add(bytes.Repeat([]byte{0}, 300))
	f.Fuzz(func(t *testing.T, src []byte) {
		if got := unpack(t, Append(nil, src)); !bytes.Equal(got, src) {
			t.Errorf("%q became %q", src, got)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	src := []byte(strings.Repeat(`{"id":123456,"name":"customer","ok":true}`, 1600))
	for i := 0; i < len(src); i += 37 {
		src[i] = byte('0' + i%10)
	}
	b.SetBytes(int64(len(src)))
	var dst []byte
	for b.Loop() {
		dst = Append(dst[:0], src)
	}
}
