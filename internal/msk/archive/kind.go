package archive

// Kind is what a plugin is for, spelled as in Kafka Connect's GET /connector-plugins.
type Kind string

// The kinds of plugins.
const (
	Source          Kind = "source"
	Sink            Kind = "sink"
	Converter       Kind = "converter"
	HeaderConverter Kind = "header_converter"
	Transformation  Kind = "transformation"
	Predicate       Kind = "predicate"
	ConfigProvider  Kind = "configprovider"
	RestExtension   Kind = "rest_extension"
	OverridePolicy  Kind = "connector_client_config_override_policy"
)

// root is a type that makes a class a plugin.
type root struct {
	kind Kind
	name string
}

// roots returns all of them, in the order in which plugins are listed.
func roots() []root {
	return []root{
		{Source, "org.apache.kafka.connect.source.SourceConnector"},
		{Sink, "org.apache.kafka.connect.sink.SinkConnector"},
		{Converter, "org.apache.kafka.connect.storage.Converter"},
		{HeaderConverter, "org.apache.kafka.connect.storage.HeaderConverter"},
		{Transformation, "org.apache.kafka.connect.transforms.Transformation"},
		{Predicate, "org.apache.kafka.connect.transforms.predicates.Predicate"},
		{ConfigProvider, "org.apache.kafka.common.config.provider.ConfigProvider"},
		{RestExtension, "org.apache.kafka.connect.rest.ConnectRestExtension"},
		{OverridePolicy, "org.apache.kafka.connect.connector.policy.ConnectorClientConfigOverridePolicy"},
	}
}

// knownTypes returns the kinds of the types that a plugin may be derived from without
// bringing them: the roots, and the classes that come with Kafka Connect.
func knownTypes() map[string][]Kind {
	known := map[string][]Kind{}
	for _, r := range roots() {
		known[r.name] = []Kind{r.kind}
	}
	add := func(pkg string, kinds []Kind, names ...string) {
		for _, name := range names {
			known[pkg+name] = kinds
		}
	}
	both := []Kind{Converter, HeaderConverter}
	add("org.apache.kafka.connect.", both, "json.JsonConverter", "storage.StringConverter",
		"converters.ByteArrayConverter", "converters.BooleanConverter", "converters.NumberConverter",
		"converters.DoubleConverter", "converters.FloatConverter", "converters.IntegerConverter",
		"converters.LongConverter", "converters.ShortConverter")
	add("org.apache.kafka.connect.storage.", []Kind{HeaderConverter}, "SimpleHeaderConverter")
	add("org.apache.kafka.connect.transforms.predicates.", []Kind{Predicate}, "HasHeaderKey", "RecordIsTombstone", "TopicNameMatches")
	for _, name := range []string{"Cast", "ExtractField", "Flatten", "HeaderFrom", "HoistField", "InsertField", "MaskField", "ReplaceField", "SetSchemaMetadata", "TimestampConverter"} {
		add("org.apache.kafka.connect.transforms."+name, []Kind{Transformation}, "", "$Key", "$Value")
	}
	add("org.apache.kafka.connect.transforms.", []Kind{Transformation}, "DropHeaders", "Filter", "InsertHeader", "RegexRouter", "TimestampRouter", "ValueToKey")
	add("org.apache.kafka.common.config.provider.", []Kind{ConfigProvider}, "FileConfigProvider", "DirectoryConfigProvider", "EnvVarConfigProvider")
	add("org.apache.kafka.connect.connector.policy.", []Kind{OverridePolicy}, "AbstractConnectorClientConfigOverridePolicy",
		"AllConnectorClientConfigOverridePolicy", "NoneConnectorClientConfigOverridePolicy",
		"PrincipalConnectorClientConfigOverridePolicy", "AllowlistConnectorClientConfigOverridePolicy")
	add("org.apache.kafka.connect.mirror.", []Kind{Source}, "MirrorSourceConnector", "MirrorCheckpointConnector", "MirrorHeartbeatConnector")
	add("org.apache.kafka.connect.file.", []Kind{Source}, "FileStreamSourceConnector")
	add("org.apache.kafka.connect.file.", []Kind{Sink}, "FileStreamSinkConnector")
	return known
}
