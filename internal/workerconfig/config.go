package workerconfig

import (
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
)

// Config is a worker's configuration, read.
type Config struct {
	*config.Values // every key

	Bootstrap []string
	Key       Converter
	Value     Converter
	Header    Converter
	Policy    string // class or alias of the override policy

	FlushInterval, FlushTimeout time.Duration
	GracefulTimeout             time.Duration // for all tasks together

	TopicCreation, TopicTracking, TrackingReset bool

	OffsetFile string   // standalone only
	Cluster    *Cluster // nil for a standalone worker
}

// Converter names a default converter and what it is configured with.
type Converter struct {
	Class   string
	Version string
	Props   map[string]string
}

// ParseStandalone reads the properties of a standalone worker. classes may be nil.
// The error is a *config.Error.
func ParseStandalone(props map[string]string, classes config.Classes) (*Config, error) {
	c, err := parse(Standalone(), props, classes)
	if err != nil {
		return nil, err
	}
	c.OffsetFile = c.String(keyOffsetFile)
	return c, c.readOwn(props)
}

// ParseDistributed reads the properties of a distributed worker. classes may be
// nil. The error is a *config.Error.
func ParseDistributed(props map[string]string, classes config.Classes) (*Config, error) {
	c, err := parse(Distributed(), props, classes)
	if err != nil {
		return nil, err
	}
	if err := checkSigning(c.Values); err != nil {
		return nil, err
	}
	_, own := props[keyReconnectMax]
	if _, first := props[keyReconnect]; first && !own {
		// As in Kafka's clients: a fixed pause unless an upper bound is given.
		c.Values = c.Replace(keyReconnectMax, c.Get(keyReconnect))
	}
	c.Cluster = parseCluster(c.Values)
	return c, c.readOwn(props)
}

func parse(def *config.Def, props map[string]string, classes config.Classes) (*Config, error) {
	v, err := def.ParseInput(config.Input{Props: props, Classes: classes})
	if err != nil {
		return nil, err
	}
	return &Config{
		Values:          v,
		Bootstrap:       v.List(keyBootstrap),
		Key:             converterAt(v, "key.converter"),
		Value:           converterAt(v, "value.converter"),
		Header:          converterAt(v, "header.converter"),
		Policy:          v.String(keyPolicy),
		FlushInterval:   milliseconds(v, keyFlushInterval),
		FlushTimeout:    milliseconds(v, keyFlushTimeout),
		GracefulTimeout: milliseconds(v, keyGraceful),
		TopicCreation:   v.Bool(keyTopicCreation),
		TopicTracking:   v.Bool(keyTracking),
		TrackingReset:   v.Bool(keyTrackingReset),
	}, nil
}

func converterAt(v *config.Values, key string) Converter {
	return Converter{Class: v.String(key), Version: v.String(key + ".plugin.version"), Props: v.WithPrefix(key + ".")}
}

// longest is the longest time in milliseconds that a time.Duration holds.
const longest = int64(1<<63-1) / int64(time.Millisecond)

func milliseconds(v *config.Values, key string) time.Duration {
	return time.Duration(min(v.Long(key), longest)) * time.Millisecond
}

// Unknown returns the names of properties that nothing reads, sorted.
func (c *Config) Unknown() []string {
	prefixes := []string{
		"key.converter.", "value.converter.", "header.converter.", "producer.", "consumer.", "admin.",
		keyProviders + ".", "metrics.context.", "metrics.jmx.", "listeners.https.", "admin.listeners.https.",
		"connector.client.config.override.allowlist",
	}
	if c.Cluster != nil {
		prefixes = append(prefixes, "config.storage.", "offset.storage.", "status.storage.")
	}
	return slices.DeleteFunc(c.Values.Unknown(), func(name string) bool {
		return own(name) || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
	})
}
