package logship

import (
	"context"
	"errors"
	"fmt"
)

// Kind is a kind of destination.
type Kind string

// The kinds of destinations.
const (
	CloudWatch Kind = "cloudwatch" // a log group of CloudWatch Logs
	S3         Kind = "s3"         // a bucket
	Firehose   Kind = "firehose"   // a delivery stream
)

// Destination is where lines go.
type Destination struct {
	Kind Kind
	// Name is that of the log group, which must exist, the bucket or the delivery stream.
	Name string
	// Prefix is what the keys of objects begin with, S3 only. It is taken as a folder.
	Prefix string
}

// batch is what is delivered at once.
type batch struct {
	lines []line
	id    string // of its place in the log, for names
}

// outcome is what became of a batch. What was not accepted is left, in order; refused
// lines will never be accepted.
type outcome struct {
	left    []line
	refused int
}

// outlet is the way to a destination.
type outlet interface {
	limits() limits
	// send delivers a batch. With an error, what is left may be sent again.
	send(ctx context.Context, b batch) (outcome, error)
}

func (s *Services) outlet(src Source, d Destination) (outlet, error) {
	if d.Name == "" {
		return nil, errors.New("the destination of a log has no name")
	}
	switch d.Kind {
	case CloudWatch:
		return &logGroup{client: s.logs, group: d.Name, stream: src.name()}, nil
	case S3:
		return &bucket{client: s.s3, bucket: d.Name, folder: folder(d.Prefix) + src.name() + "/"}, nil
	case Firehose:
		return &deliveryStream{client: s.firehose, name: d.Name}, nil
	}
	return nil, fmt.Errorf("%q is no kind of destination for logs", d.Kind)
}
