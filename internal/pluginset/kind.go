package pluginset

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/connect/plugin"
)

// Kind is a kind of plugin, spelled as in the plugin list of the REST API.
type Kind string

// The kinds of plugins.
const (
	Sink            Kind = "sink"
	Source          Kind = "source"
	Converter       Kind = "converter"
	HeaderConverter Kind = "header_converter"
	Transformation  Kind = "transformation"
	Predicate       Kind = "predicate"
	Provider        Kind = "configprovider"
	Policy          Kind = "connector_client_config_override_policy"
)

// KindOf returns the kind of a descriptor.
func KindOf(p plugin.Plugin) Kind {
	switch p.(type) {
	case plugin.Sink:
		return Sink
	case plugin.Source:
		return Source
	case plugin.Converter:
		return Converter
	case plugin.HeaderConverter:
		return HeaderConverter
	case plugin.Transformation:
		return Transformation
	case plugin.Predicate:
		return Predicate
	case plugin.Provider:
		return Provider
	case plugin.Policy:
		return Policy
	}
	panic(fmt.Sprintf("pluginset: %T is not a plugin descriptor", p))
}

// prune cuts the kind's suffix off a simple class name, at its last occurrence.
func (k Kind) prune(simple string) string {
	for _, suffix := range k.suffixes() {
		if i := strings.LastIndex(simple, suffix); i > 0 {
			return simple[:i]
		}
	}
	return simple
}

func (k Kind) suffixes() []string {
	switch k {
	case Sink, Source:
		return []string{"Connector"}
	case Converter, HeaderConverter:
		return []string{"HeaderConverter", "Converter"}
	case Transformation:
		return []string{"Transformation"}
	case Predicate:
		return []string{"Predicate"}
	case Provider:
		return []string{"ConfigProvider"}
	case Policy:
		return []string{"ConnectorClientConfigOverridePolicy"}
	}
	return nil
}
