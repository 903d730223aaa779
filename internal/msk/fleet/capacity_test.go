//go:build linux

package fleet

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMemoryWatchdog(t *testing.T) {
	d := open(t, func(s *Settings) { s.MCUMemory, s.MinBackoff, s.MaxBackoff = 128<<20, time.Hour, time.Hour })
	w := d.apply(spec(1).kind(fmt.Sprintf("greedy %d", 400<<20)))[0]
	await(t, "restart", func() bool { return len(d.told(TooLarge)) > 0 && len(d.told(Replaced)) > 0 })
	e := d.told(TooLarge)[0]
	if e.PID != w.PID || e.Worker != w.ID || !strings.Contains(e.Reason, "bytes of memory, more than its 134217728") {
		t.Errorf("event %+v", e)
	}
	if after := d.fleet()[0]; !strings.Contains(after.LastDeath, "more than its") {
		t.Errorf("worker %+v", after)
	}
	if len(d.told(Died)) > 0 {
		t.Errorf("deaths: %+v", d.told(Died))
	}
}

func TestUsage(t *testing.T) {
	d := open(t)
	w := d.apply(spec(1).kind("busy"))
	await(t, "CPU use", func() bool { return d.fleet()[0].Usage.CPUPercent > 20 })
	u := d.fleet()[0].Usage
	if u.MemoryBytes < 1<<20 || u.MemoryBytes > 1<<29 || u.MemoryPercent <= 0 || u.MemoryPercent > 50 || time.Since(u.At) > patience {
		t.Errorf("usage %+v", u)
	}
	if err := d.Restart(t.Context(), w[0].Fleet, w[0].ID); err != nil {
		t.Fatal(err)
	}
	before := reading{identity{PID: 1}, 10 * time.Second, time.Unix(100, 0)}
	now := reading{identity{PID: 1}, 13 * time.Second, time.Unix(102, 0)}
	other := now
	other.is.StartTicks++
	two := Worker{MCUs: 2, Memory: 1000}
	for name, tc := range map[string]struct {
		now, before reading
		cpu         float64
	}{
		"of two MCUs":     {now, before, 75},
		"first":           {now, reading{}, -1},
		"another process": {other, before, -1},
		"same moment":     {before, before, -1},
		"clock of before": {before, now, -1},
	} {
		if got := usage(tc.now, tc.before, two, 250); got.CPUPercent != tc.cpu || got.MemoryPercent != 25 || got.MemoryBytes != 250 {
			t.Errorf("%s: %+v, want %v %%", name, got, tc.cpu)
		}
	}
}

// The output of a worker is bounded, and goes on after a cut.
func TestLogIsBounded(t *testing.T) {
	const size, files = 20_000, 2
	d := open(t, func(s *Settings) { s.LogBytes, s.LogFiles = size, files })
	w := d.apply(spec(1).kind("chatty"))[0]
	await(t, "two cuts", func() bool { _, err := os.Stat(w.LogFile + ".2"); return err == nil })
	first := read(w.LogFile + ".2")
	await(t, "another cut", func() bool { return read(w.LogFile+".2") != first })
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	logs, _ := filepath.Glob(w.LogFile + "*")
	if len(logs) != files+1 {
		t.Errorf("files %q", logs)
	}
	for _, log := range logs {
		info, err := os.Stat(log)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", log, info, err)
		}
		if log != w.LogFile && info.Size() > 10*size { // what comes during the copy is kept too
			t.Errorf("%s has %d bytes", log, info.Size())
		}
	}
	if err := syscall.Kill(w.PID, 0); err != nil {
		t.Error(err)
	}
}

func TestCutLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := cutLog(path, 10, 2); err != nil {
		t.Fatalf("without a log: %v", err)
	}
	log, _, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	for _, tc := range []struct{ write, log, one, two string }{
		{"0123456789", "0123456789", "", ""},
		{"a", "", "0123456789a", ""},
		{"second text", "", "second text", "0123456789a"},
		{"short", "short", "second text", "0123456789a"},
		{" and a text that is much too long", "", "that is much too long"[1:], ""}, // the other is too much
		{"three\nlines, of which\nthe last are kept\n", "", "the last are kept\n", ""},
	} {
		if _, err := log.WriteString(tc.write); err != nil {
			t.Fatal(err)
		}
		if err := cutLog(path, 10, 2); err != nil {
			t.Fatal(err)
		}
		if got := []string{read(path), read(path + ".1"), read(path + ".2")}; fmt.Sprint(got) != fmt.Sprint([]string{tc.log, tc.one, tc.two}) {
			t.Errorf("after %q: %q, want %q", tc.write, got, []string{tc.log, tc.one, tc.two})
		}
	}
}

func TestTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	many := ""
	for i := range 100 {
		many += fmt.Sprintln("line", i)
	}
	for name, tc := range map[string]struct {
		text  string
		from  int64
		lines int
		last  string
	}{
		"nothing":          {"", 0, 0, ""},
		"from the start":   {"a\nb\n", 0, 2, "b"},
		"from the middle":  {"a\nb\n", 2, 1, "b"},
		"log was cut":      {"a\nb\n", 100, 2, "b"},
		"nothing new":      {"a\nb\n", 4, 0, ""},
		"no end of line":   {"a\nb", 0, 2, "b"},
		"many":             {many, 0, tailLines, "line 99"},
		"one of great len": {strings.Repeat("x", 3*tailBytes), 0, 1, strings.Repeat("x", tailBytes)},
	} {
		if err := os.WriteFile(path, []byte(tc.text), fileMode); err != nil {
			t.Fatal(err)
		}
		lines := tail(path, tc.from)
		if len(lines) != tc.lines || len(lines) > 0 && lines[len(lines)-1] != tc.last {
			t.Errorf("%s: %d lines %q", name, len(lines), lines)
		}
	}
	if lines := tail(path+"x", 0); lines != nil {
		t.Errorf("of no file: %q", lines)
	}
}
