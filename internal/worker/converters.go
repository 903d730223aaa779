package worker

import (
	"errors"
	"fmt"

	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
)

// converters are a task's own instances, with the classes by which failures and
// metrics call them.
type converters struct {
	key, value               convert.Converter
	header                   convert.HeaderConverter
	keyAs, valueAs, headerAs metrics.Plugin

	fresh bool // keys and values are always new
}

// maker is a converter that makes a new struct or map for each call of ToConnect, and
// keeps no reference to it.
type maker interface{ MakesValues() }

// newConverters makes the converters that the connector names, or else the worker.
func newConverters(plugins *pluginset.Set, own, fallback Converters) (c converters, err error) {
	if c.key, c.keyAs, err = newConverter(plugins, "key.converter", convert.Key, either(own.Key, fallback.Key)); err != nil {
		return c, err
	}
	if c.value, c.valueAs, err = newConverter(plugins, "value.converter", convert.Value, either(own.Value, fallback.Value)); err != nil {
		return c, err
	}
	_, freshKeys := c.key.(maker)
	_, freshValues := c.value.(maker)
	c.fresh = freshKeys && freshValues
	c.header, c.headerAs, err = newHeaderConverter(plugins, either(own.Header, fallback.Header))
	return c, err
}

// either returns the connector's choice; with one of its own, the worker's settings
// for that converter do not count.
func either(own, fallback connectorconfig.Plugin) connectorconfig.Plugin {
	if own.Class != "" {
		return own
	}
	return fallback
}

func newConverter(plugins *pluginset.Set, key string, role convert.Role, p connectorconfig.Plugin) (convert.Converter, metrics.Plugin, error) {
	e, err := plugins.Find(p.Class, pluginset.Converter)
	if err != nil {
		return nil, metrics.Plugin{}, fmt.Errorf("%s: %w", key, err)
	}
	c, err := e.Plugin.(plugin.Converter).New(p.Props, role)
	if err != nil {
		return nil, metrics.Plugin{}, fmt.Errorf("%s: %w", key, err)
	}
	return c, asMetric(e), nil
}

func asMetric(e pluginset.Entry) metrics.Plugin {
	return metrics.Plugin{Class: e.Class, Version: e.Version}
}

func newHeaderConverter(plugins *pluginset.Set, p connectorconfig.Plugin) (convert.HeaderConverter, metrics.Plugin, error) {
	const key = "header.converter"
	e, err := plugins.Find(p.Class, pluginset.HeaderConverter)
	if err == nil {
		c, err := e.Plugin.(plugin.HeaderConverter).New(p.Props)
		if err != nil {
			return nil, metrics.Plugin{}, fmt.Errorf("%s: %w", key, err)
		}
		return c, asMetric(e), nil
	}
	c, as, err := newConverter(plugins, key, convert.Header, p)
	if err != nil {
		return nil, metrics.Plugin{}, err
	}
	h, ok := c.(convert.HeaderConverter)
	if !ok {
		return nil, metrics.Plugin{}, fmt.Errorf("%s: class %s cannot convert headers; choose a HeaderConverter", key, as.Class)
	}
	return h, as, nil
}

func (c *converters) close() error {
	return errors.Join(closeIf(c.key), closeIf(c.value), closeIf(c.header))
}
