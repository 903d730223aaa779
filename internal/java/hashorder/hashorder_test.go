package hashorder

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func table(t testing.TB, file string, row func(line []byte) error) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if err := row(lines.Bytes()); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
	}
}

// order plays the construction that a row of testdata/order.jsonl names: -1
// new HashMap(), -2 a copy of such a map, otherwise new HashMap(initial).
func order(initial int, keys []string) []int {
	switch initial {
	case -1:
		return Default(keys)
	case -2:
		first := Default(keys)
		var copied []string
		for _, i := range first {
			copied = append(copied, keys[i])
		}
		second := Strings(copied, CapacityForCopy(len(keys)))
		for i, p := range second {
			second[i] = first[p]
		}
		return second
	}
	return Strings(keys, CapacityFor(initial, len(keys)))
}

func TestOrder(t *testing.T) {
	table(t, "testdata/order.jsonl", func(line []byte) error {
		var initial int
		var keys []string
		var want string
		if err := json.Unmarshal(line, &[]any{&initial, &keys, &want}); err != nil {
			return err
		}
		got := strings.Trim(fmt.Sprint(order(initial, keys)), "[]")
		if got != want {
			t.Errorf("%d %q: order %s; want %s", initial, keys, got, want)
		}
		return nil
	})
}

func TestHash(t *testing.T) {
	table(t, "testdata/hash.jsonl", func(line []byte) error {
		var row [4]json.Number
		var text [4]string
		if err := json.Unmarshal(line, &text); err != nil {
			return err
		}
		for i, s := range text {
			row[i] = json.Number(s)
		}
		n, err := row[0].Int64()
		if err != nil {
			return err
		}
		got := []uint32{HashInt64(n), HashFloat64(math.Float64frombits(uint64(n))), HashFloat32(math.Float32frombits(uint32(n)))}
		for i, h := range got {
			want, _ := row[i+1].Int64()
			if h != uint32(want) {
				t.Errorf("%d: hash %d = %d; want %d", n, i, int32(h), want)
			}
		}
		return nil
	})
	if HashBool(true) != 1231 || HashBool(false) != 1237 || HashInt32(-1) != math.MaxUint32 {
		t.Error("hash of Boolean or Integer is off")
	}
	if got := HashString("😀é"); got != 54960102 {
		t.Errorf("HashString = %d", got)
	}
}

func TestCapacity(t *testing.T) {
	for _, c := range []struct{ got, want int }{
		{Capacity(0), 16},
		{Capacity(12), 16},
		{Capacity(13), 32},
		{Capacity(25), 64},
		{CapacityFor(0, 1), 2},
		{CapacityFor(3, 3), 4},
		{CapacityFor(3, 4), 8},
		{CapacityFor(1<<31, 0), 1 << 30},
		{CapacityForCopy(0), 16},
		{CapacityForCopy(1), 2},
		{CapacityForCopy(12), 32},
		{CapacityForCopy(11), 16},
	} {
		if c.got != c.want {
			t.Errorf("capacity %d; want %d", c.got, c.want)
		}
	}
}

func FuzzDefault(f *testing.F) {
	f.Add("id name price")
	f.Add("AaAa BBBB AaBB BBAa é 😀")
	f.Fuzz(func(t *testing.T, text string) {
		keys := strings.Split(text, " ")
		slices.Sort(keys)
		keys = slices.Compact(keys)
		got := Default(keys)
		slices.Sort(got)
		for i, p := range got {
			if p != i {
				t.Fatalf("not a permutation: %v", got)
			}
		}
	})
}

func BenchmarkDefault(b *testing.B) {
	keys := []string{"id", "name", "price", "ts", "customer", "amount", "currency", "region", "flag", "note"}
	b.ReportAllocs()
	for b.Loop() {
		Default(keys)
	}
}
