package data

import "testing"

func TestSlab(t *testing.T) {
	var s slab[int]
	for i, n := range []int{1, 3, 0, 20, 100, 7, 16, 64, 5} {
		taken := s.take(n, 2, 64)
		if len(taken) != n || cap(taken) != n+2 {
			t.Errorf("%d: length %d, room for %d", n, len(taken), cap(taken))
		}
		for k, x := range taken[:n+2] {
			if x != 0 {
				t.Errorf("%d: element %d is in use", n, k)
			}
			taken[:n+2][k] = i + 1
		}
	}
}

func TestStructMaker(t *testing.T) {
	schema := NewStructBuilder().Field("a", Int32Schema).Field("b", OptionalStringSchema).MustBuild()
	wider := NewStructBuilder().Field("a", Int32Schema).Field("b", OptionalStringSchema).Field("c", Int64Schema).MustBuild()
	var m StructMaker
	var all []*Struct
	for i := range 1000 {
		s := m.Make(schema, i%2)
		if s.Schema() != schema || len(s.Slots()) != 2 || s.Slots()[0] != nil || s.Slots()[1] != nil {
			t.Fatalf("struct %d is %s", i, s)
		}
		s.Slots()[0] = int32(i)
		s.Become(wider, append(s.Slots(), int64(i)))
		all = append(all, s)
	}
	for i, s := range all {
		if err := s.Validate(); err != nil || s.Slots()[0] != int32(i) || s.Slots()[2] != int64(i) {
			t.Fatalf("struct %d is %s, %v", i, s, err)
		}
	}
}
