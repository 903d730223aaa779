package logship

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/firehose/types"
)

// deliveryStream delivers a record a line, each with its end of line.
type deliveryStream struct {
	client *firehose.Client
	name   string
}

func (d *deliveryStream) limits() limits {
	return limits{bytes: 4 << 20, lines: 500, line: eventBytes, overhead: 1, every: 5 * time.Second}
}

func (d *deliveryStream) send(ctx context.Context, b batch) (outcome, error) {
	in := &firehose.PutRecordBatchInput{DeliveryStreamName: aws.String(d.name)}
	for _, l := range b.lines {
		in.Records = append(in.Records, types.Record{Data: append([]byte(l.text), '\n')})
	}
	out, err := d.client.PutRecordBatch(ctx, in)
	if err != nil {
		return outcome{left: b.lines}, err
	}
	if aws.ToInt32(out.FailedPutCount) == 0 {
		return outcome{}, nil
	}
	var left []line
	code := "unknown"
	for i, r := range out.RequestResponses {
		if r.ErrorCode != nil && i < len(b.lines) {
			left, code = append(left, b.lines[i]), *r.ErrorCode
		}
	}
	if left == nil {
		left = b.lines
	}
	return outcome{left: left}, &partialError{len(left), len(b.lines), code}
}

// partialError says that a delivery stream accepted some records only. It passes.
type partialError struct {
	left, all int
	code      string
}

func (e *partialError) Error() string {
	return fmt.Sprintf("%d of %d records were not accepted: %s", e.left, e.all, e.code)
}
