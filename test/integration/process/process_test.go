//go:build unix

package process

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// grandchildEnv makes the test binary start the shell script in it and wait to be
// killed.
const grandchildEnv = "MILLRACE_TEST_GRANDCHILD"

func TestMain(m *testing.M) {
	if script := os.Getenv(grandchildEnv); script != "" {
		cmd := shell(script)
		cmd.Stdout = os.Stdout
		if _, err := Start(cmd); err != nil {
			panic(err)
		}
		select {}
	}
	os.Exit(m.Run())
}

func shell(script string) *exec.Cmd { return exec.Command("/bin/sh", "-c", script) }

// startReady starts a script and waits for its first line of output.
func startReady(t *testing.T, script string) *Process {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	cmd := shell(script)
	cmd.Stdout = in
	p, err := Start(cmd)
	if err := errors.Join(err, in.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	awaitLine(t, out)
	return p
}

func awaitLine(t *testing.T, r *os.File) {
	t.Helper()
	if err := r.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 64)); err != nil {
		t.Fatalf("wait for the program's output: %v", err)
	}
}

func TestStop(t *testing.T) {
	for name, tc := range map[string]struct {
		script string
		grace  time.Duration
		clean  bool
	}{
		"ends when asked": {`trap 'exit 0' TERM; echo; while :; do sleep 0.01; done`, time.Minute, true},
		"must be killed":  {`trap '' TERM; echo; while :; do sleep 0.01; done`, 20 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := startReady(t, tc.script)
			clean, err := p.Stop(tc.grace)
			if clean != tc.clean || err != nil {
				t.Errorf("Stop = %v, %v, want %v", clean, err, tc.clean)
			}
			if (p.Err() == nil) != tc.clean {
				t.Errorf("the program ended with %v", p.Err())
			}
			if clean, err := p.Stop(0); !clean || err != nil {
				t.Errorf("second Stop = %v, %v", clean, err)
			}
			if err := syscall.Kill(p.PID(), 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("process %d: %v, want %v", p.PID(), err, syscall.ESRCH)
			}
		})
	}
}

func TestStartFails(t *testing.T) {
	if _, err := Start(exec.Command("/bin/sh-absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want %v", err, os.ErrNotExist)
	}
}

func TestDiesWithParent(t *testing.T) {
	if !diesWithParent {
		t.Skip("this system has no parent-death signal")
	}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), grandchildEnv+"=echo; exec sleep 600")
	parent.Stdout = in
	if err := errors.Join(parent.Start(), in.Close()); err != nil {
		t.Fatal(err)
	}
	awaitLine(t, out)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed: always an error
	// The end of the pipe comes when the grandchild, its last holder, is gone.
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Errorf("the program outlives its parent: %v", err)
	}
}
