package transforms

import (
	"errors"
	"fmt"
	"testing"

	"github.com/millrace/millrace/connect/data"
)

func named(i int) *data.Schema {
	return data.NewStructBuilder().Name(fmt.Sprint("s", i)).Field("f", data.StringSchema).MustBuild()
}

func TestPlans(t *testing.T) {
	compiled := 0
	p := newPlans(func(s *data.Schema) (string, error) {
		compiled++
		return s.Name(), nil
	})
	steps := []struct {
		schema   *data.Schema
		compiled int
	}{
		{named(0), 1},
		{named(0), 1}, // equal, another pointer
		{named(1), 2},
		{named(0), 2},
		{named(1), 2},
	}
	for i, s := range steps {
		plan, err := p.of(s.schema)
		if err != nil || plan != s.schema.Name() || compiled != s.compiled {
			t.Errorf("step %d: plan %s, %v after %d compilations, want %d", i, plan, err, compiled, s.compiled)
		}
	}
}

func TestPlansForgetTheOldest(t *testing.T) {
	compiled := map[string]int{}
	p := newPlans(func(s *data.Schema) (string, error) {
		compiled[s.Name()]++
		return s.Name(), nil
	})
	for i := range maxPlans {
		p.of(named(i))
	}
	p.of(named(0))
	p.of(named(maxPlans)) // drops s1, the one used longest ago
	for i := range maxPlans {
		if i != 1 {
			p.of(named(i))
		}
	}
	if len(p.recent) != maxPlans || compiled["s0"] != 1 || compiled["s2"] != 1 {
		t.Errorf("%d plans, compiled %v", len(p.recent), compiled)
	}
	p.of(named(1))
	if compiled["s1"] != 2 {
		t.Errorf("s1 compiled %d times", compiled["s1"])
	}
}

func TestPlansForgetErrors(t *testing.T) {
	fails := true
	p := newPlans(func(*data.Schema) (int, error) {
		if fails {
			return 0, errors.New("not yet")
		}
		return 7, nil
	})
	s := named(0)
	if _, err := p.of(s); err == nil {
		t.Error("no error")
	}
	fails = false
	if plan, err := p.of(s); plan != 7 || err != nil {
		t.Errorf("%d, %v", plan, err)
	}
}

func TestPlanLookUpDoesNotAllocate(t *testing.T) {
	a, b := named(0), named(1)
	p := newPlans(func(s *data.Schema) (*layout, error) { return &layout{target: s}, nil })
	allocs := testing.AllocsPerRun(100, func() {
		p.of(a)
		p.of(a)
		p.of(b)
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
