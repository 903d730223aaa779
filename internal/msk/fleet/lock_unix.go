//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package fleet

import (
	"os"
	"syscall"
)

// lockFile takes the lock that goes with the process and does not wait for it.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
