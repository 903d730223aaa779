package prerequisite

import (
	"errors"
	"testing"
)

func TestRequired(t *testing.T) {
	for _, tc := range []struct {
		env, name string
		want      bool
	}{
		{"", "kafka", false},
		{"kafka", "kafka", true},
		{"postgres, kafka ", "kafka", true},
		{"kafka2", "kafka", false},
		{"KAFKA", "kafka", false},
	} {
		t.Run(tc.env, func(t *testing.T) {
			t.Setenv(RequireEnv, tc.env)
			if got := Required(tc.name); got != tc.want {
				t.Errorf("Required(%q) with %q = %v, want %v", tc.name, tc.env, got, tc.want)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	for _, tc := range []struct{ env, want string }{
		{"", "skip"},
		{"postgres", "skip"},
		{"postgres,kafka", "fatal"},
	} {
		t.Run(tc.env, func(t *testing.T) {
			t.Setenv(RequireEnv, tc.env)
			r := &verdict{TB: t}
			Missing(r, "kafka", errors.New("no java"))
			if r.got != tc.want {
				t.Errorf("verdict %q, want %q", r.got, tc.want)
			}
		})
	}
}

// verdict records how a test would have ended.
type verdict struct {
	testing.TB
	got string
}

func (v *verdict) Helper() {}

func (v *verdict) Fatalf(string, ...any) { v.end("fatal") }

func (v *verdict) Skipf(string, ...any) { v.end("skip") }

// end keeps the first verdict: the real methods do not return, these do.
func (v *verdict) end(how string) {
	if v.got == "" {
		v.got = how
	}
}
