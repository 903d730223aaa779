package connect_test

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// lineNumber is an offset that makes its fields only when it is stored.
type lineNumber int64

func (n lineNumber) Fields() connect.Fields { return connect.Fields{"line": int64(n)} }

// A source task makes one SourcePartition for each part of the outside world, and
// shares it among the records that come from there.
func ExampleRecord() {
	file := connect.NewSourcePartition(connect.Fields{"file": "in.txt"})
	for i, line := range []string{"one", "two"} {
		r := connect.Record{
			Topic: "lines", Partition: connect.NoPartition, Timestamp: connect.NoTimestamp,
			ValueSchema: data.StringSchema, Value: line,
			Source: file, SourceOffset: lineNumber(i + 1),
		}
		fmt.Println(r.Value, "from", r.Source, "at", r.SourceOffset.Fields())
	}
	// Output:
	// one from {file=in.txt} at {line=1}
	// two from {file=in.txt} at {line=2}
}

// Names of headers may repeat. A change through a method leaves copies as they are.
func ExampleHeaders() {
	var h connect.Headers
	for _, id := range []string{"a", "b"} {
		if err := h.Add("trace", data.StringSchema, id); err != nil {
			fmt.Println(err)
		}
	}
	before := h
	h.RetainLatest()
	last, _ := before.Last("trace")
	fmt.Println(len(before), len(h), last.Value)
	// Output: 2 1 b
}

// A value must suit the schema of its header.
func ExampleHeaders_Add() {
	var h connect.Headers
	fmt.Println(h.Add("size", data.Int64Schema, "large"))
	// Output: The value large is not compatible with the schema Schema{INT64}
}

// Retriable errors make the host call again; they keep their cause.
func ExampleRetriable() {
	errBusy := errors.New("server is busy")
	err := fmt.Errorf("write batch: %w", connect.Retriable(errBusy))
	fmt.Println(err, connect.IsRetriable(err), errors.Is(err, errBusy))
	fmt.Println(connect.IsRetriable(errBusy), connect.Retriable(nil) == nil)
	// Output:
	// write batch: server is busy true true
	// false true
}
