// Package builtin lists the plugins that are compiled in. It is the only package
// that imports plugins.
//
// Floor 3. Connect: the plugin path of an Apache Kafka distribution.
package builtin

import (
	"slices"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/plugins/connectors/aivens3sink"
	"github.com/millrace/millrace/plugins/connectors/filestream"
	"github.com/millrace/millrace/plugins/connectors/mirror"
	"github.com/millrace/millrace/plugins/connectors/mock"
	"github.com/millrace/millrace/plugins/connectors/s3sink"
	"github.com/millrace/millrace/plugins/connectors/s3source"
	"github.com/millrace/millrace/plugins/connectors/schemasource"
	"github.com/millrace/millrace/plugins/connectors/verifiable"
	"github.com/millrace/millrace/plugins/converters/avroconverter"
	"github.com/millrace/millrace/plugins/converters/booleanconverter"
	"github.com/millrace/millrace/plugins/converters/bytearrayconverter"
	"github.com/millrace/millrace/plugins/converters/glueavroconverter"
	"github.com/millrace/millrace/plugins/converters/jsonconverter"
	"github.com/millrace/millrace/plugins/converters/jsonschemaconverter"
	"github.com/millrace/millrace/plugins/converters/numberconverters"
	"github.com/millrace/millrace/plugins/converters/protobufconverter"
	"github.com/millrace/millrace/plugins/converters/simpleheader"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
	"github.com/millrace/millrace/plugins/policies"
	"github.com/millrace/millrace/plugins/predicates"
	"github.com/millrace/millrace/plugins/providers"
	"github.com/millrace/millrace/plugins/providers/awsproviders"
	"github.com/millrace/millrace/plugins/transforms"
)

// Plugins returns all of them.
func Plugins() []plugin.Plugin {
	return slices.Concat(connectors(), mirror.Plugins(connectorconfig.CommonDef()), converters(), transforms.All(), predicates.All(), providers.All(), awsproviders.All(), policies.All())
}

func connectors() []plugin.Plugin {
	return []plugin.Plugin{
		filestream.Source, filestream.Sink,
		mock.Source, mock.Sink,
		verifiable.Source, verifiable.Sink,
		schemasource.Source,
		s3sink.Plugin, s3source.Plugin, aivens3sink.Plugin,
	}
}

func converters() []plugin.Plugin {
	return []plugin.Plugin{
		avroconverter.Plugin, booleanconverter.Plugin, bytearrayconverter.Plugin, glueavroconverter.Plugin, jsonconverter.Plugin,
		jsonschemaconverter.Plugin, protobufconverter.Plugin,
		numberconverters.Short, numberconverters.Integer, numberconverters.Long,
		numberconverters.Float, numberconverters.Double,
		simpleheader.Plugin, stringconverter.Plugin,
	}
}
