//go:build !linux

package fleet

import (
	"context"
	"os"
	"syscall"
	"time"
)

// adoptable says that workers cannot live on without the driver: here nobody could say
// later that a process is still the one it was. So Close stops them.
const adoptable = false

// identity is only good for as long as the process is a child of this one.
type identity struct {
	PID int
}

func identify(pid int) (identity, error) { return identity{pid}, nil }

// alive is true for a process that may be ours, as one of an earlier driver.
func (id identity) alive() bool {
	if id.PID <= 0 {
		return false
	}
	p, err := os.FindProcess(id.PID)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

func attributes(*cgroup) *syscall.SysProcAttr { return nil }

// wait blocks until the process has ended, also when ctx ends before.
func (p *process) wait(context.Context) error {
	state, err := p.handle.Wait()
	p.child, p.end = false, describe(state, err)
	return nil
}

func reap(int) {}

type marked struct {
	identity
	session int
	dir     string
}

func (m marked) leads() bool { return false }

// findMarked finds nothing: here the environment of other processes is not to be had.
func findMarked(string) ([]marked, error) { return nil, nil }

type spent struct {
	cpu    time.Duration
	memory int64
}

// spentBySession measures nothing here.
func spentBySession() (map[int]spent, error) { return nil, nil }
