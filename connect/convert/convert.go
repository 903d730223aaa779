// Package convert is what a converter implements: it turns values into the bytes
// that Kafka stores, and back.
//
// Floor 1. Connect: org.apache.kafka.connect.storage.Converter and HeaderConverter.
package convert

import (
	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/data"
)

// Role says for what a converter is made; converters get it as converter.type.
type Role string

// The roles of a converter.
const (
	Key    Role = "key"
	Value  Role = "value"
	Header Role = "header"
)

// Converter turns keys and values into bytes and back. An instance belongs to one
// task and is called from one goroutine at a time, so it may keep caches without
// locks.
type Converter interface {
	// FromConnect returns the bytes for a value; nil means null. It may add headers
	// of its own to headers, which may be nil. Neither side may change the bytes later: they may be the value's
	// own.
	FromConnect(topic string, headers *[]connect.RawHeader, schema *data.Schema, value any) ([]byte, error)

	// ToConnect returns the value for bytes, and its schema or nil. raw is nil for
	// null; it stays as it is for as long as the value lives, so the value may refer
	// to it.
	ToConnect(topic string, headers []connect.RawHeader, raw []byte) (*data.Schema, any, error)
}

// HeaderConverter turns the values of headers into bytes and back, under the same
// rules as a Converter.
type HeaderConverter interface {
	FromHeader(topic, key string, schema *data.Schema, value any) ([]byte, error)
	ToHeader(topic, key string, raw []byte) (*data.Schema, any, error)
}
