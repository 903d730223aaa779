package protodata

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/connect/data"
)

// FieldError is what is wrong with one field.
type FieldError struct {
	Field string // names of the fields that lead to it, with dots between
	Err   error
}

// Error names the field and what is wrong with it.
func (e *FieldError) Error() string { return "field " + e.Field + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *FieldError) Unwrap() error { return e.Err }

// within adds a field to the way that leads to an error.
func within(field string, err error) error {
	var e *FieldError
	if errors.As(err, &e) {
		return &FieldError{field + "." + e.Field, e.Err}
	}
	return &FieldError{field, err}
}

// outward makes an error of the data model, which has a text that users know, one
// that still is of the data model; the way to the field becomes its cause.
func outward(err error) error {
	var e *FieldError
	var broken *data.Error
	if errors.As(err, &e) && errors.As(e.Err, &broken) {
		where := fmt.Errorf("in field %s", e.Field)
		if cause := broken.Unwrap(); cause != nil {
			where = fmt.Errorf("in field %s: %w", e.Field, cause)
		}
		return broken.Because(where)
	}
	return err
}

func invalid(s *data.Schema, v any) error {
	return data.Errorf("Invalid type for %s: class %s", s.Type(), data.ClassName(v))
}
