//go:build !unix

package jvm

import (
	"errors"
	"os"
)

func lockFile(*os.File) error { return errors.ErrUnsupported }
