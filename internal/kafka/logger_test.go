package kafka

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestLoggerLeavesRepeatsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		l := Logger(slog.New(slog.NewTextHandler(&out, nil)))
		for range 25 {
			l.Log(kgo.LogLevelWarn, "no broker", "addr", "a")
			time.Sleep(time.Second)
		}
		l.Log(kgo.LogLevelWarn, "another", "addr", "a")
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		want := []string{`msg="no broker" addr=a`, `msg="no broker" addr=a repeated=9`, `msg="no broker" addr=a repeated=9`, `msg=another addr=a`}
		if len(lines) != len(want) {
			t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), out.String())
		}
		for i, line := range lines {
			if !strings.HasSuffix(line, want[i]) {
				t.Errorf("line %d is %s, want it to end in %s", i, line, want[i])
			}
		}
	})
}
