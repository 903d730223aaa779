package connectorconfig

import (
	"slices"
	"sync"

	"github.com/millrace/millrace/connect/config"
)

// The groups of the framework's keys.
const (
	groupCommon      = "Common"
	groupTransforms  = "Transforms"
	groupPredicates  = "Predicates"
	groupErrors      = "Error Handling"
	groupTopics      = "Topic Creation"
	groupExactlyOnce = "Exactly Once Support"
	groupOffsets     = "offsets.topic"
)

var (
	common = sync.OnceValue(func() *config.Def { return config.NewDef(commonKeys()...) })
	sink   = sync.OnceValue(func() *config.Def { return config.NewDef(append(commonKeys(), sinkKeys()...)...) })
	source = sync.OnceValue(func() *config.Def { return config.NewDef(append(commonKeys(), sourceKeys()...)...) })
)

// CommonDef returns the keys that sinks and sources share.
func CommonDef() *config.Def { return common() }

// SinkDef returns the framework's keys of a sink connector.
func SinkDef() *config.Def { return sink() }

// SourceDef returns the framework's keys of a source connector.
func SourceDef() *config.Def { return source() }

func commonKeys() []config.Key {
	return slices.Concat(identityKeys(), converterKeys(), aliasKeys(), errorKeys())
}

func identityKeys() []config.Key {
	return []config.Key{
		{
			Name: "name", Type: config.StringType, Required: true, Importance: config.High,
			Validator: config.NonEmptyPrintable(),
			Group:     groupCommon, Order: 1, Width: config.MediumWidth, Display: "Connector name",
			Doc: "Name of the connector. It is unique in the cluster and part of the name of a sink's consumer group.",
		},
		{
			Name: "connector.class", Type: config.StringType, Required: true, Importance: config.High,
			Group: groupCommon, Order: 2, Width: config.LongWidth, Display: "Connector class",
			Doc: "Class of the connector: its full name, its name without package, or that without the ending Connector.",
		},
		{
			Name: "connector.plugin.version", Type: config.StringType, Importance: config.Medium,
			Recommend: VersionOf("connector.class", nil),
			Group:     groupCommon, Order: 3, Width: config.MediumWidth, Display: "Connector version",
			Doc: "Version of the connector to use: a version, or a range such as [1.0,2.0).",
		},
		{
			Name: "tasks.max", Type: config.Int, Default: 1, Importance: config.High,
			Validator: config.AtLeast(1),
			Group:     groupCommon, Order: 4, Width: config.ShortWidth, Display: "Tasks max",
			Doc: "Highest number of tasks that the connector may have.",
		},
		{
			Name: "tasks.max.enforce", Type: config.Boolean, Default: true, Importance: config.Low,
			Group: groupCommon, Order: 5, Width: config.ShortWidth, Display: "Enforce tasks max",
			Doc: "Whether a connector that asks for more tasks than tasks.max fails. Deprecated.",
		},
	}
}

func converterKeys() []config.Key {
	var keys []config.Key
	for i, what := range []string{"key", "value", "header"} {
		title := map[string]string{"key": "Key", "value": "Value", "header": "Header"}[what]
		keys = append(keys,
			config.Key{
				Name: what + ".converter", Type: config.Class, Importance: config.Low,
				Validator: concrete(what),
				Group:     groupCommon, Order: 6 + 2*i, Width: config.ShortWidth, Display: title + " converter class",
				Doc: "Converter for the " + what + "s of records. Without one, that of the worker is used, with the worker's settings for it.",
			},
			config.Key{
				Name: what + ".converter.plugin.version", Type: config.StringType, Importance: config.Low,
				Recommend: VersionOf(what+".converter", nil),
				Group:     groupCommon, Order: 7 + 2*i, Width: config.ShortWidth, Display: title + " converter version",
				Doc: "Version of the " + what + " converter: a version or a range.",
			})
	}
	return keys
}

// VersionOf returns the recommender of a plugin's version: it matters when the key
// of the class has a value. versions returns those that there are of a class; it may
// be nil.
func VersionOf(classKey string, versions func(class string) []string) config.Recommender {
	return versionOf{classKey, versions}
}

type versionOf struct {
	classKey string
	versions func(class string) []string
}

func (v versionOf) Recommended(_ string, values map[string]any) []any {
	class, given := values[v.classKey].(string)
	if !given || v.versions == nil {
		return nil
	}
	var list []any
	for _, version := range v.versions(class) {
		list = append(list, version)
	}
	return list
}

func (v versionOf) Visible(_ string, values map[string]any) bool { return values[v.classKey] != nil }

// concrete only tells what is valid; what a class is, those know who know the
// plugins.
func concrete(what string) config.Validator {
	kind := "Converter"
	if what == "header" {
		kind = "HeaderConverter"
	}
	return config.Valid("A concrete subclass of org.apache.kafka.connect.storage."+kind+
		", A class with a public, no-argument constructor", func(string, any) error { return nil })
}

func aliasKeys() []config.Key {
	return []config.Key{
		{
			Name: "transforms", Type: config.List, Default: "", Importance: config.Low,
			Validator: uniqueAliases("transformation aliases"),
			Group:     groupTransforms, Order: 12, Width: config.LongWidth, Display: "Transforms",
			Doc: "Aliases of the transformations that change records, in the order in which they are applied.",
		},
		{
			Name: "predicates", Type: config.List, Default: "", Importance: config.Low,
			Validator: uniqueAliases("predicate aliases"),
			Group:     groupPredicates, Order: 13, Width: config.LongWidth, Display: "Predicates",
			Doc: "Aliases of the predicates that transformations can refer to.",
		},
		{
			Name: "config.action.reload", Type: config.StringType, Default: "restart", Importance: config.Low,
			Validator: config.OneOf("none", "restart"),
			Group:     groupCommon, Order: 14, Width: config.MediumWidth, Display: "Reload Action",
			Doc: "What happens when a value from a configuration provider expires: none, or a restart of the connector.",
		},
	}
}

func uniqueAliases(what string) config.Validator {
	return config.All(config.NonNull(), config.Valid("unique "+what, func(key string, value any) error {
		list, _ := value.([]string)
		seen := make(map[string]bool, len(list))
		for _, alias := range list {
			if seen[alias] {
				return config.Invalid(key, list, "Duplicate alias provided.")
			}
			seen[alias] = true
		}
		return nil
	}))
}

func errorKeys() []config.Key {
	key := func(order int, k config.Key) config.Key {
		k.Importance, k.Group, k.Order = config.Medium, groupErrors, order
		return k
	}
	return []config.Key{
		key(1, config.Key{
			Name: "errors.retry.timeout", Type: config.Long, Default: 0, Width: config.MediumWidth, Display: "Retry Timeout for Errors",
			Doc: "How long, in milliseconds, a failed operation is tried again. 0 means not at all, -1 without end.",
		}),
		key(2, config.Key{
			Name: "errors.retry.delay.max.ms", Type: config.Long, Default: 60000, Width: config.MediumWidth, Display: "Maximum Delay Between Retries for Errors",
			Doc: "Longest pause between two tries, in milliseconds. A random part is taken off when it is reached.",
		}),
		key(3, config.Key{
			Name: "errors.tolerance", Type: config.StringType, Default: "none", Width: config.ShortWidth, Display: "Error Tolerance",
			Validator: config.OneOf("none", "all"),
			Doc:       "What a record does that cannot be handled: none fails the task, all skips the record.",
		}),
		key(4, config.Key{
			Name: "errors.log.enable", Type: config.Boolean, Default: false, Width: config.ShortWidth, Display: "Log Errors",
			Doc: "Whether each error is logged with the operation that failed. Without it only errors that fail the task are.",
		}),
		key(5, config.Key{
			Name: "errors.log.include.messages", Type: config.Boolean, Default: false, Width: config.ShortWidth, Display: "Log Error Details",
			Doc: "Whether the log of an error tells topic, partition, offset and timestamp of a sink's record; of a source's record, also key, value and headers.",
		}),
	}
}

func sinkKeys() []config.Key {
	return append([]config.Key{
		{
			Name: "topics", Type: config.List, Default: "", Importance: config.High,
			Validator: config.ListRule{AllowEmpty: true},
			Group:     groupCommon, Order: 4, Width: config.LongWidth, Display: "Topics",
			Doc: "Topics to consume. Either this or topics.regex is given.",
		},
		{
			Name: "topics.regex", Type: config.StringType, Default: "", Importance: config.High,
			Validator: config.Regex(),
			Group:     groupCommon, Order: 4, Width: config.LongWidth, Display: "Topics regex",
			Doc: "Java regular expression for the names of the topics to consume. Either this or topics is given.",
		},
	}, deadLetterKeys()...)
}

func deadLetterKeys() []config.Key {
	return []config.Key{
		{
			Name: deadLetterTopic, Type: config.StringType, Default: "", Importance: config.Medium,
			Group: groupErrors, Order: 6, Width: config.MediumWidth, Display: "Dead Letter Queue Topic Name",
			Doc: "Topic that gets the records which could not be handled. Empty for none.",
		},
		{
			Name: "errors.deadletterqueue.topic.replication.factor", Type: config.Short, Default: 3, Importance: config.Medium,
			Group: groupErrors, Order: 7, Width: config.MediumWidth, Display: "Dead Letter Queue Topic Replication Factor",
			Doc: "Replication factor for the dead letter topic when it does not exist yet.",
		},
		{
			Name: "errors.deadletterqueue.context.headers.enable", Type: config.Boolean, Default: false, Importance: config.Medium,
			Group: groupErrors, Order: 8, Width: config.MediumWidth, Display: "Enable Error Context Headers",
			Doc: "Whether headers named __connect.errors.* tell why a record is in the dead letter topic.",
		},
	}
}

func sourceKeys() []config.Key {
	return append([]config.Key{
		{
			Name: "topic.creation.groups", Type: config.List, Default: "", Importance: config.Low,
			Validator: uniqueAliases("topic creation groups"),
			Group:     groupTopics, Order: 1, Width: config.LongWidth, Display: "Topic Creation Groups",
			Doc: "Groups of rules for the topics that the connector creates. The group default need not be listed.",
		},
	}, exactlyOnceKeys()...)
}

func exactlyOnceKeys() []config.Key {
	return []config.Key{
		{
			Name: "exactly.once.support", Type: config.StringType, Default: "requested", Importance: config.Medium,
			Validator: config.OneOfFold("REQUIRED", "REQUESTED"),
			Group:     groupExactlyOnce, Order: 2, Width: config.ShortWidth, Display: "Exactly once support",
			Doc: "Whether the connector must deliver exactly once: required refuses a configuration that cannot, requested lets it pass.",
		},
		{
			Name: "transaction.boundary", Type: config.StringType, Default: "poll", Importance: config.Medium,
			Validator: config.OneOfFold("INTERVAL", "POLL", "CONNECTOR"),
			Group:     groupExactlyOnce, Order: 3, Width: config.ShortWidth, Display: "Transaction Boundary",
			Doc: "Where transactions end when delivering exactly once: after each poll, at intervals, or where the connector says.",
		},
		{
			Name: "transaction.boundary.interval.ms", Type: config.Long, Importance: config.Low,
			Validator: nullOr(config.AtLeast(0)),
			Group:     groupExactlyOnce, Order: 4, Width: config.ShortWidth, Display: "Transaction boundary interval",
			Doc: "Milliseconds between ends of transactions with transaction.boundary=interval. Without it the worker's offset.flush.interval.ms counts.",
		},
		{
			Name: "offsets.storage.topic", Type: config.StringType, Importance: config.Low,
			Validator: config.NonEmpty(),
			Group:     groupOffsets, Order: 1, Width: config.LongWidth, Display: "Offsets topic",
			Doc: "Topic for the offsets of this connector alone. Without it they go to the worker's offset topic.",
		},
	}
}

// nullOr lets null pass.
func nullOr(v config.Validator) config.Validator {
	return config.Valid(v.String(), func(key string, value any) error {
		if value == nil {
			return nil
		}
		return v.Check(key, value)
	})
}
