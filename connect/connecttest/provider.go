package connecttest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/provider"
)

// Provider is the suite for configuration providers.
type Provider struct {
	Plugin plugin.Provider
	Params map[string]string
	Path   string            // where the provider finds values
	Values map[string]string // the values there: at least two, and no others unless Open
	Open   bool              // there may be others
	Wrong  string            // a path where there is nothing; "" for none
	Bad    []BadSetting      // what New must refuse
}

// Run runs the suite.
func (s Provider) Run(t *testing.T) {
	t.Helper()
	runAll(t, s.checks())
}

func (s Provider) checks() []check {
	return []check{
		{"descriptor", func(t testing.TB) { checkInfo(t, s.Plugin.Info, s.Params) }},
		{"bad configuration", func(t testing.TB) {
			checkRefused(t, s.Params, s.Bad, func(params map[string]string) error {
				_, err := s.Plugin.New(params)
				return err
			})
		}},
		{"all values", s.all},
		{"some values", s.some},
		{"secrets stay out of errors", s.secrets},
		{"several at a time", s.concurrent},
		{"returns when its context ends", s.ends},
	}
}

func (s Provider) create(t testing.TB) (p provider.Provider) {
	t.Helper()
	must(t, defaultPatience, "New", func() (err error) {
		p, err = s.Plugin.New(clone(s.Params))
		return err
	})
	t.Cleanup(func() { closeIf(t, p) })
	return p
}

func (s Provider) get(t testing.TB, p provider.Provider, keys []string) (d provider.Data) {
	t.Helper()
	must(t, defaultPatience, "Get", func() (err error) {
		d, err = p.Get(t.Context(), s.Path, keys)
		return err
	})
	if d.TTL < 0 {
		t.Errorf("TTL is negative: %s", d.TTL)
	}
	return d
}

func (s Provider) all(t testing.TB) {
	got := s.get(t, s.create(t), nil).Values
	for key, want := range s.Values {
		if got[key] != want {
			t.Errorf("the value of %s is not as expected", key)
		}
	}
	if !s.Open && len(got) != len(s.Values) {
		t.Errorf("got values of %q, want those of %q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(s.Values)))
	}
}

func (s Provider) some(t testing.TB) {
	p := s.create(t)
	for key, want := range s.Values {
		got := s.get(t, p, []string{key, "connecttest.no.such.key"}).Values
		if len(got) != 1 || got[key] != want {
			t.Errorf("asked for %s and a key that does not exist, got %q", key, slices.Sorted(maps.Keys(got)))
		}
	}
	if got := s.get(t, p, []string{}).Values; len(got) != 0 {
		t.Errorf("asked for no key, got %q", slices.Sorted(maps.Keys(got)))
	}
}

func (s Provider) secrets(t testing.TB) {
	if s.Wrong == "" {
		return
	}
	p := s.create(t)
	err := call(t, defaultPatience, "Get", func() error {
		d, err := p.Get(t.Context(), s.Wrong, nil)
		if err == nil && len(d.Values) > 0 {
			return fmt.Errorf("there are values at %s", s.Wrong)
		}
		return err
	})
	for key, secret := range s.Values {
		if secret != "" && strings.Contains(whole(err), secret) {
			t.Errorf("the error contains the value of %s", key)
		}
	}
}

func (s Provider) concurrent(t testing.TB) {
	p := s.create(t)
	must(t, defaultPatience, "Get", func() error {
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { _, errs[i] = p.Get(t.Context(), s.Path, nil) })
		}
		wg.Wait()
		return errs[0]
	})
}

// ends lets Get succeed or fail when its context has ended, but not hang.
func (s Provider) ends(t testing.TB) {
	p := s.create(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = call(t, atOnce, "Get with a context that has ended", func() error {
		_, err := p.Get(ctx, s.Path, nil)
		return err
	})
}
