// Package plugin is how a plugin announces itself: as a value, which the host puts
// into its list. There is no registry and no init function.
//
//	var Source = plugin.Source{
//		Info: plugin.Info{Class: "com.example.ClockSourceConnector", Version: "1.0.0", Config: sourceConfig},
//		New:  func() source.Connector { return &connector{} },
//	}
//
// Floor 1. Connect: org.apache.kafka.connect.runtime.isolation.PluginDesc.
package plugin

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/convert"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/connect/sink"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/connect/transform"
)

// Info is what every plugin says of itself.
type Info struct {
	Class   string      // the name by which configurations call it, as a Java class name
	Version string      // as shown in the plugin list; empty for the version of Kafka Connect that Millrace equals
	Config  *config.Def // its configuration keys; nil for none
}

// Describe returns the Info itself; it makes every descriptor a Plugin.
func (i Info) Describe() Info { return i }

// Plugin is a descriptor: one of the types below.
type Plugin interface{ Describe() Info }

// Source describes a source connector.
type Source struct {
	Info
	New func() source.Connector
}

// Sink describes a sink connector.
type Sink struct {
	Info
	New func() sink.Connector
}

// Converter describes a converter. New is given the properties under the
// converter's prefix. A converter that also converts headers returns a value that
// is a convert.HeaderConverter as well and says so with Headers.
type Converter struct {
	Info
	Headers bool
	New     func(props map[string]string, role convert.Role) (convert.Converter, error)
}

// HeaderConverter describes a converter that is for headers only.
type HeaderConverter struct {
	Info
	New func(props map[string]string) (convert.HeaderConverter, error)
}

// Transformation describes a transformation. New is given the properties under
// transforms.ALIAS.
type Transformation struct {
	Info
	New func(props map[string]string) (transform.Transformation, error)
}

// Predicate describes a predicate. New is given the properties under
// predicates.ALIAS.
type Predicate struct {
	Info
	New func(props map[string]string) (transform.Predicate, error)
}

// Provider describes a configuration provider. New is given the properties under
// config.providers.NAME.param.
type Provider struct {
	Info
	New func(params map[string]string) (provider.Provider, error)
}

// Policy describes a client override policy. New is given the worker's properties.
type Policy struct {
	Info
	New func(worker map[string]string) (policy.Policy, error)
}
