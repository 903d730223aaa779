package workerconfig

import (
	"slices"
	"sync"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/kafka/ssl"
)

var (
	standalone = sync.OnceValue(func() *config.Def {
		return config.NewDef(append(commonKeys(), config.Key{
			Name: keyOffsetFile, Type: config.StringType, Required: true, Importance: config.High,
			Doc: "File that keeps the offsets of source connectors.",
		})...)
	})
	distributed = sync.OnceValue(func() *config.Def {
		return config.NewDef(slices.Concat(commonKeys(), distributedKeys())...)
	})
)

// Standalone returns the keys of a standalone worker.
func Standalone() *config.Def { return standalone() }

// Distributed returns the keys of a distributed worker.
func Distributed() *config.Def { return distributed() }

func commonKeys() []config.Key {
	return slices.Concat(clusterKeys(), converterKeys(), taskKeys(), pluginKeys(), metricKeys(),
		headerConverterKeys(), featureKeys(), ssl.Keys(), restKeys())
}

// key declares a key without validator.
func key(name string, t config.Type, def any, importance config.Importance, doc string) config.Key {
	return config.Key{Name: name, Type: t, Default: def, Importance: importance, Doc: doc}
}

// required declares a key that must be given.
func required(name string, t config.Type, importance config.Importance, doc string) config.Key {
	return config.Key{Name: name, Type: t, Required: true, Importance: importance, Doc: doc}
}

// checked adds a validator to a key.
func checked(k config.Key, v config.Validator) config.Key {
	k.Validator = v
	return k
}

func uniqueList() config.Validator { return config.ListRule{AllowEmpty: true} }

func clusterKeys() []config.Key {
	return []config.Key{
		checked(required(keyBootstrap, config.List, config.High,
			"Brokers to ask first, as host:port,host:port."), config.ListRule{}),
		checked(key("client.dns.lookup", config.StringType, "use_all_dns_ips", config.Medium,
			"Whether all addresses of a broker's name are tried, or names are resolved to canonical ones first."),
			config.OneOf("use_all_dns_ips", "resolve_canonical_bootstrap_servers_only")),
	}
}

func converterKeys() []config.Key {
	return []config.Key{
		required("key.converter", config.Class, config.High,
			"Converter for keys, for connectors that have none of their own. key.converter.* configures it."),
		key("key.converter.plugin.version", config.StringType, nil, config.Low, "Version of the key converter."),
		required("value.converter", config.Class, config.High,
			"Converter for values, for connectors that have none of their own. value.converter.* configures it."),
		key("value.converter.plugin.version", config.StringType, nil, config.Low, "Version of the value converter."),
	}
}

func taskKeys() []config.Key {
	return []config.Key{
		key(keyGraceful, config.Long, 5000, config.Low,
			"Milliseconds that all tasks together get to stop before they are abandoned."),
		key(keyFlushInterval, config.Long, 60000, config.Low,
			"Milliseconds between commits of offsets."),
		key(keyFlushTimeout, config.Long, 5000, config.Low,
			"Milliseconds that a commit of offsets may take before it is given up until the next time."),
	}
}

func pluginKeys() []config.Key {
	return []config.Key{
		checked(key(keyPluginPath, config.List, nil, config.Low,
			"Directories and archives that hold Java plugins. Those built into Millrace are always there."),
			config.ListRule{AllowNull: true}),
		checked(key("plugin.discovery", config.StringType, "hybrid_warn", config.Low,
			"How plugins are found in plugin.path: only_scan, service_load, hybrid_warn or hybrid_fail."),
			config.OneOfFold("ONLY_SCAN", "SERVICE_LOAD", "HYBRID_WARN", "HYBRID_FAIL")),
	}
}

func metricKeys() []config.Key {
	return []config.Key{
		checked(key("metrics.sample.window.ms", config.Long, 30000, config.Low,
			"Milliseconds that one sample of a metric covers."), config.AtLeast(0)),
		checked(key("metrics.num.samples", config.Int, 2, config.Low,
			"Number of samples that a metric keeps."), config.AtLeast(1)),
		checked(key("metrics.recording.level", config.StringType, "INFO", config.Low,
			"Most detailed metrics that are recorded."), config.OneOf("INFO", "DEBUG")),
		checked(key("metric.reporters", config.List, "org.apache.kafka.common.metrics.JmxReporter", config.Low,
			"Classes that report metrics in Java."), uniqueList()),
	}
}

func headerConverterKeys() []config.Key {
	return []config.Key{
		key("header.converter", config.Class, "org.apache.kafka.connect.storage.SimpleHeaderConverter", config.Low,
			"Converter for headers, for connectors that have none of their own."),
		key("header.converter.plugin.version", config.StringType, nil, config.Low, "Version of the header converter."),
	}
}

func featureKeys() []config.Key {
	return []config.Key{
		checked(key(keyProviders, config.List, "", config.Low,
			"Names of the configuration providers. config.providers.NAME.class and .param.* say what they are."), uniqueList()),
		key(keyPolicy, config.StringType, "All", config.Medium,
			"Which client settings connectors may override: All, None, Principal, Allowlist, or the class of a policy."),
		key(keyTopicCreation, config.Boolean, true, config.Low,
			"Whether source connectors may create topics by their topic.creation.* rules."),
		key(keyTracking, config.Boolean, true, config.Low,
			"Whether the topics that a connector uses are recorded."),
		key(keyTrackingReset, config.Boolean, true, config.Low,
			"Whether the record of a connector's topics may be reset."),
	}
}

func restKeys() []config.Key {
	return []config.Key{
		checked(key(keyListeners, config.List, "http://:8083", config.Low,
			"URLs on which the REST API listens, such as http://localhost:8080,https://localhost:8443."), listenerList{}),
		key(keyAdvertisedHost, config.StringType, nil, config.Low, "Host name under which other workers reach this one."),
		key(keyAdvertisedPort, config.Int, nil, config.Low, "Port under which other workers reach this one."),
		key(keyAdvertisedListener, config.StringType, nil, config.Low, "Protocol over which other workers reach this one: http or https."),
		key("access.control.allow.origin", config.StringType, "", config.Low,
			"Origins that browsers may call the REST API from. Empty for none but its own."),
		key("access.control.allow.methods", config.StringType, "", config.Low,
			"HTTP methods for calls from other origins. Empty for GET, POST and HEAD."),
		checked(key(keyHeaders, config.StringType, "", config.Low,
			"Headers that every response gets, as rules: action name:value."), headerRules{}),
		checked(key(keyClientAuth, config.StringType, "none", config.Low,
			"Whether HTTPS clients need a certificate: required, requested or none."), config.OneOf("required", "requested", "none")),
		checked(key("rest.extension.classes", config.List, "", config.Low,
			"REST extensions to load. Millrace knows that for basic authentication."), uniqueList()),
		checked(key(keyAdminListeners, config.List, nil, config.Low,
			"URLs on which the admin endpoints listen. Without the key they are on the normal listeners, with an empty value nowhere."), config.ListRule{AllowEmpty: true, AllowNull: true}),
	}
}
