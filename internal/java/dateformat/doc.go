// Package dateformat prints and reads dates by the patterns of the two Java
// libraries that Kafka Connect configurations use: SimpleDateFormat
// (TimestampConverter, TimestampRouter; UTC and en_US) and Joda-Time
// (path.format and timestamp fields of the S3 sink). The two give different
// meanings to the same letters: Y is the week year in the one and the year of
// era in the other.
//
// Patterns are compiled once and are safe for concurrent use; a Formatter, which
// remembers the time zone that a text named, is not.
//
// Floor 0. Connect: java.text.SimpleDateFormat, org.joda.time.format.DateTimeFormat.
package dateformat

// ArgumentError is java.lang.IllegalArgumentException, with Java's text.
type ArgumentError struct {
	Message string
}

// Error returns Java's text.
func (e *ArgumentError) Error() string { return e.Message }
