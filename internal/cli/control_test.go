package cli

import (
	"testing"
	"time"

	"github.com/millrace/millrace/internal/msk/autoscale"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]string{
		"4GiB": "4GiB", "512MiB": "512MiB", "1024MiB": "1GiB", "67108864": "64MiB", "65537 KiB": "65537KiB", "33554433": "33554433",
		"": "error", "x": "error", "-1GiB": "error", "1MiB": "error", "4 TB": "error", "9999999999GiB": "error", "1.5GiB": "error",
	} {
		var s size
		got := "error"
		if err := s.Set(text); err == nil {
			got = s.String()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// What a flag says is what is done: a zero is no default, as it is in a policy.
func TestScalingFlags(t *testing.T) {
	good := autoscale.Policy{Window: 1, Interval: 1, Step: 1, AfterOut: time.Minute}
	p := good
	if err := meant(&p); err != nil || p.AfterOut != time.Minute || p.AfterIn >= 0 {
		t.Errorf("%+v, %v", p, err)
	}
	for name, change := range map[string]func(*autoscale.Policy){
		"window":    func(p *autoscale.Policy) { p.Window = 0 },
		"interval":  func(p *autoscale.Policy) { p.Interval = -1 },
		"step":      func(p *autoscale.Policy) { p.Step = 0 },
		"after out": func(p *autoscale.Policy) { p.AfterOut = -1 },
		"after in":  func(p *autoscale.Policy) { p.AfterIn = -1 },
	} {
		p := good
		if change(&p); meant(&p) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
