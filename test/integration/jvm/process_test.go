//go:build unix

package jvm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// grandchildEnv makes the test binary start the program it names and wait to be
// killed.
const grandchildEnv = "MILLRACE_TEST_JVM_GRANDCHILD"

func TestMain(m *testing.M) {
	if java := os.Getenv(grandchildEnv); java != "" {
		if _, err := (Program{Java: java, Output: os.Stdout}).Start(); err != nil {
			panic(err)
		}
		select {}
	}
	os.Exit(m.Run())
}

// script writes a shell script that stands for the java command.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "java")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// startReady starts a script and waits for its first line of output.
func startReady(t *testing.T, body string) *Process {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	proc, err := Program{Java: script(t, body), Output: in}.Start()
	if err := errors.Join(err, in.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proc.Kill() })
	awaitLine(t, out)
	return proc
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

func TestRun(t *testing.T) {
	var out bytes.Buffer
	p := Program{
		Java: script(t, `echo "$@"`), Jars: []string{"a", "b"}, Options: []string{"-Xmx1m"},
		Class: "org.example.Main", Args: []string{"one", "two"}, Output: &out,
	}
	if err := p.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(out.String()), "-cp a/*:b/* -Xmx1m org.example.Main one two"; got != want {
		t.Errorf("java was called with %q, want %q", got, want)
	}
	var exit *exec.ExitError
	if err := (Program{Java: script(t, "exit 3")}).Run(t.Context()); !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("error %v, want status 3", err)
	}
	if err := (Program{Java: script(t, "exit") + "-absent"}).Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want %v", err, os.ErrNotExist)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := (Program{Java: script(t, "exec sleep 60")}).Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestStop(t *testing.T) {
	for name, tc := range map[string]struct {
		body  string
		grace time.Duration
		clean bool
	}{
		"ends when asked": {`trap 'exit 0' TERM; echo; while :; do sleep 0.01; done`, time.Minute, true},
		"must be killed":  {`trap '' TERM; echo; while :; do sleep 0.01; done`, 20 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			proc := startReady(t, tc.body)
			clean, err := proc.Stop(tc.grace)
			if clean != tc.clean || err != nil {
				t.Errorf("Stop = %v, %v, want %v", clean, err, tc.clean)
			}
			if (proc.Err() == nil) != tc.clean {
				t.Errorf("the program ended with %v", proc.Err())
			}
			if clean, err := proc.Stop(0); !clean || err != nil {
				t.Errorf("second Stop = %v, %v", clean, err)
			}
			if err := syscall.Kill(proc.PID(), 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("process %d: %v, want %v", proc.PID(), err, syscall.ESRCH)
			}
		})
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
	parent.Env = append(os.Environ(), grandchildEnv+"="+script(t, "echo; exec sleep 600"))
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
