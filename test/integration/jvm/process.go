package jvm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
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

// Process is a started Program. Its methods may be called concurrently.
type Process struct {
	pid    int
	exited chan struct{}
	err    error // set before exited is closed
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
func (p Program) Start() (*Process, error) {
	started := make(chan error)
	proc := &Process{exited: make(chan struct{})}
	go proc.run(p.command(), started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Class, err)
	}
	return proc, nil
}

func (p Program) command() *exec.Cmd {
	path := ""
	for i, dir := range p.Jars {
		if i > 0 {
			path += string(filepath.ListSeparator)
		}
		path += filepath.Join(dir, "*")
	}
	args := append([]string{"-cp", path}, p.Options...)
	args = append(append(args, p.Class), p.Args...)
	cmd := exec.Command(p.Java, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, p.Output, p.Output
	cmd.SysProcAttr = procAttr()
	return cmd
}

// run starts cmd and waits for it.
func (p *Process) run(cmd *exec.Cmd, started chan<- error) {
	// The kernel's parent-death signal follows the thread that started the child,
	// so this thread must live as long as the child.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	if err == nil {
		p.pid = cmd.Process.Pid
	}
	started <- err
	if err == nil {
		p.err = cmd.Wait()
		close(p.exited)
	}
}

// PID returns the process id, which is also that of its process group.
func (p *Process) PID() int { return p.pid }

// Exited returns a channel that is closed when the process has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Err returns why the process ended, nil for status 0. It blocks until the
// process has ended.
func (p *Process) Err() error {
	<-p.exited
	return p.err
}

// Stop asks the process to end (SIGTERM), kills it when grace has passed, and
// returns when it is gone. It reports whether the process ended of itself.
func (p *Process) Stop(grace time.Duration) (clean bool, err error) {
	if p.ended() {
		return true, nil
	}
	if err := p.signal(syscall.SIGTERM); err != nil {
		return false, errors.Join(err, p.Kill())
	}
	select {
	case <-p.exited:
		return true, nil
	case <-time.After(grace):
		return false, p.Kill()
	}
}

// Kill ends the process and its process group at once (SIGKILL) and returns when
// it is gone.
func (p *Process) Kill() error {
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.exited
	return nil
}

// signal does nothing to a process that has ended, whose id may be another's.
func (p *Process) signal(sig syscall.Signal) error {
	if p.ended() {
		return nil
	}
	if err := signalGroup(p.pid, sig); err != nil {
		return fmt.Errorf("signal process %d: %w", p.pid, err)
	}
	return nil
}

func (p *Process) ended() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}
