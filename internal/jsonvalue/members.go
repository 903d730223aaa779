package jsonvalue

import "github.com/millrace/millrace/internal/jsontext"

// FieldSet remembers which fields an object has.
type FieldSet struct {
	small uint64
	large []bool // for structs of more than 64 fields
	n     int
}

// NewFieldSet returns an empty set for a struct of so many fields.
func NewFieldSet(fields int) FieldSet {
	if fields <= 64 {
		return FieldSet{}
	}
	return FieldSet{large: make([]bool, fields)}
}

// Has tells whether field k is in the set.
func (s *FieldSet) Has(k int) bool {
	if s.large != nil {
		return s.large[k]
	}
	return s.small>>k&1 != 0
}

// Add adds field k, which may be in the set already.
func (s *FieldSet) Add(k int) {
	if s.Has(k) {
		return
	}
	s.n++
	if s.large != nil {
		s.large[k] = true
		return
	}
	s.small |= 1 << k
}

// Full tells whether all of so many fields are in the set.
func (s *FieldSet) Full(fields int) bool { return s.n == fields }

// Member is a member of an object: its name and where its value is.
type Member struct {
	Name string
	At   int
}

// Members lists the members of the object at i of a text that is known to be JSON.
// Of those with the same name the last counts, in the place of the first.
func Members(src []byte, i int) []Member {
	var list []Member
	seen := map[string]int{}
	i = jsontext.Space(src, i+1)
	for more := src[i] != '}'; more; {
		end, f, _ := jsontext.ScanName(src, i)
		m := Member{Name: jsontext.StringAt(src[i:end], f)}
		m.At, _ = jsontext.Colon(src, end)
		if k, twice := seen[m.Name]; twice {
			list[k] = m
		} else {
			seen[m.Name] = len(list)
			list = append(list, m)
		}
		end, _ = jsontext.Skip(src, m.At, 0)
		i, more, _ = jsontext.Next(src, end, '}')
	}
	return list
}
