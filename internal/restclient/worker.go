package restclient

import (
	"context"
	"net/http"
	"net/url"
)

type offsets struct {
	Offsets []Offset `json:"offsets"`
}

// Offsets returns the offsets of a connector.
func (c *Client) Offsets(ctx context.Context, name string) ([]Offset, error) {
	var o offsets
	_, err := c.do(ctx, call{method: http.MethodGet, path: []string{"connectors", name, "offsets"}, answer: &o})
	return o.Offsets, err
}

// AlterOffsets changes offsets of a stopped connector, and returns the worker's
// words. An offset that is nil is reset.
func (c *Client) AlterOffsets(ctx context.Context, name string, list []Offset) (string, error) {
	return c.changeOffsets(ctx, call{method: http.MethodPatch, path: []string{"connectors", name, "offsets"}, body: offsets{list}})
}

// ResetOffsets removes all offsets of a stopped connector, and returns the worker's
// words.
func (c *Client) ResetOffsets(ctx context.Context, name string) (string, error) {
	return c.changeOffsets(ctx, call{method: http.MethodDelete, path: []string{"connectors", name, "offsets"}})
}

func (c *Client) changeOffsets(ctx context.Context, k call) (string, error) {
	var said struct {
		Message string `json:"message"`
	}
	k.answer = &said
	_, err := c.do(ctx, k)
	return said.Message, err
}

// Plugins returns the connector plugins of the worker, or all its plugins.
func (c *Client) Plugins(ctx context.Context, all bool) (plugins []Plugin, err error) {
	k := call{method: http.MethodGet, path: []string{"connector-plugins"}, answer: &plugins}
	if all {
		k.query = url.Values{"connectorsOnly": {"false"}}
	}
	_, err = c.do(ctx, k)
	return plugins, err
}

// PluginConfig describes the keys of a plugin. version may be empty.
func (c *Client) PluginConfig(ctx context.Context, class, version string) (keys []Key, err error) {
	k := call{method: http.MethodGet, path: []string{"connector-plugins", class, "config"}, answer: &keys}
	if version != "" {
		k.query = url.Values{"version": {version}}
	}
	_, err = c.do(ctx, k)
	return keys, err
}

// Validate checks a connector configuration, which names its class.
func (c *Client) Validate(ctx context.Context, config map[string]string) (v Validation, err error) {
	path := []string{"connector-plugins", config["connector.class"], "config", "validate"}
	_, err = c.do(ctx, call{method: http.MethodPut, path: path, body: config, answer: &v})
	return v, err
}

// Loggers returns the levels of the worker's loggers, by name.
func (c *Client) Loggers(ctx context.Context) (all map[string]LoggerLevel, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"admin", "loggers"}, answer: &all})
	return all, err
}

// Logger returns the level of a logger.
func (c *Client) Logger(ctx context.Context, name string) (l LoggerLevel, err error) {
	_, err = c.do(ctx, call{method: http.MethodGet, path: []string{"admin", "loggers", name}, answer: &l})
	return l, err
}

// SetLevel changes the level of a logger and those below it, on this worker or on
// all of the cluster. For this worker it returns the names of those that changed.
func (c *Client) SetLevel(ctx context.Context, name, level string, cluster bool) (changed []string, err error) {
	k := call{
		method: http.MethodPut, path: []string{"admin", "loggers", name},
		body: map[string]string{"level": level}, answer: &changed,
	}
	if cluster {
		k.query = url.Values{"scope": {"cluster"}}
	}
	_, err = c.do(ctx, k)
	return changed, err
}
