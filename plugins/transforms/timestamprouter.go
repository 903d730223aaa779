package transforms

import (
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/data"
	"github.com/millrace/millrace/connect/transform"
	"github.com/millrace/millrace/internal/java/dateformat"
)

const (
	timestampRouterTopic   = "topic.format"
	timestampRouterPattern = "timestamp.format"
)

func timestampRouterConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: timestampRouterTopic, Type: config.StringType, Default: "${topic}-${timestamp}", Importance: config.High,
			Doc: "The new topic; ${topic} and ${timestamp} stand for the record's own.",
		},
		config.Key{
			Name: timestampRouterPattern, Type: config.StringType, Default: "yyyyMMdd", Importance: config.High,
			Doc: "How the timestamp is written, as a pattern of Java's SimpleDateFormat in UTC.",
		},
	)
}

// timestampRouter names topics after the records' timestamps. The last topic it
// made is remembered, because most records of a run go to the same one.
type timestampRouter struct {
	template string
	pattern  string
	format   *dateformat.Simple
	written  []byte // the timestamp of this record
	last     struct{ topic, timestamp, result string }
}

func newTimestampRouter(v *config.Values) (transform.Transformation, error) {
	return keeper{&timestampRouter{template: v.String(timestampRouterTopic), pattern: v.String(timestampRouterPattern)}}, nil
}

func (t *timestampRouter) Apply(r *connect.Record) (bool, error) {
	if r.Timestamp == connect.NoTimestamp {
		return true, data.Errorf("Timestamp missing on record: %s", r)
	}
	if t.format == nil {
		// As TimestampRouter: a wrong pattern shows at the first record.
		format, err := dateformat.CompileSimple(t.pattern)
		if err != nil {
			return true, data.Fail(data.BadArgument, "%s", err.Error())
		}
		t.format = format
	}
	t.written = t.format.Append(t.written[:0], r.Timestamp)
	if t.last.result == "" || t.last.topic != r.Topic || t.last.timestamp != string(t.written) {
		t.last.topic, t.last.timestamp = r.Topic, string(t.written)
		topic := strings.ReplaceAll(t.template, "${topic}", r.Topic)
		t.last.result = strings.ReplaceAll(topic, "${timestamp}", t.last.timestamp)
	}
	r.Topic = t.last.result
	return true, nil
}
