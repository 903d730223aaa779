package run

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
)

// lockedLog collects the lines of a log.
type lockedLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSuffix(l.text.String(), "\n"), "\n")
}

// checkLoggers: JSON lines have the loggers of Connect, and say of which connector and
// task they speak.
func checkLoggers(t *testing.T, lines []string) {
	t.Helper()
	type line struct {
		Level, Logger, Msg, Connector string
		Task                          *int
	}
	loggers := map[string]line{}
	for _, text := range lines {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil || l.Level == "" || l.Msg == "" {
			t.Errorf("%q is no log line in JSON: %v", text, err)
		}
		loggers[l.Logger] = l
	}
	sink := loggers["org.apache.kafka.connect.runtime.WorkerSinkTask"]
	if sink.Connector != "snk" || sink.Task == nil || *sink.Task != 0 {
		t.Errorf("the sink task says %+v", sink)
	}
	if l := loggers["org.apache.kafka.connect.cli.ConnectStandalone"]; l.Msg == "" || l.Connector != "" {
		t.Errorf("the worker says %+v", l)
	}
}
