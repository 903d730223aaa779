package transforms

import "github.com/millrace/millrace/connect/data"

// maxPlans bounds what an instance remembers, as the schema caches of Connect do.
const maxPlans = 16

// plans remembers what was compiled for the schemas seen last. The schema of the
// last record costs one comparison of pointers.
type plans[P any] struct {
	compile func(*data.Schema) (P, error)
	recent  []planned[P] // the one used last comes first
}

type planned[P any] struct {
	schema *data.Schema
	plan   P
}

func newPlans[P any](compile func(*data.Schema) (P, error)) plans[P] {
	return plans[P]{compile: compile}
}

// of returns the plan for schema s. Errors are not remembered.
func (p *plans[P]) of(s *data.Schema) (P, error) {
	if len(p.recent) > 0 && p.recent[0].schema == s {
		return p.recent[0].plan, nil
	}
	return p.find(s)
}

func (p *plans[P]) find(s *data.Schema) (P, error) {
	for i := range p.recent {
		if p.recent[i].schema.Equal(s) {
			plan := p.recent[i].plan
			p.front(i, planned[P]{s, plan})
			return plan, nil
		}
	}
	plan, err := p.compile(s)
	if err != nil {
		return plan, err
	}
	if len(p.recent) < maxPlans {
		p.recent = append(p.recent, planned[P]{})
	}
	p.front(len(p.recent)-1, planned[P]{s, plan})
	return plan, nil
}

// front drops entry i and puts e before all others.
func (p *plans[P]) front(i int, e planned[P]) {
	copy(p.recent[1:i+1], p.recent[:i])
	p.recent[0] = e
}
