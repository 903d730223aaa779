package logship

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// What CloudWatch Logs accepts at once.
const (
	eventBytes    = 256 << 10
	eventOverhead = 26
	maxSpan       = 24*time.Hour - time.Second
)

// logGroup delivers to a log stream, which it makes.
type logGroup struct {
	client        *cloudwatchlogs.Client
	group, stream string
}

func (g *logGroup) limits() limits {
	return limits{bytes: 1 << 20, lines: 10_000, line: eventBytes - eventOverhead, overhead: eventOverhead, every: 5 * time.Second}
}

func (g *logGroup) send(ctx context.Context, b batch) (outcome, error) {
	o := outcome{left: slices.Clone(b.lines)}
	// Lines of different goroutines may be out of order by a little.
	slices.SortStableFunc(o.left, func(a, b line) int { return a.time.Compare(b.time) })
	for len(o.left) > 0 {
		n := span(o.left)
		refused, err := g.put(ctx, o.left[:n])
		if err != nil {
			return o, err
		}
		o.left, o.refused = o.left[n:], o.refused+refused
	}
	return o, nil
}

// span returns how many of the lines are of one day.
func span(lines []line) int {
	for i, l := range lines {
		if l.time.Sub(lines[0].time) > maxSpan {
			return i
		}
	}
	return len(lines)
}

func (g *logGroup) put(ctx context.Context, lines []line) (refused int, err error) {
	in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(g.group), LogStreamName: aws.String(g.stream)}
	for _, l := range lines {
		in.LogEvents = append(in.LogEvents, types.InputLogEvent{Message: aws.String(l.text), Timestamp: aws.Int64(l.time.UnixMilli())})
	}
	out, err := g.client.PutLogEvents(ctx, in)
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		if err = g.create(ctx); err == nil {
			out, err = g.client.PutLogEvents(ctx, in)
		}
	}
	if err != nil {
		return 0, err
	}
	return rejected(out.RejectedLogEventsInfo, len(lines)), nil
}

func (g *logGroup) create(ctx context.Context) error {
	_, err := g.client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(g.group), LogStreamName: aws.String(g.stream)})
	var there *types.ResourceAlreadyExistsException
	if errors.As(err, &there) {
		return nil
	}
	return err
}

// rejected counts the lines that are too old, at the beginning, and too new, at the end.
func rejected(info *types.RejectedLogEventsInfo, n int) int {
	if info == nil {
		return 0
	}
	from := max(aws.ToInt32(info.TooOldLogEventEndIndex), aws.ToInt32(info.ExpiredLogEventEndIndex), 0)
	to := n
	if info.TooNewLogEventStartIndex != nil {
		to = min(n, int(*info.TooNewLogEventStartIndex))
	}
	return min(n, n-max(to-int(from), 0))
}
