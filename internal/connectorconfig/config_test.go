package connectorconfig

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/connect/config"
)

func with(base map[string]string, more ...string) map[string]string {
	props := maps.Clone(base)
	for i := 0; i < len(more); i += 2 {
		props[more[i]] = more[i+1]
	}
	return props
}

var (
	plainSink   = map[string]string{"name": "s", "connector.class": "X", "topics": "a, b"}
	plainSource = map[string]string{"name": "s", "connector.class": "X"}
)

func TestParseErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		props map[string]string
		sink  bool
		want  string
	}{
		"no name": {map[string]string{"connector.class": "X"}, false, `Missing required configuration "name" which has no default value.`},
		"tasks":   {with(plainSource, "tasks.max", "0"), false, "Invalid value 0 for configuration tasks.max: Value must be at least 1"},
		"both":    {with(plainSink, "topics.regex", "x"), true, "topics and topics.regex are mutually exclusive options, but both are set."},
		"neither": {plainSource, true, "Must configure one of topics or topics.regex"},
		"dlq":     {with(plainSink, deadLetterTopic, "b"), true, "The DLQ topic 'b' may not be included in the list of topics ('topics=[a, b]') consumed by the connector"},
		"dlq regex": {
			with(plainSource, "topics.regex", "a.*", deadLetterTopic, "abc"), true,
			"The DLQ topic 'abc' may not be matched by the regex for the topics ('topics.regex=a.*') consumed by the connector",
		},
		"alias twice": {with(plainSource, "transforms", "a,a"), false, "Invalid value [a, a] for configuration transforms: Duplicate alias provided."},
		"no type":     {with(plainSource, "transforms", "a"), false, `Missing required configuration "transforms.a.type" which has no default value.`},
		"negate": {
			with(plainSource, "transforms", "a", "transforms.a.type", "T", "transforms.a.negate", "true"), false,
			"Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' defining a predicate to be negated.",
		},
		"topic creation": {
			with(plainSource, "topic.creation.groups", "a"), false,
			`Missing required configuration "topic.creation.default.replication.factor" which has no default value.`,
		},
		"partitions": {
			with(plainSource, "topic.creation.default.replication.factor", "1", "topic.creation.default.partitions", "0"), false,
			"Invalid value 0 for configuration partitions: Number of partitions must be positive, or -1 to use the broker's default",
		},
	} {
		_, err := Parse(tt.props, tt.sink)
		var ce *config.Error
		if !errors.As(err, &ce) || ce.Msg != tt.want || ce.Key == "" {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	c, err := Parse(with(plainSource,
		"transforms", "a", "transforms.a.type", " T ", "transforms.a.predicate", "p", "transforms.a.negate", "TRUE", "transforms.a.x", "1",
		"predicates", "p", "predicates.p.type", "P",
		"errors.retry.timeout", "9223372036854775807", "errors.tolerance", "all",
		"transaction.boundary", "INTERVAL", "transaction.boundary.interval.ms", "1500", "exactly.once.support", "Required",
		"topic.creation.groups", "g", "topic.creation.default.replication.factor", "-1", "topic.creation.default.partitions", "2",
		"topic.creation.g.include", "x.*", "topic.creation.g.retention.ms", "7",
		"key.converter", "K", "key.converter.schemas.enable", "false"), false)
	if err != nil {
		t.Fatal(err)
	}
	step := c.Transforms[0]
	if step.Class != "T" || !step.Negate || step.Predicate.Class != "P" || step.Props["x"] != "1" || step.Props["negate"] != "" {
		t.Errorf("transform %+v", step)
	}
	if !c.Errors.TolerateAll || c.Errors.RetryTimeout < 0 {
		t.Errorf("errors %+v", c.Errors)
	}
	if s := c.Source; s.Boundary != BoundaryInterval || s.BoundaryInterval != 1500*time.Millisecond || !s.ExactlyOnceRequired {
		t.Errorf("source %+v", s)
	}
	g, d := c.Source.TopicGroups[0], c.Source.TopicGroups[1]
	if g.Partitions != 2 || g.ReplicationFactor != -1 || !maps.Equal(g.Configs, map[string]string{"retention.ms": "7"}) {
		t.Errorf("group %+v", g)
	}
	if d.Name != "default" || !slices.Equal(d.Include, []string{".*"}) {
		t.Errorf("default group %+v", d)
	}
	if c.KeyConverter.Class != "K" || c.KeyConverter.Props["schemas.enable"] != "false" || c.ValueConverter.Class != "" {
		t.Errorf("converters %+v %+v", c.KeyConverter, c.ValueConverter)
	}
}

func TestTopicCreationCanBeOff(t *testing.T) {
	c, err := ParseWith(with(plainSource, "topic.creation.default.partitions", "x"), Options{NoTopicCreation: true})
	if err != nil || c.Source.TopicGroups != nil {
		t.Errorf("%+v, %v", c, err)
	}
	if c.Source.BoundaryInterval >= 0 {
		t.Errorf("boundary interval %v, want that of the worker", c.Source.BoundaryInterval)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse(plainSink, true); err != nil {
			b.Fatal(err)
		}
	}
}
