package operate

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/store"
)

// noSpace reports whether something could not be done because the disk is full. It is no
// failure of an operation, which waits for space.
func noSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// unwritten turns the store's word for a change that is not on the disk into the API's.
func unwritten(err error) error {
	if !errors.Is(err, store.ErrNotWritten) {
		return err
	}
	text := "the control plane cannot write to its disk; see its log, mend the disk and try again"
	if noSpace(err) {
		text = "the disk of the control plane is full; free some space in its data directory's file system and try again"
	}
	return fmt.Errorf("%w: %w", &model.Error{Code: model.CodeServiceUnavailable, Message: text + "; what is there can be read meanwhile"}, err)
}
