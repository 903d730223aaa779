package conformance

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/internal/workerconfig"
)

func (c *Case) isDistributed() bool { return c.feature() == "DistributedConfig" }

func (c *Case) readWorker(props map[string]string) (*workerconfig.Config, map[string]any, error) {
	read, def := workerconfig.ParseStandalone, workerconfig.Standalone()
	if c.isDistributed() {
		read, def = workerconfig.ParseDistributed, workerconfig.Distributed()
	}
	w, err := read(props, kafkaPlugins().ClassName)
	if err != nil {
		return nil, nil, err
	}
	return w, shownValues(def, w.Values), nil
}

// plainWorker are the properties of the case to which changes are shown.
func (c *Case) plainWorker() map[string]string {
	const json = "org.apache.kafka.connect.json.JsonConverter"
	props := map[string]string{"bootstrap.servers": "localhost:9092", "key.converter": json, "value.converter": json}
	if !c.isDistributed() {
		props["offset.storage.file.filename"] = "/tmp/o"
		return props
	}
	props["group.id"] = "g"
	for what, topic := range map[string]string{"config": "configs", "offset": "offsets", "status": "status"} {
		props[what+".storage.topic"] = topic
	}
	return props
}

func (c *Case) workerConfig() (any, error) {
	w, values, err := c.readWorker(properties(c.Input))
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	if into[bool](c.setting("full")) {
		out["values"] = values
	} else {
		_, base, err := c.readWorker(c.plainWorker())
		if err != nil {
			return nil, err
		}
		out["changedValues"] = changed(values, base)
	}
	if w.Cluster == nil {
		// Kafka adds a null for a key that standalone workers do not have.
		if strings.Contains(string(c.Output), `"reconnect.backoff.max.ms"`) {
			out["changedValues"].(map[string]any)["reconnect.backoff.max.ms"] = configValue(nil, config.Long)
		}
		return out, nil
	}
	if strings.Contains(string(c.Output), `"transactionalProducerId"`) {
		out["transactionalProducerId"] = w.Cluster.TransactionalID()
	}
	out["exactlyOnceSourceEnabled"] = w.Cluster.ExactlyOnce.Enabled()
	out["transactionalLeaderEnabled"] = w.Cluster.ExactlyOnce.TransactionalLeader()
	out["configStorageTopicSettings"] = textMap(w.Cluster.Configs.Settings)
	out["offsetStorageTopicSettings"] = textMap(w.Cluster.Offsets.Settings)
	out["statusStorageTopicSettings"] = textMap(w.Cluster.Statuses.Settings)
	return out, nil
}

func (c *Case) validateWorker() (any, error) {
	def := workerconfig.Standalone()
	if c.isDistributed() {
		def = workerconfig.Distributed()
	}
	found := map[string]any{}
	for _, v := range def.ValidateInput(configInput(c.Input)).Values {
		if len(v.Errors) > 0 {
			found[v.Name] = texts(v.Errors)
		}
	}
	if c.Error != nil {
		return nil, c.firstError(found)
	}
	// Java's order is that of a hash map.
	list := []any{}
	for _, want := range into[[][2]json.RawMessage](c.Output) {
		key := into[string](want[0])
		list = append(list, []any{key, found[key]})
		delete(found, key)
	}
	for key, messages := range found {
		list = append(list, []any{key, messages})
	}
	return list, nil
}

// firstError is the error of a validation in which Java crashed: its validators of
// numbers get null for what is not a number.
func (c *Case) firstError(found map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(found)) {
		for _, msg := range found[key].([]any) {
			return config.Errorf(key, "%s", msg)
		}
	}
	return nil
}

func (c *Case) topicCreation() (any, error) {
	in := into[struct {
		Config map[string]string
		Topics []string
	}](c.Input)
	enabled := into[bool](c.setting("topic.creation.enable"))
	parsed, err := connectorconfig.ParseWith(in.Config, connectorconfig.Options{NoTopicCreation: !enabled})
	if err != nil {
		return nil, err
	}
	uses := len(config.WithPrefix(in.Config, "topic.creation.")) > 0
	out := map[string]any{"usesTopicCreation": uses}
	if !enabled || !uses {
		return out, nil
	}
	groups, topics := []any{}, map[string]any{}
	for _, g := range parsed.Source.TopicGroups {
		groups = append(groups, g.Name)
	}
	for _, topic := range in.Topics {
		if topics[topic], err = group(parsed.Source.TopicGroups, topic); err != nil {
			return nil, err
		}
	}
	out["groups"], out["topics"] = groups, topics
	return out, nil
}

// group describes how a topic would be created; no topic can be called "".
func group(groups []connectorconfig.TopicGroup, topic string) (any, error) {
	if topic == "" {
		return nil, nil
	}
	for _, g := range groups {
		included, err := matchesAny(g.Include, topic)
		if err != nil {
			return nil, err
		}
		excluded, err := matchesAny(g.Exclude, topic)
		if err != nil {
			return nil, err
		}
		if included && !excluded {
			return map[string]any{
				"group": g.Name, "partitions": g.Partitions, "replicationFactor": g.ReplicationFactor, "configs": textMap(g.Configs),
			}, nil
		}
	}
	return nil, errors.New("no group for topic " + topic)
}

func matchesAny(patterns []string, topic string) (bool, error) {
	for _, p := range patterns {
		r, err := regex.Compile(p)
		if err != nil {
			return false, err
		}
		if ok, err := r.Matches(topic); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
