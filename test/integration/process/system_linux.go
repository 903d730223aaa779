package process

import "syscall"

const diesWithParent = true

// attributes put a child into a process group of its own, so that a terminal's
// interrupt does not reach it before the test has ended, and have the kernel kill
// it when this process dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
