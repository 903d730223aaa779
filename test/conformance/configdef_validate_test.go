package conformance

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/herder/validation"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/workerconfig"
	"github.com/millrace/millrace/plugins/connectors/filestream"
	"github.com/millrace/millrace/plugins/connectors/mirror"
	"github.com/millrace/millrace/plugins/converters/booleanconverter"
	"github.com/millrace/millrace/plugins/converters/bytearrayconverter"
	"github.com/millrace/millrace/plugins/converters/jsonconverter"
	"github.com/millrace/millrace/plugins/converters/numberconverters"
	"github.com/millrace/millrace/plugins/converters/simpleheader"
	"github.com/millrace/millrace/plugins/converters/stringconverter"
	"github.com/millrace/millrace/plugins/policies"
	"github.com/millrace/millrace/plugins/predicates"
	"github.com/millrace/millrace/plugins/providers"
	"github.com/millrace/millrace/plugins/transforms"
)

// kafkaPlugins are the plugins of Kafka's distribution.
var kafkaPlugins = sync.OnceValue(func() *pluginset.Set {
	return pluginset.New(slices.Concat(
		[]plugin.Plugin{
			filestream.Source, filestream.Sink,
			booleanconverter.Plugin, bytearrayconverter.Plugin, jsonconverter.Plugin, stringconverter.Plugin, simpleheader.Plugin,
			numberconverters.Short, numberconverters.Integer, numberconverters.Long, numberconverters.Float, numberconverters.Double,
		},
		mirror.Plugins(connectorconfig.CommonDef()), transforms.All(), predicates.All(), policies.All(), providers.All(),
	)...)
})

func newValidator(policyAs string) *validation.Validator {
	e, err := kafkaPlugins().Find(policyAs, pluginset.Policy)
	if err != nil {
		panic(malformed{err})
	}
	p, err := e.Plugin.(plugin.Policy).New(nil)
	if err != nil {
		panic(malformed{err})
	}
	json := validation.Converter{Class: "org.apache.kafka.connect.json.JsonConverter"}
	return &validation.Validator{
		Plugins: kafkaPlugins(), Policy: p, PolicyAs: policyAs,
		Worker: validation.Worker{
			Key: json, Value: json, Header: validation.Converter{Class: "org.apache.kafka.connect.storage.SimpleHeaderConverter"},
		},
	}
}

const notFound = "Failed to find any class that implements Connector"

func (c *Case) validateConnector() (any, error) {
	in := configInput(c.Input)
	v, err := newValidator(c.text("policy")).ValidateNulls(context.Background(), in.Props, in.Nulls)
	if err != nil {
		return nil, c.refusal(err)
	}
	groups, configs := texts(v.Groups), []any{}
	for _, k := range v.Configs {
		configs = append(configs, shownKey(k))
	}
	return map[string]any{"name": v.Class, "errorCount": v.ErrorCount, "groups": groups, "configs": configs}, nil
}

// refusal gives an error its Java class. A connector that is not found is compared
// without the list of those there are, which is that of the recording worker, and
// without the prefix of second attempts.
func (c *Case) refusal(err error) error {
	var refused *herder.Error
	if !errors.As(err, &refused) || refused.Reason != herder.BadRequest {
		return err
	}
	msg := refused.Msg
	if c.Error != nil && c.Error.Message != nil && strings.Contains(*c.Error.Message, notFound) {
		want, _, _ := strings.Cut(*c.Error.Message, "PluginDesc{")
		want = strings.TrimPrefix(want, "org.apache.kafka.connect.errors.ConnectException: ")
		c.Error.Message, c.Error.Cause = &want, nil
		msg, _, _ = strings.Cut(msg, "PluginDesc{")
	}
	if c.Error != nil {
		c.Error.Cause = nil
	}
	return javaObjectError{"org.apache.kafka.connect.runtime.rest.errors.BadRequestException", msg}
}

// shownKey has the members that the cases have: what is usual is left out.
func shownKey(k herder.ValidatedKey) map[string]any {
	m := map[string]any{"name": k.Name, "value": nil, "errors": texts(k.Errors)}
	if k.Value != nil {
		m["value"] = *k.Value
	}
	if len(k.Recommended) > 0 {
		m["recommended"] = texts(k.Recommended)
	}
	if !k.Visible {
		m["visible"] = false
	}
	switch {
	case k.Definition == nil:
		m["definition"] = nil
	case k.Definition.Default != nil:
		m["default"] = *k.Definition.Default
	}
	return m
}

func (c *Case) pluginKeys() (any, error) {
	name := into[string](c.Input)
	for _, e := range kafkaPlugins().All() {
		if e.Class == name {
			return shownDefinitions(newValidator("All").PluginKeys(e)), nil
		}
	}
	return nil, javaObjectError{"org.apache.kafka.connect.errors.NotFoundException", "Unknown plugin " + name + "."}
}

func shownDefinitions(list []herder.Definition) []any {
	all := []any{}
	for _, d := range list {
		m := map[string]any{
			"name": d.Name, "type": d.Type, "required": d.Required, "default": nil, "importance": d.Importance, "group": nil,
			"order": d.OrderInGroup, "width": d.Width, "displayName": d.DisplayName, "dependents": texts(d.Dependents),
		}
		if d.Default != nil {
			m["default"] = *d.Default
		}
		if d.Group != nil {
			m["group"] = *d.Group
		}
		all = append(all, m)
	}
	return all
}

func (c *Case) definitions() (any, error) {
	defs := map[string]*config.Def{
		"SourceConnectorConfig": connectorconfig.SourceDef(),
		"SinkConnectorConfig":   connectorconfig.SinkDef(),
		"ConnectorConfig":       connectorconfig.CommonDef(),
		"DistributedConfig":     workerconfig.Distributed(),
		"StandaloneConfig":      workerconfig.Standalone(),
		"ProducerConfig":        kafka.ProducerDef(),
		"ConsumerConfig":        kafka.ConsumerDef(),
		"AdminClientConfig":     kafka.AdminDef(),
	}
	name := into[string](c.Input)
	def, ok := defs[pluginset.SimpleName(name)]
	if !ok {
		return nil, malformed{errors.New("no definitions of " + name)}
	}
	list := shownDefinitions(validation.Definitions(def))
	for i, k := range def.Keys() {
		m := list[i].(map[string]any)
		m["validator"] = nil
		if k.Validator != nil {
			m["validator"] = k.Validator.String()
		}
	}
	return list, nil
}
