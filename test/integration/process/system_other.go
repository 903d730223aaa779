//go:build !unix

package process

import (
	"errors"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return nil }

func signalGroup(int, syscall.Signal) error { return errors.ErrUnsupported }
