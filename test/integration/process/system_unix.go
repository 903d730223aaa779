//go:build unix

package process

import (
	"errors"
	"syscall"
)

// signalGroup signals the process group that pid leads; a group that has ended
// is no error.
func signalGroup(pid int, sig syscall.Signal) error {
	err := syscall.Kill(-pid, sig)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
