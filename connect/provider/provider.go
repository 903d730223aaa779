// Package provider is what a configuration provider implements: it resolves
// references such as ${file:/etc/secrets.properties:password} in configurations.
//
// Floor 1. Connect: org.apache.kafka.common.config.provider.ConfigProvider.
package provider

import (
	"context"
	"time"
)

// Provider looks values up. It is safe for concurrent use; when it also has
// Close() error, that is called at the worker's end.
type Provider interface {
	// Get returns the values of keys at path. Keys that do not exist are left out;
	// keys == nil asks for all. The values are secrets: neither log nor wrap them
	// into errors.
	Get(ctx context.Context, path string, keys []string) (Data, error)
}

// Data are looked-up values; the map is the caller's. TTL, when positive, is how long they hold: after it,
// connectors that use them are restarted.
type Data struct {
	Values map[string]string
	TTL    time.Duration
}
