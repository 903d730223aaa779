//go:build unix

package filestream

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/millrace/millrace/connect"
)

// TestNamedPipe: neither a pipe without writer nor one whose writer is silent keeps
// Poll, and a stored position is not sought in it.
func TestNamedPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	h, _ := newHost(t)
	if err := h.StoreOffset(connect.Fields{"filename": name}, connect.Fields{"position": 100}); err != nil {
		t.Fatal(err)
	}
	task := h.Source(Source, map[string]string{"file": name, "topic": "t"})
	pollFor(t, task, 10*time.Millisecond)
	for _, lines := range [][]string{{"one", "two"}, {"three"}} {
		out, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if _, err := out.WriteString(line + "\n"); err != nil {
				t.Fatal(err)
			}
		}
		records := task.Read(len(lines))
		if !slices.Equal(values(records), lines) {
			t.Errorf("lines %q, want %q", values(records), lines)
		}
		pollFor(t, task, 60*time.Millisecond)
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
		if last := offsets(records)[len(lines)-1]; last <= 100 {
			t.Errorf("the position is %d", last)
		}
	}
}
