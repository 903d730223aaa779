package objectstore

import (
	"errors"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// PartitionError says that a record has no place: its partition cannot be encoded.
// It is reported to the dead letter queue when there is one.
type PartitionError struct {
	Msg string
	Err error
}

// Error returns the text without its cause.
func (e *PartitionError) Error() string { return e.Msg }

// Unwrap returns the cause.
func (e *PartitionError) Unwrap() error { return e.Err }

// JavaClass returns the class that users of Connect know the error by.
func (e *PartitionError) JavaClass() string {
	return "io.confluent.connect.storage.errors.PartitionException"
}

// Texts that users of the Java connector search for.
const (
	nullNotWritable = "Null valued records are not writeable with current behavior.on.null.values 'settings."
	nullSkipped     = "Skipping null value record."
	noKeyWriter     = "Key Writer must be configured when writing tombstone records is enabled."
	noEncoding      = "Error encoding partition."
	dataException   = "org.apache.kafka.connect.errors.DataException: "
)

// unwritable is an error from elsewhere that says of itself whether a record is to
// blame: its schema or value cannot be written in the format.
type unwritable interface {
	error
	Unwritable() bool
}

// reportable tells whether a record that could not be written for this reason goes
// to the dead letter queue.
func reportable(err error) bool {
	var u unwritable
	if errors.As(err, &u) && u.Unwritable() {
		return true
	}
	var e *data.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Kind == data.Invalid || e.Kind == data.BadSchema
}

// fatal is the error of a task that nobody takes the record from.
func fatal(err error) error {
	if !reportable(err) {
		return err
	}
	class := dataException
	var named interface{ JavaClass() string }
	if errors.As(err, &named) {
		class = named.JavaClass() + ": "
	}
	return &connect.Error{Msg: class + err.Error(), Err: err}
}
