package mirror

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
)

// Plugins returns the descriptors of the connectors: MirrorCheckpointConnector,
// MirrorHeartbeatConnector and MirrorSourceConnector. Only the second one can be
// started. common are the keys of any connector: as in Kafka, these connectors list
// them as their own. It may be nil.
func Plugins(common *config.Def) []plugin.Plugin {
	return []plugin.Plugin{
		planned("MirrorCheckpointConnector", common, checkpointKeys(), validateCheckpoint),
		heartbeatPlugin(common),
		planned("MirrorSourceConnector", common, sourceKeys(), validateSource),
	}
}

// planned describes a connector that can be configured and validated but not started.
func planned(name string, common *config.Def, keys []config.Key, validate func(map[string]string, *config.Result)) plugin.Source {
	return plugin.Source{
		Info: plugin.Info{Class: classPackage + name, Config: defOf(common, keys)},
		New:  func() source.Connector { return &unsupported{name, common, validate} },
	}
}

// leaveClasses removes from a result the keys of any connector that name a class: the
// host knows which classes there are.
func leaveClasses(common *config.Def, props map[string]string, result *config.Result) {
	result.Values = slices.DeleteFunc(result.Values, func(v *config.Value) bool {
		k, found := common.Key(v.Name)
		_, given := props[v.Name]
		return found && given && k.Type == config.Class
	})
}

// unsupported is a connector whose start says that it is not there yet.
type unsupported struct {
	name     string
	common   *config.Def
	validate func(map[string]string, *config.Result)
}

func (c *unsupported) refuse() error {
	return &connect.Error{Msg: c.name + " is not supported yet. Run it on a Kafka Connect worker in Java."}
}

// Start refuses every configuration.
func (c *unsupported) Start(context.Context, source.ConnectorRuntime, map[string]string) error {
	return c.refuse()
}

// TaskConfigs has no tasks to plan.
func (c *unsupported) TaskConfigs(int) ([]map[string]string, error) { return nil, c.refuse() }

// NewTask returns a task that does not start either.
func (c *unsupported) NewTask() source.Task { return unsupportedTask{c} }

// Stop has nothing to release.
func (c *unsupported) Stop() error { return nil }

// Validate checks what concerns several keys.
func (c *unsupported) Validate(props map[string]string, result *config.Result) {
	leaveClasses(c.common, props, result)
	c.validate(props, result)
}

type unsupportedTask struct{ connector *unsupported }

func (t unsupportedTask) Start(context.Context, source.Runtime, map[string]string) error {
	return t.connector.refuse()
}

func (t unsupportedTask) Poll(context.Context) ([]connect.Record, error) {
	return nil, t.connector.refuse()
}

func (t unsupportedTask) Stop() error { return nil }

const exactlyOnce = "exactly.once.support"

// validateSource adds the errors of MirrorSourceConnector.
func validateSource(props map[string]string, result *config.Result) {
	if props[exactlyOnce] == "required" && isolation(props) != "read_committed" {
		result.AddError(exactlyOnce, "MirrorSourceConnector can only provide exactly-once guarantees when its source consumer is configured with "+
			"isolation.level set to 'read_committed'; otherwise, records from aborted and uncommitted transactions will be replicated from the "+
			"source cluster to the target cluster.")
	}
	syncs := slices.ContainsFunc(slices.Collect(maps.Keys(props)), func(name string) bool {
		return strings.HasPrefix(name, "offset-syncs-") || strings.HasPrefix(name, "offset-syncs.topic.")
	})
	if props[emitOffsetSyncs] == "false" && syncs {
		result.AddError(emitOffsetSyncs, "MirrorSourceConnector can't setup offset-syncs feature while "+emitOffsetSyncs+" set to false")
	}
}

// isolation is the isolation level of the source consumer.
func isolation(props map[string]string) string {
	for _, prefix := range []string{"source.consumer.", "consumer."} {
		if level, ok := props[prefix+"isolation.level"]; ok {
			return level
		}
	}
	return ""
}

// validateCheckpoint adds the errors of MirrorCheckpointConnector.
func validateCheckpoint(props map[string]string, result *config.Result) {
	if props[enabledProperty] == "false" {
		return
	}
	if props[emitCheckpoints] == "false" {
		result.AddError(emitCheckpoints, "MirrorCheckpointConnector can't run with "+emitCheckpoints+" set to false")
	}
	if props[emitOffsetSyncs] == "false" {
		result.AddError(emitOffsetSyncs, "MirrorCheckpointConnector can't run without offset syncs")
	}
}
