package glue

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

const anID = "00010203-0405-4607-8809-0a0b0c0d0e0f"

func TestHeader(t *testing.T) {
	id, err := ParseID(anID)
	if err != nil || id.String() != anID {
		t.Fatal(id, err)
	}
	for _, c := range []struct {
		compressed bool
		want       string
	}{
		{false, "0300000102030405460788090a0b0c0d0e0fff"},
		{true, "0305000102030405460788090a0b0c0d0e0fff"},
	} {
		raw := append(AppendHeader(nil, id, c.compressed), 0xff)
		if got := hex.EncodeToString(raw); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
		gotID, compressed, rest, err := ReadHeader(raw)
		if gotID != id || compressed != c.compressed || !bytes.Equal(rest, []byte{0xff}) || err != nil {
			t.Errorf("%s %v %v %v", gotID, compressed, rest, err)
		}
	}
	for _, text := range []string{"", anID[1:], anID + "0", strings.ReplaceAll(anID, "-", "0"), "g" + anID[1:]} {
		if _, err := ParseID(text); err == nil {
			t.Errorf("%q is taken for an id", text)
		}
	}
}

func TestBrokenHeaders(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want error
	}{
		{"", ErrShort},
		{"03", ErrShort},
		{"0300000102030405460788090a0b0c0d0e", ErrShort},
		{"00", ErrVersion},
		{"0000000001", ErrVersion},
		{"0200000102030405460788090a0b0c0d0e0f", ErrVersion},
		{"0301000102030405460788090a0b0c0d0e0f", ErrCompression},
	} {
		raw, _ := hex.DecodeString(c.raw)
		if _, _, _, err := ReadHeader(raw); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.raw, err, c.want)
		}
	}
}

func TestCodec(t *testing.T) {
	var c Codec
	// What zlib says of "a": header 78 9c, a fixed Huffman block, the Adler-32 of it.
	known, _ := hex.DecodeString("789c4b040000620062")
	for range 2 {
		if got, err := c.Inflate(append(known, 0)); err != nil || string(got) != "a" {
			t.Errorf("%q, %v", got, err)
		}
		text := []byte(strings.Repeat("ab", 1000))
		packed, err := c.AppendDeflated([]byte{9}, text)
		if err != nil || packed[0] != 9 || len(packed) > 100 {
			t.Fatalf("%d bytes, %v", len(packed), err)
		}
		if got, err := c.Inflate(packed[1:]); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		for _, bad := range []string{"", "00", "789c4b0400006200", "789c4b040000620063", "789cffff"} {
			raw, _ := hex.DecodeString(bad)
			if got, err := c.Inflate(raw); err == nil {
				t.Errorf("%s: %q", bad, got)
			}
		}
	}
}

func TestInflateIsBounded(t *testing.T) {
	var c Codec
	packed, err := c.AppendDeflated(nil, make([]byte, 1001))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.inflate(packed, 1000); !errors.Is(err, errTooLarge) {
		t.Error(err)
	}
	if got, err := c.inflate(packed, 1001); err != nil || len(got) != 1001 {
		t.Error(len(got), err)
	}
}

func FuzzReadHeader(f *testing.F) {
	var c Codec
	id, _ := ParseID(anID)
	packed, _ := c.AppendDeflated(AppendHeader(nil, id, true), []byte("some data"))
	f.Add(AppendHeader(nil, id, false))
	f.Add(packed)
	f.Add([]byte{0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		id, compressed, rest, err := ReadHeader(raw)
		if err != nil {
			return
		}
		if again := append(AppendHeader(nil, id, compressed), rest...); !bytes.Equal(again, raw) {
			t.Errorf("%x is read as %x", raw, again)
		}
		if back, err := ParseID(id.String()); err != nil || back != id {
			t.Errorf("%x: %s, %v", id[:], back, err)
		}
		const limit = 1 << 16
		if plain, err := c.inflate(rest, limit); err == nil && (!compressed && len(rest) == 0 || len(plain) > limit) {
			t.Errorf("%x inflates to %d bytes", rest, len(plain))
		}
	})
}
