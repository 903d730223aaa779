//go:build unix && !linux

package jvm

import "syscall"

const diesWithParent = false

// procAttr puts a child into a process group of its own. Only Linux can kill it
// when this process dies without cleaning up.
func procAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
