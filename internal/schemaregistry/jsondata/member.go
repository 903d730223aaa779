package jsondata

import "github.com/millrace/millrace/internal/jsontext"

// member is a member of an object: its name and where its value is.
type member struct {
	name string
	at   int
}

// members lists the members of the object at i of a text that is known to be JSON.
// Of those with the same name the last counts, in the place of the first.
func members(src []byte, i int) []member {
	var list []member
	seen := map[string]int{}
	i = jsontext.Space(src, i+1)
	for more := src[i] != '}'; more; {
		end, f, _ := jsontext.ScanName(src, i)
		m := member{name: jsontext.StringAt(src[i:end], f)}
		m.at, _ = jsontext.Colon(src, end)
		if k, twice := seen[m.name]; twice {
			list[k] = m
		} else {
			seen[m.name] = len(list)
			list = append(list, m)
		}
		end, _ = jsontext.Skip(src, m.at, 0)
		i, more, _ = jsontext.Next(src, end, '}')
	}
	return list
}

// fieldSet remembers which fields a document has.
type fieldSet struct {
	small uint64
	large []bool // for structs of more than 64 fields
	n     int
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
