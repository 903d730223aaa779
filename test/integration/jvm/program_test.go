//go:build unix

package jvm

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// script writes a shell script that stands for the java command.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "java")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
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
