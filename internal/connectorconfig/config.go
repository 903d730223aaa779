// Package connectorconfig reads the part of a connector's configuration that the
// framework understands: class, tasks, converters, transforms, error handling,
// topics.
//
// Floor 2. Connect: org.apache.kafka.connect.runtime.ConnectorConfig and its
// source and sink variants.
package connectorconfig

import (
	"math"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
)

// Config is the framework's part of a connector configuration, read. References
// such as ${file:…} are resolved by then.
type Config struct {
	Name            string
	Class           string
	TasksMax        int
	EnforceTasksMax bool
	ReloadRestart   bool // config.action.reload=restart

	KeyConverter, ValueConverter, HeaderConverter Plugin // Class "" means the worker's

	Transforms []Transform
	Errors     Errors

	Sink   Sink
	Source Source

	Props map[string]string // everything, as given to the connector
}

// Plugin names a plugin and what it is configured with.
type Plugin struct {
	Class string
	Props map[string]string
}

// Transform is one step of the transform chain.
type Transform struct {
	Alias string
	Plugin
	Predicate *Plugin // nil when the step applies to every record
	Guard     string  // alias of the predicate
	Negate    bool
}

// Errors says what happens to records that cannot be handled.
type Errors struct {
	RetryTimeout    time.Duration // negative: for ever
	RetryDelayMax   time.Duration
	TolerateAll     bool
	Log             bool
	LogMessages     bool
	DeadLetterTopic string // sinks only; "" for none
	DeadLetterRF    int16
	ContextHeaders  bool
}

// Sink is what only sinks have.
type Sink struct {
	Topics      []string
	TopicsRegex string
}

// Source is what only sources have.
type Source struct {
	TopicGroups []TopicGroup // empty unless topic.creation.* is used; default last

	ExactlyOnceRequired bool
	Boundary            Boundary
	BoundaryInterval    time.Duration // negative for the worker's offset.flush.interval.ms
	OffsetsTopic        string        // "" for the worker's
}

// Boundary says where transactions end when delivering exactly once.
type Boundary string

// The transaction boundaries (KIP-618).
const (
	BoundaryPoll      Boundary = "poll"
	BoundaryInterval  Boundary = "interval"
	BoundaryConnector Boundary = "connector"
)

// TopicGroup says how topics are created.
type TopicGroup struct {
	Name              string
	Include, Exclude  []string
	Partitions        int32
	ReplicationFactor int16
	Configs           map[string]string
}

// Options say how a configuration is read.
type Options struct {
	Sink            bool
	NoTopicCreation bool // topic.creation.* is not looked at
}

// Parse reads a connector's properties. The error is a *config.Error that names the
// key.
func Parse(props map[string]string, sink bool) (*Config, error) {
	return ParseWith(props, Options{Sink: sink})
}

// ParseWith is Parse with options.
func ParseWith(props map[string]string, o Options) (*Config, error) {
	def := SourceDef()
	if o.Sink {
		def = SinkDef()
	}
	v, err := def.Parse(props)
	if err != nil {
		return nil, err
	}
	c := &Config{
		Name: v.String("name"), Class: v.String("connector.class"),
		TasksMax: v.Int("tasks.max"), EnforceTasksMax: v.Bool("tasks.max.enforce"),
		ReloadRestart:   v.String("config.action.reload") == "restart",
		KeyConverter:    pluginAt(v, "key.converter"),
		ValueConverter:  pluginAt(v, "value.converter"),
		HeaderConverter: pluginAt(v, "header.converter"),
		Errors:          parseErrors(v, o.Sink),
		Props:           props,
	}
	if c.Transforms, err = parseTransforms(v); err != nil {
		return nil, err
	}
	if o.Sink {
		c.Sink, err = parseSink(v)
	} else {
		c.Source, err = parseSource(v, !o.NoTopicCreation)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func parseSource(v *config.Values, topicCreation bool) (s Source, err error) {
	s = Source{
		ExactlyOnceRequired: strings.EqualFold(v.String("exactly.once.support"), "required"),
		Boundary:            Boundary(strings.ToLower(v.String("transaction.boundary"))),
		BoundaryInterval:    -1,
		OffsetsTopic:        v.String("offsets.storage.topic"),
	}
	if v.IsSet("transaction.boundary.interval.ms") {
		s.BoundaryInterval = milliseconds(v.Long("transaction.boundary.interval.ms"))
	}
	if topicCreation {
		s.TopicGroups, err = parseTopicGroups(v)
	}
	return s, err
}

// milliseconds returns n milliseconds, or the longest time there is.
func milliseconds(n int64) time.Duration {
	if n > math.MaxInt64/int64(time.Millisecond) {
		return math.MaxInt64
	}
	return time.Duration(n) * time.Millisecond
}

func pluginAt(v *config.Values, key string) Plugin {
	return Plugin{Class: v.String(key), Props: v.WithPrefix(key + ".")}
}

func parseErrors(v *config.Values, sink bool) Errors {
	e := Errors{
		RetryTimeout:  milliseconds(v.Long("errors.retry.timeout")),
		RetryDelayMax: milliseconds(v.Long("errors.retry.delay.max.ms")),
		TolerateAll:   v.String("errors.tolerance") == "all",
		Log:           v.Bool("errors.log.enable"),
		LogMessages:   v.Bool("errors.log.include.messages"),
	}
	if sink {
		e.DeadLetterTopic = v.String(deadLetterTopic)
		e.DeadLetterRF = int16(v.Int("errors.deadletterqueue.topic.replication.factor"))
		e.ContextHeaders = v.Bool("errors.deadletterqueue.context.headers.enable")
	}
	return e
}
