package connectorconfig

import (
	"testing"
	"time"
)

func TestParseRestart(t *testing.T) {
	for _, tt := range []struct {
		props map[string]string
		want  Restart
		err   string
	}{
		{nil, Restart{}, ""},
		{map[string]string{"errors.tolerance": "all"}, Restart{}, ""},
		{
			map[string]string{"errors.restart.limit": "3"},
			Restart{3, time.Second, 5 * time.Minute, 10 * time.Minute},
			"",
		},
		{
			map[string]string{"errors.restart.limit": "-1", "errors.restart.delay.ms": "50", "errors.restart.delay.max.ms": "400", "errors.restart.reset.ms": "7"},
			Restart{-1, 50 * time.Millisecond, 400 * time.Millisecond, 7 * time.Millisecond},
			"",
		},
		{map[string]string{"errors.restart.limit": "often"}, Restart{}, "Invalid value often for configuration errors.restart.limit: Not a number of type INT"},
		{map[string]string{"errors.restart.delay.ms": "0"}, Restart{}, "Invalid value 0 for configuration errors.restart.delay.ms: Value must be at least 1"},
	} {
		got, err := ParseRestart(tt.props)
		if text := errText(err); got != tt.want || text != tt.err {
			t.Errorf("%v: %+v, %q", tt.props, got, text)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestRestartPause(t *testing.T) {
	r := Restart{Limit: 4, Delay: time.Second, DelayMax: 3 * time.Second}
	for failures, want := range []time.Duration{1: time.Second, 2: 2 * time.Second, 3: 3 * time.Second, 4: 3 * time.Second, 5: 0} {
		if failures == 0 {
			continue
		}
		if got, ok := r.Pause(failures); got != want || ok != (want > 0) {
			t.Errorf("after %d failures: %s, %t", failures, got, ok)
		}
	}
	if _, ok := (Restart{}).Pause(1); ok {
		t.Error("without a limit there are no restarts")
	}
	r.Limit = -1
	if got, ok := r.Pause(1000); got != r.DelayMax || !ok {
		t.Errorf("without end: %s, %t", got, ok)
	}
}
