//go:build integration

package msk

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// reaperEnv makes the test binary a reaper of the workers below a directory.
const reaperEnv = "MILLRACE_TEST_REAPER"

// startReaper starts a process that ends the workers below a directory when this one is
// gone, even if it was killed: the workers of managed connectors outlive whoever
// started them.
func startReaper(t testing.TB, dir string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), reaperEnv+"="+dir)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	lifeline, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("start the reaper: %v", err)
	}
	t.Cleanup(func() {
		_ = lifeline.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("workers were left behind: %v", err)
		}
	})
}

// reap waits for the end of the process that has the other end of the standard input.
// When that was killed, the control plane may go on for a moment; its directory is of no
// use any more. The status is 1 when there was something left to end.
func reap(dir string) {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	parent := os.Getppid()
	_, _ = io.Copy(io.Discard, os.Stdin)
	left := killWorkers(dir)
	if os.Getppid() != parent {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for range 20 {
			<-tick.C
			left += killWorkers(dir)
		}
		_ = os.RemoveAll(filepath.Dir(dir)) // of this test alone, see [testing.T.TempDir]
	}
	if left > 0 {
		os.Exit(1)
	}
}

// killWorkers kills the workers below a directory and returns how many there were.
func killWorkers(dir string) int {
	pids := workerPIDs(dir)
	for _, pid := range pids {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
	return len(pids)
}

// workerPIDs returns the processes of the workers below a directory. There are none on
// systems without /proc.
func workerPIDs(dir string) (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(text, []byte("MILLRACE_WORKER="+dir+"/")) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
