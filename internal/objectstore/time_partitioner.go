package objectstore

import (
	"errors"
	"strings"
	"time"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/internal/java/dateformat"
)

// Clock says how the time of a record becomes a path.
type Clock struct {
	Duration time.Duration // length of a partition
	Format   string        // Joda-Time pattern
	Language string        // of month and day names
	Zone     *time.Location
}

// TimePartitioner partitions by time.
type TimePartitioner struct {
	clock     Clock
	extractor string
	format    *dateformat.Joda

	bucket int64 // start of the last partition, and its text
	text   []byte
}

// NewTimePartitioner returns a partitioner by time. extractor is named in errors.
func NewTimePartitioner(c Clock, extractor Extractor) (*TimePartitioner, error) {
	format, err := dateformat.CompileJoda(c.Format)
	if err != nil {
		return nil, err
	}
	return &TimePartitioner{clock: c, extractor: extractor.Name(), format: format}, nil
}

// Append appends the formatted start of the period that the time falls into.
func (p *TimePartitioner) Append(dst []byte, r *connect.Record, timestamp int64) ([]byte, error) {
	if timestamp == connect.NoTimestamp {
		return dst, &PartitionError{
			Msg: "Unable to determine timestamp using timestamp.extractor " + p.extractor + " for record: " + r.String(),
			Err: errors.New("the record has no timestamp"),
		}
	}
	period := p.clock.Duration.Milliseconds()
	if period == 0 {
		return dst, &connect.Error{Msg: "/ by zero", Err: errors.New("partition.duration.ms must be positive")}
	}
	// As Java: the division rounds to zero, so before 1970 up.
	bucket := toUTC(p.clock.Zone, toLocal(p.clock.Zone, timestamp)/period*period)
	if p.text == nil || bucket != p.bucket {
		p.bucket, p.text = bucket, p.format.Append(p.text[:0], bucket, p.clock.Zone, p.clock.Language)
	}
	return append(dst, p.text...), nil
}

// HourlyFormat is the path of HourlyPartitioner.
func HourlyFormat(directory string) string {
	return DailyFormat(directory) + directory + "'hour'=HH"
}

// DailyFormat is the path of DailyPartitioner.
func DailyFormat(directory string) string {
	return strings.Join([]string{"'year'=YYYY", "'month'=MM", "'day'=dd"}, directory)
}

func zoneOffset(zone *time.Location, ms int64) int64 {
	_, seconds := time.UnixMilli(ms).In(zone).Zone()
	return int64(seconds) * 1000
}

// toLocal is DateTimeZone.convertUTCToLocal.
func toLocal(zone *time.Location, ms int64) int64 { return ms + zoneOffset(zone, ms) }

// toUTC is DateTimeZone.convertLocalToUTC: of an hour that occurs twice it takes
// the later one, and one that does not occur it moves forward.
func toUTC(zone *time.Location, local int64) int64 {
	guess := zoneOffset(zone, local)
	offset := zoneOffset(zone, local-guess)
	if guess != offset && guess < 0 && transition(zone, local-guess) != transition(zone, local-offset) {
		offset = guess
	}
	return local - offset
}

// transition returns when the offset changes next.
func transition(zone *time.Location, ms int64) int64 {
	_, end := time.UnixMilli(ms).In(zone).ZoneBounds()
	if end.IsZero() {
		return 1<<63 - 1
	}
	return end.UnixMilli()
}
