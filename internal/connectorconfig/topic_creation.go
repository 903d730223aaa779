package connectorconfig

import (
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/java/regex"
)

const topicCreationPrefix = "topic.creation."

// parseTopicGroups reads topic.creation.* (KIP-158). Without any such key there are
// no groups and the broker decides.
func parseTopicGroups(v *config.Values) ([]TopicGroup, error) {
	if len(v.WithPrefix(topicCreationPrefix)) == 0 {
		return nil, nil
	}
	fallback, err := parseTopicGroup(v, "default", nil)
	if err != nil {
		return nil, err
	}
	fallback.Include, fallback.Exclude = []string{".*"}, nil
	var groups []TopicGroup
	for _, name := range v.List("topic.creation.groups") {
		if name == "default" {
			continue
		}
		g, err := parseTopicGroup(v, name, fallback)
		if err != nil {
			return nil, err
		}
		groups = append(groups, *g)
	}
	return append(groups, *fallback), nil
}

func parseTopicGroup(v *config.Values, name string, fallback *TopicGroup) (*TopicGroup, error) {
	prefix := topicCreationPrefix + name + "."
	own := config.NewDef(topicGroupKeys(fallback)...).Embed(prefix, groupTopics, 1)
	parsed, err := config.NewDef(own...).Parse(v.Originals())
	if err != nil {
		return nil, err
	}
	g := &TopicGroup{
		Name: name, Include: parsed.List(prefix + "include"), Exclude: parsed.List(prefix + "exclude"),
		Partitions:        int32(parsed.Int(prefix + "partitions")),
		ReplicationFactor: int16(parsed.Int(prefix + "replication.factor")),
		Configs:           v.WithPrefix(prefix),
	}
	maps.DeleteFunc(g.Configs, func(k, _ string) bool {
		return slices.Contains([]string{"include", "exclude", "partitions", "replication.factor"}, k)
	})
	return g, nil
}

// topicGroupKeys returns the keys of one group, without prefix. Without a fallback
// it is the default group, which must tell partitions and replication factor.
func topicGroupKeys(fallback *TopicGroup) []config.Key {
	include := config.Key{
		Name: "include", Type: config.List, Default: "", Importance: config.Low, Validator: regexList(), Order: 1,
		Doc: "Java regular expressions for the names of the topics that belong to the group.",
	}
	exclude := config.Key{
		Name: "exclude", Type: config.List, Default: "", Importance: config.Low, Validator: regexList(), Order: 2,
		Doc: "Java regular expressions for the names of topics that do not belong to the group, though included.",
	}
	factor := config.Key{
		Name: "replication.factor", Type: config.Short, Importance: config.Low, Validator: config.TopicReplicationFactor(), Order: 3,
		Doc: "Replication factor of new topics, -1 for the broker's default.",
	}
	partitions := config.Key{
		Name: "partitions", Type: config.Int, Importance: config.Low, Validator: config.TopicPartitions(), Order: 4,
		Doc: "Number of partitions of new topics, -1 for the broker's default.",
	}
	if fallback == nil {
		factor.Required, partitions.Required = true, true
	} else {
		factor.Default, partitions.Default = fallback.ReplicationFactor, fallback.Partitions
	}
	keys := []config.Key{include, exclude, factor, partitions}
	for i := range keys {
		keys[i].Group, keys[i].Width = groupTopics, config.LongWidth
	}
	return keys
}

func regexList() config.Validator {
	return config.Valid("regular expressions", func(key string, value any) error {
		list, _ := value.([]string)
		for _, pattern := range list {
			if _, err := regex.Compile(pattern); err != nil {
				return config.Invalid(key, list, "Syntax error in regular expression: "+err.Error())
			}
		}
		return nil
	})
}

func listText(items []string) string { return "[" + strings.Join(items, ", ") + "]" }
