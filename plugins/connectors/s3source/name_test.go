package s3source

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/internal/objectstore/s3store"
	"github.com/millrace/millrace/plugins/connectors/s3source/content"
)

func TestParse(t *testing.T) {
	f := &formats{bytesSuffix: "_b", bytes: content.Bytes{}}
	for _, c := range []struct {
		layout layout
		format string
		key    string
		want   string
	}{
		{layout{topicsDir: "topics/", directory: "/", file: "+"}, jsonFormat, "topics/t/partition=3/t+3+0000000042.json", "0 topics/t/partition=3/ t 3 0000000042 0 .json"},
		{layout{topicsDir: "topics/", directory: "/", file: "+"}, jsonFormat, "topics/t/partition=3/t+3+0000000042.json.gz", "0 topics/t/partition=3/ t 3 0000000042 0 .json.gz"},
		{layout{topicsDir: "topics/", directory: "/", file: "+"}, jsonFormat, "topics/t/partition=3/t+3+0000000042.keys.avro", "4 topics/t/partition=3/ t 3 0000000042 1 .avro"},
		{layout{topicsDir: "topics/", directory: "/", file: "+"}, avroFormat, "topics/t/a=b/t+3+42.headers.gz.parquet", "4 topics/t/a=b/ t 3 42 2 .gz.parquet"},
		{layout{topicsDir: "topics/", directory: "/", file: "+"}, parquetFormat, "topics/t/a=b/t+3+42.snappy.parquet", "0 topics/t/a=b/ t 3 42 0 .snappy.parquet"},
		{layout{directory: "/", file: "-"}, avroFormat, "my-topic-1/partition=0/my-topic-1-0-7.avro", "0 my-topic-1/partition=0/ my-topic-1 0 7 0 .avro"},
		{layout{directory: "::", file: "."}, bytesFormat, "t::x::t.0.7_b", "0 t::x:: t 0 7 0 _b"},
		{layout{directory: "/", file: "+"}, bytesFormat, "t/x/t+0+7.keys_b.gz", "4 t/x/ t 0 7 1 _b.gz"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t/x/t+0+7.avro", "1"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t/x/t+0+7.keys.txt", "1"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t/x/config.json", "2"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t/x/t+0+.json", "2"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t/x/t+0x+1.json", "2"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t/x/t+99999999999+1.json", "2"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t/x/+0+1.json", "2"},
		{layout{directory: "/", file: "+"}, jsonFormat, "t+0+1.json", "3"},
		{layout{topicsDir: "topics/", directory: "/", file: "+"}, jsonFormat, "topics/u/x/t+0+1.json", "3"},
		{layout{directory: "/", file: "+", anywhere: true}, jsonFormat, "u/x/t+0+1.json", "0 u/x/ t 0 1 0 .json"},
		{layout{directory: "/", file: "+", anywhere: true}, jsonFormat, "t+0+1.json", "0  t 0 1 0 .json"},
	} {
		c.layout.values, _ = f.of(c.format)
		c.layout.sides = f.sides()
		n, why := c.layout.parse(c.key)
		got := fmt.Sprint(why)
		if why == ours || why == sideObject {
			got = fmt.Sprint(why, " ", n.folder, " ", n.topic, " ", n.partition, " ", n.offset, " ", n.part, " ", n.extension.suffix)
			if prefix := c.layout.group(&n); !strings.HasPrefix(c.key, prefix+n.offset) {
				t.Errorf("%s is in group %s", c.key, prefix)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.key, got, c.want)
		}
	}
}

func TestByOffset(t *testing.T) {
	names := []string{"0.json", "1.json", "01.json.gz", "2.json", "0000000010.json", "10.json", "11.json", "100.json", "9999999999.json", "10000000000.json"}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	slices.SortStableFunc(sorted, byOffset)
	if !slices.Equal(sorted, names) {
		t.Errorf("%q", sorted)
	}
}

// namesOnly is a bucket of empty objects. It counts requests.
type namesOnly struct {
	keys     []string // in order
	requests int
}

func (b *namesOnly) List(_ context.Context, prefix, after string) ([]s3store.Entry, bool, error) {
	b.requests++
	var page []s3store.Entry
	i, _ := slices.BinarySearch(b.keys, max(prefix, after))
	for ; i < len(b.keys) && strings.HasPrefix(b.keys[i], prefix); i++ {
		if b.keys[i] == after {
			continue
		}
		if len(page) == 1000 {
			return page, true, nil
		}
		page = append(page, s3store.Entry{Key: b.keys[i]})
	}
	return page, false, nil
}

func TestListing(t *testing.T) {
	b := &namesOnly{}
	for i := range 3500 {
		b.keys = append(b.keys, fmt.Sprintf("a/%04d", i), fmt.Sprintf("b/c/%04d", i))
	}
	b.keys = append(b.keys, "z")
	slices.Sort(b.keys)
	for _, c := range []struct {
		prefixes []string
		from, to string
		jump     string
		want     int
		requests int
	}{
		{[]string{""}, "", "", "", 7001, 8},
		{[]string{"a/", "b/"}, "", "", "", 7000, 8},
		{[]string{"a/", "b/"}, "a/3000", "b/c/1000", "", 499 + 1000, 3},
		{[]string{"a/", "b/", "x/"}, "b/c/", "", "", 3500, 5},
		{[]string{"a/", "b/"}, "", "b/", "", 3500, 4},
		{[]string{""}, "", "", "a/3400", 1 + 99 + 3501, 5},
		{[]string{"a/"}, "", "", "a/0500", 1 + 2999, 4},
		{[]string{"none/"}, "", "", "", 0, 1},
		{nil, "", "", "", 0, 0},
	} {
		b.requests = 0
		l := &listing{bucket: b, prefixes: c.prefixes, from: c.from, to: c.to}
		got := 0
		for last := ""; ; got++ {
			e, err := l.peek(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if e == nil {
				break
			}
			if e.Key <= last {
				t.Fatalf("%s comes after %s", e.Key, last)
			}
			last = e.Key
			l.advance()
			if c.jump != "" {
				l.jump(c.jump)
			}
		}
		if e, err := l.peek(t.Context()); e != nil || err != nil || got != c.want || b.requests != c.requests {
			t.Errorf("%v: %d names, %d requests", c, got, b.requests)
		}
	}
}

func TestPlan(t *testing.T) {
	b := &namesOnly{}
	for p := range 10 {
		for i := range 1500 {
			b.keys = append(b.keys, fmt.Sprintf("topics/t/partition=%d/t+%d+%010d.json", p, p, i))
		}
	}
	f := &formats{}
	s := &settings{layout: layout{topicsDir: "topics/", directory: "/", file: "+"}, prefixes: []string{"topics/"}}
	s.layout.values, _ = f.of(jsonFormat)
	groups, err := s.groups(t.Context(), b)
	if err != nil || len(groups) != 10 || groups[9] != "topics/t/partition=9/t+9+" || b.requests > 11 {
		t.Fatalf("%q, %d requests, %v", groups, b.requests, err)
	}
	for tasks, want := range map[int]string{1: "10", 2: "5 5", 3: "3 3 4", 10: "1 1 1 1 1 1 1 1 1 1", 20: "1 1 1 1 1 1 1 1 1 1"} {
		shares := ranges(groups, tasks)
		var sizes []string
		for _, x := range shares {
			n := 0
			for _, key := range groups {
				if key+"0" > x.from && (x.to == "" || key+"0" < x.to) {
					n++
				}
			}
			sizes = append(sizes, fmt.Sprint(n))
		}
		if got := strings.Join(sizes, " "); got != want || uneven(groups, shares, tasks) {
			t.Errorf("%d tasks: %s, want %s", tasks, got, want)
		}
	}
	if got := ranges(nil, 5); len(got) != 1 || uneven(nil, got, 5) {
		t.Errorf("without groups: %v", got)
	}
	old, again := ranges(groups[:2], 2), 0
	for n := range 11 {
		if uneven(groups[:n], old, 2) {
			old, again = ranges(groups[:n], 2), again+1
		}
	}
	if again != 1 {
		t.Errorf("planned %d times as groups came", again)
	}
	if !uneven(groups, ranges(groups[:1], 4), 4) {
		t.Error("one task has all")
	}
}
