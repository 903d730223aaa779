package transforms

import (
	"math"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/internal/java/dateformat"
)

// timestampForm is a way to represent a timestamp.
type timestampForm uint8

const (
	textForm timestampForm = iota
	unixForm
	dateForm
	timeForm
	instantForm
)

func formNamed(name string) timestampForm {
	switch name {
	case "unix":
		return unixForm
	case "Date":
		return dateForm
	case "Time":
		return timeForm
	case "Timestamp":
		return instantForm
	}
	return textForm
}

// builder starts the schema of a form.
func (f timestampForm) builder() *data.Builder {
	switch f {
	case unixForm:
		return data.NewBuilder(data.Int64)
	case dateForm:
		return data.NewDateSchema()
	case timeForm:
		return data.NewTimeSchema()
	case instantForm:
		return data.NewTimestampSchema()
	}
	return data.NewBuilder(data.String)
}

// formOf returns the form that a schema describes.
func formOf(s *data.Schema) (timestampForm, error) {
	switch s.Name() {
	case data.TimestampName:
		return instantForm, nil
	case data.DateName:
		return dateForm, nil
	case data.TimeName:
		return timeForm, nil
	}
	switch s.Type() {
	case data.String:
		return textForm, nil
	case data.Int64:
		return unixForm, nil
	}
	return 0, &connect.Error{Msg: "Schema " + s.String() + " does not correspond to a known timestamp type format"}
}

// formOfValue returns the form of a value without schema.
func formOfValue(v any) (timestampForm, error) {
	switch v.(type) {
	case data.Instant:
		return instantForm, nil
	case int64:
		return unixForm, nil
	case string:
		return textForm, nil
	}
	return 0, data.Errorf("TimestampConverter does not support class %s objects as timestamps", data.ClassName(v))
}

// clock reads and writes timestamps. format is nil when the pattern is empty. As in
// Connect one formatter serves all records, so a time zone that one of them names
// is in effect for the next.
type clock struct {
	pattern string
	format  *dateformat.Formatter
	unit    unixUnit
	written []byte          // the text of the last timestamp
	texts   strings.Builder // the texts written last, which share its memory
}

func (c *clock) read(form timestampForm, v any) (data.Instant, error) {
	switch form {
	case textForm:
		if s, ok := v.(string); ok {
			return c.parse(s)
		}
		return 0, data.Errorf("Expected string timestamp to be a String, but found class %s", data.ClassName(v))
	case unixForm:
		if n, ok := v.(int64); ok {
			return c.unit.instant(n), nil
		}
		return 0, data.Errorf("Expected Unix timestamp to be a Long, but found class %s", data.ClassName(v))
	}
	if i, ok := v.(data.Instant); ok {
		return i, nil
	}
	name := map[timestampForm]string{dateForm: "Date", timeForm: "Time", instantForm: "Timestamp"}[form]
	return 0, data.Errorf("Expected %s to be a java.util.Date, but found class %s", name, data.ClassName(v))
}

func (c *clock) parse(s string) (data.Instant, error) {
	if c.format == nil {
		return 0, data.Fail(data.NullValue, "a string timestamp cannot be read because format is not set")
	}
	ms, err := c.format.Parse(s)
	if err != nil {
		return 0, data.Errorf("Could not parse timestamp: value (%s) does not match pattern (%s)", s, c.pattern).Because(err)
	}
	return data.Instant(ms), nil
}

func (c *clock) write(form timestampForm, i data.Instant) any {
	switch form {
	case textForm:
		return c.print(i)
	case unixForm:
		return c.unit.count(i)
	case dateForm:
		return i - timeOfDay(i)
	case timeForm:
		return timeOfDay(i)
	}
	return i
}

// print writes texts one behind the other, so that few of them cost an allocation.
func (c *clock) print(i data.Instant) string {
	const many = 2 << 10
	c.written = c.format.Append(c.written[:0], int64(i))
	if c.texts.Cap()-c.texts.Len() < len(c.written) {
		c.texts = strings.Builder{}
		c.texts.Grow(max(many, len(c.written)))
	}
	start := c.texts.Len()
	c.texts.Write(c.written)
	return c.texts.String()[start:]
}

const dayMillis = 24 * 60 * 60 * 1000

// timeOfDay is never negative.
func timeOfDay(i data.Instant) data.Instant {
	ms := i % dayMillis
	if ms < 0 {
		ms += dayMillis
	}
	return ms
}

// unixUnit is what a unix timestamp counts: so many units make a millisecond when
// positive, and so many milliseconds make a unit when negative.
type unixUnit int64

func unitNamed(name string) unixUnit {
	switch name {
	case "seconds":
		return -1000
	case "microseconds":
		return 1000
	case "nanoseconds":
		return 1000 * 1000
	}
	return 1
}

func (u unixUnit) instant(n int64) data.Instant {
	if u < 0 {
		return data.Instant(saturate(n, int64(-u)))
	}
	return data.Instant(n / int64(u))
}

func (u unixUnit) count(i data.Instant) int64 {
	if u < 0 {
		return int64(i) / int64(-u)
	}
	return saturate(int64(i), int64(u))
}

// saturate multiplies as java.util.concurrent.TimeUnit does: what does not fit
// becomes the largest or smallest number. factor is positive.
func saturate(n, factor int64) int64 {
	switch {
	case n > math.MaxInt64/factor:
		return math.MaxInt64
	case n < math.MinInt64/factor:
		return math.MinInt64
	}
	return n * factor
}
