package devbroker

import "errors"

// ErrInUse says that another process has the data directory open.
var ErrInUse = errors.New("in use by another process")
