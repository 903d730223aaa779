package process

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Process is a started program. Its methods may be called concurrently.
type Process struct {
	pid    int
	exited chan struct{}
	err    error // set before exited is closed
}

// Start starts cmd in a process group of its own; it sets cmd.SysProcAttr. The
// caller must end the process with Stop or Kill.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = attributes()
	started := make(chan error)
	p := &Process{exited: make(chan struct{})}
	go p.run(cmd, started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
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
