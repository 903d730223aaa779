package jsonconverter

// fieldSet remembers which fields a document has.
type fieldSet struct {
	small uint64
	large []bool // for structs of more than 64 fields
	n     int
}

func newFieldSet(fields int) fieldSet {
	if fields <= 64 {
		return fieldSet{}
	}
	return fieldSet{large: make([]bool, fields)}
}

func (s *fieldSet) has(k int) bool {
	if s.large != nil {
		return s.large[k]
	}
	return s.small>>k&1 != 0
}

func (s *fieldSet) add(k int) {
	if s.has(k) {
		return
	}
	s.n++
	if s.large != nil {
		s.large[k] = true
		return
	}
	s.small |= 1 << k
}

func (s *fieldSet) full(fields int) bool { return s.n == fields }
