// Package transform is what a single message transformation or a predicate
// implements.
//
// Floor 1. Connect: org.apache.kafka.connect.transforms.
package transform

import "github.com/millrace/millrace/connect"

// Transformation changes records, one at a time. An instance belongs to one task
// and is called from one goroutine; when it also has Close() error, that is called
// at the task's end.
type Transformation interface {
	// Apply changes r, or returns false to drop it. It may replace what r refers to
	// but not write into it: keys, values and headers can be shared with others. On an
	// error r is as it was, and is left to the connector's error tolerance: Apply may
	// be called again with it.
	Apply(r *connect.Record) (keep bool, err error)
}

// Predicate decides which records a transformation is applied to. The rules of
// Transformation hold.
type Predicate interface {
	Test(r *connect.Record) (bool, error)
}
