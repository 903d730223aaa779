package jvm

import "syscall"

const diesWithParent = true

// procAttr puts a child into a process group of its own, so that a terminal's
// interrupt does not reach it before the test has ended, and has the kernel kill
// it when this process dies.
func procAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
