package jvm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"github.com/millrace/millrace/test/integration/process"
)

// Program is a Java main class with all that its process gets.
type Program struct {
	Java    string    // path of the java command
	Jars    []string  // directories whose jars form the class path, first one first
	Options []string  // for the virtual machine: -Xmx512m, -Dname=value
	Class   string    // main class
	Args    []string  // for the main class
	Dir     string    // working directory
	Output  io.Writer // standard output and error; an *os.File is handed to the process itself
}

// Run runs the program to its end. A program that ends with another status than
// 0, or that ctx ends, is an error.
func (p Program) Run(ctx context.Context) error {
	proc, err := p.Start()
	if err != nil {
		return err
	}
	select {
	case <-proc.Exited():
		return proc.Err()
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("run %s: %w", p.Class, ctx.Err()), proc.Kill())
	}
}

// Start starts the program. The caller must end it with Stop or Kill.
func (p Program) Start() (*process.Process, error) {
	proc, err := process.Start(p.command())
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Class, err)
	}
	return proc, nil
}

func (p Program) command() *exec.Cmd {
	args := p.CommandLine()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, p.Output, p.Output
	return cmd
}

// CommandLine returns the command that Start runs.
func (p Program) CommandLine() []string {
	path := ""
	for i, dir := range p.Jars {
		if i > 0 {
			path += string(filepath.ListSeparator)
		}
		path += filepath.Join(dir, "*")
	}
	args := append([]string{p.Java, "-cp", path}, p.Options...)
	return append(append(args, p.Class), p.Args...)
}
