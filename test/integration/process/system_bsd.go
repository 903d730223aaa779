//go:build unix && !linux

package process

import "syscall"

const diesWithParent = false

// attributes put a child into a process group of its own. Only Linux can kill it
// when this process dies without cleaning up.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
