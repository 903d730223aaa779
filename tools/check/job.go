package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// job is a stage under way.
type job struct {
	ctx      context.Context
	progress *progress
	skipped  string // set by a stage that cannot run here
	cpu      time.Duration
}

// command runs a command and shows what it says. It returns the number of lines
// that it said.
func (j *job) command(name string, args ...string) (lines int, err error) {
	j.progress.command(name, args)
	before := j.progress.count()
	c := exec.CommandContext(j.ctx, name, args...)
	c.Stdout, c.Stderr = j.progress, j.progress
	c.Env = append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" "+unguided))
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	err = c.Run()
	if c.ProcessState != nil {
		j.cpu += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	}
	if j.ctx.Err() != nil {
		err = j.ctx.Err()
	}
	return j.progress.count() - before, err
}

// unguided leaves cmd/millrace/default.pgo aside: with it every package that the command
// needs is compiled a second time.
const unguided = "-pgo=off"

// output returns what a command prints.
func output(name string, args ...string) (string, error) {
	var errText bytes.Buffer
	c := exec.Command(name, args...)
	c.Stderr = &errText
	out, err := c.Output()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, args[0], err, strings.TrimSpace(errText.String()))
	}
	return string(out), err
}

func listPackages(patterns ...string) ([]string, error) {
	out, err := output("go", append([]string{"list"}, patterns...)...)
	return strings.Fields(out), err
}
