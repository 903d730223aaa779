package protocol

import (
	"bytes"
	"slices"
	"testing"
)

func TestTrailer(t *testing.T) {
	marked, plain := owned, owned
	marked.HandsOver = true
	for mode := Eager; mode <= Sessioned; mode++ {
		b, err := AppendAssignment(nil, mode, &marked)
		if err != nil {
			t.Fatal(err)
		}
		short, _ := AppendAssignment(nil, mode, &plain)
		if !bytes.HasPrefix(b, short) || (len(b) > len(short)) != mode.Cooperative() {
			t.Errorf("%s: marked assignment %x, plain %x", mode, b, short)
		}
		if a, err := ReadAssignment(b); err != nil || a.HandsOver != mode.Cooperative() {
			t.Errorf("%s: read %+v, %v", mode, a, err)
		}
		b, err = AppendMetadata(nil, mode, &Metadata{URL: url, Leaving: true, Allocation: &marked})
		if err != nil {
			t.Fatal(err)
		}
		meta, err := ReadMetadata(b)
		if err != nil || meta.Leaving != mode.Cooperative() {
			t.Errorf("%s: read %+v, %v", mode, meta, err)
		}
		if meta.Allocation != nil && meta.Allocation.HandsOver {
			t.Errorf("%s: the mark is in the allocation", mode)
		}
	}
}

// TestForeignTrailer reads what another program may have put behind a message.
func TestForeignTrailer(t *testing.T) {
	message, err := AppendMetadata(nil, Sessioned, &Metadata{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	for _, behind := range []string{"", "m", "mllr", "mllr\x00", "mllr\x00\x02", "mllR\x00\x01", "other"} {
		meta, err := ReadMetadata(slices.Concat(message, []byte(behind)))
		if err != nil || meta.Leaving {
			t.Errorf("%q: %+v, %v", behind, meta, err)
		}
	}
}
