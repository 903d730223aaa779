package objectstore

import (
	"time"

	"github.com/millrace/millrace/connect"
)

// Extractor says at which time a record belongs. It belongs to one task.
type Extractor interface {
	// Extract returns milliseconds since the epoch, connect.NoTimestamp when the
	// record has none. An error fails the task.
	Extract(r *connect.Record) (int64, error)
	// Name is what error texts call it.
	Name() string
}

const extractorClass = "io.confluent.connect.storage.partitioner.TimeBasedPartitioner$"

// WallclockExtractor takes the time of processing.
type WallclockExtractor struct{}

// Extract returns the current time.
func (WallclockExtractor) Extract(*connect.Record) (int64, error) { return time.Now().UnixMilli(), nil }

// Name returns the class of the Java connector.
func (WallclockExtractor) Name() string { return extractorClass + "WallclockTimestampExtractor" }

// RecordExtractor takes the timestamp of the record.
type RecordExtractor struct{}

// Extract returns the record's timestamp.
func (RecordExtractor) Extract(r *connect.Record) (int64, error) { return r.Timestamp, nil }

// Name returns the class of the Java connector.
func (RecordExtractor) Name() string { return extractorClass + "RecordTimestampExtractor" }
