package connecttest

import (
	"slices"
	"testing"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/transform"
)

// Transformed is a record and what becomes of it.
type Transformed struct {
	Name    string
	Record  connect.Record
	Want    func(t testing.TB, r *connect.Record) // looks at the result; nil: any
	Dropped bool                                  // instead of a result
	Fails   bool                                  // instead of a result
}

// Transformation is the suite for transformations. Besides the records given it tries
// some of every form.
type Transformation struct {
	Plugin  plugin.Transformation
	Config  map[string]string
	Records []Transformed
	Bad     []BadSetting // more that New must refuse than follows from the config.Def
	// Intact says that an error leaves the record as it was.
	Intact bool
}

// Run runs the suite.
func (s Transformation) Run(t *testing.T) {
	t.Helper()
	runAll(t, s.checks())
}

func (s Transformation) checks() []check {
	start := func(props map[string]string) error {
		_, err := s.Plugin.New(props)
		return err
	}
	return []check{
		{"descriptor", func(t testing.TB) { checkInfo(t, s.Plugin.Info, s.Config) }},
		{"bad configuration", func(t testing.TB) {
			checkRefused(t, s.Config, implied(s.Plugin.Config), start)
			checkRefused(t, s.Config, s.Bad, start)
		}},
		{"results", s.results},
		{"any record", s.anyRecord},
	}
}

func (s Transformation) create(t testing.TB) (tr transform.Transformation) {
	t.Helper()
	must(t, defaultPatience, "New", func() (err error) {
		tr, err = s.Plugin.New(clone(s.Config))
		return err
	})
	t.Cleanup(func() { closeIf(t, tr) })
	return tr
}

// results applies one instance to all records, twice.
func (s Transformation) results(t testing.TB) {
	tr := s.create(t)
	for range 2 {
		for i := range s.Records {
			c := &s.Records[i]
			r, keep, err := s.apply(t, tr, c.Record)
			switch {
			case err != nil && !c.Fails:
				t.Errorf("%s: %s", c.Name, whole(err))
			case err == nil && c.Fails:
				t.Errorf("%s: want an error", c.Name)
			case err == nil && keep == c.Dropped:
				t.Errorf("%s: kept is %v", c.Name, keep)
			case err == nil && keep && c.Want != nil:
				c.Want(t, r)
			}
		}
	}
}

// anyRecord applies the transformation to records of every form: it may fail, but
// not panic, and it must do the same to equal records.
func (s Transformation) anyRecord(t testing.TB) {
	tr := s.create(t)
	samples := sampleRecords()
	for _, c := range s.Records {
		samples = append(samples, c.Record)
	}
	for _, sample := range samples {
		first, kept, err := s.apply(t, tr, sample)
		second, keptAgain, errAgain := s.apply(t, tr, sample)
		if kept != keptAgain || (err == nil) != (errAgain == nil) {
			t.Errorf("the same record was treated differently the second time: %s", &sample)
		} else if err == nil && kept && describe(first) != describe(second) {
			t.Errorf("the same record gave two results:\n%s\n%s", describe(first), describe(second))
		}
	}
}

// apply applies tr to a copy of a record, and checks what must hold for any record.
func (s Transformation) apply(t testing.TB, tr transform.Transformation, original connect.Record) (r *connect.Record, keep bool, err error) {
	t.Helper()
	original.Headers = append(make(connect.Headers, 0, len(original.Headers)+2), original.Headers...)
	copied := original
	r = &copied
	parts, before := freezeParts(&original), freeze(&original)
	err = call(t, defaultPatience, "Apply", func() (err error) {
		keep, err = tr.Apply(r)
		return err
	})
	if now := freezeParts(&original); now != parts {
		t.Errorf("Apply wrote into what records share\n was %s\n is  %s", parts, now)
	}
	switch {
	case err != nil:
		if s.Intact && freeze(r) != before {
			t.Errorf("Apply failed and yet changed the record\n was %s\n is  %s", before, freeze(r))
		}
		return r, keep, err
	case keep:
		checkTransformed(t, &original, r)
	}
	return r, keep, nil
}

func checkTransformed(t testing.TB, original, r *connect.Record) {
	t.Helper()
	// What was not valid before need not be so now.
	if validateRecord(original) == nil {
		if err := validateRecord(r); err != nil {
			t.Errorf("the result is not valid: %v\n%s", err, r)
		}
	}
	if r.Consumed != original.Consumed || r.Source != original.Source || offsetText(r) != offsetText(original) {
		t.Errorf("Apply changed where the record comes from: %s", r)
	}
}

// offsetText returns the record's offset, which need not be comparable.
func offsetText(r *connect.Record) string {
	if r.SourceOffset == nil {
		return ""
	}
	return r.SourceOffset.Fields().String()
}

// Tested is a record and a predicate's answer.
type Tested struct {
	Name   string
	Record connect.Record
	Want   bool
	Fails  bool // instead of an answer
}

// Predicate is the suite for predicates. Besides the records given it tries some of
// every form.
type Predicate struct {
	Plugin  plugin.Predicate
	Config  map[string]string
	Records []Tested
	Bad     []BadSetting // more that New must refuse than follows from the config.Def
}

// Run runs the suite.
func (s Predicate) Run(t *testing.T) {
	t.Helper()
	runAll(t, s.checks())
}

func (s Predicate) checks() []check {
	start := func(props map[string]string) error {
		_, err := s.Plugin.New(props)
		return err
	}
	return []check{
		{"descriptor", func(t testing.TB) { checkInfo(t, s.Plugin.Info, s.Config) }},
		{"bad configuration", func(t testing.TB) {
			checkRefused(t, s.Config, implied(s.Plugin.Config), start)
			checkRefused(t, s.Config, s.Bad, start)
		}},
		{"answers", s.answers},
	}
}

// answers asks one instance twice about all records.
func (s Predicate) answers(t testing.TB) {
	var p transform.Predicate
	must(t, defaultPatience, "New", func() (err error) {
		p, err = s.Plugin.New(clone(s.Config))
		return err
	})
	t.Cleanup(func() { closeIf(t, p) })
	for range 2 {
		for _, c := range s.Records {
			got, err := s.test(t, p, c.Record)
			if (err != nil) != c.Fails || got != c.Want {
				t.Errorf("%s: %v, %s", c.Name, got, whole(err))
			}
		}
		for _, sample := range sampleRecords() {
			_, _ = s.test(t, p, sample)
		}
	}
}

// test asks about a record, which may not change.
func (s Predicate) test(t testing.TB, p transform.Predicate, r connect.Record) (answer bool, err error) {
	t.Helper()
	r.Headers = slices.Clone(r.Headers)
	before := freeze(&r)
	err = call(t, defaultPatience, "Test", func() (err error) {
		answer, err = p.Test(&r)
		return err
	})
	if now := freeze(&r); now != before {
		t.Errorf("Test changed the record\n was %s\n is  %s", before, now)
	}
	return answer, err
}

// describe returns the content of a record.
func describe(r *connect.Record) string {
	f := &freezer{content: true}
	f.record(r)
	return f.String()
}
