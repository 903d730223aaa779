package glue

import (
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/millrace/millrace/connect/config"
)

// Keys of the registry's clients.
const (
	regionKey        = "region"
	endpointKey      = "endpoint"
	proxyKey         = "proxyUrl"
	roleKey          = "assumeRoleArn"
	sessionKey       = "assumeRoleSessionName"
	registryKey      = "registry.name"
	schemaKey        = "schemaName"
	namingKey        = "schemaNameGenerationClass"
	registerKey      = "schemaAutoRegistrationEnabled"
	compatibilityKey = "compatibility"
	descriptionKey   = "description"
	tagsKey          = "tags"
	metadataKey      = "metadata"
	cacheSizeKey     = "cacheSize"
	cacheTimeKey     = "timeToLiveMillis"
	userAgentKey     = "userAgentApp"

	defaultNaming = "com.amazonaws.services.schemaregistry.common.AWSSchemaNamingStrategyDefaultImpl"
	dayMillis     = 24 * 60 * 60 * 1000
	longestMillis = 365 * dayMillis
)

// ConfigKeys are the keys that say which registry to call, and how schemas stand in
// it.
func ConfigKeys() []config.Key {
	keys := []config.Key{
		{Name: regionKey, Type: config.StringType, Importance: config.High, Doc: "AWS region of the registry. Without it, that of the environment or of the AWS profile."},
		{Name: endpointKey, Type: config.StringType, Validator: address(), Importance: config.Medium, Doc: "URL to call in place of that of AWS Glue in the region."},
		{Name: proxyKey, Type: config.StringType, Validator: address(), Importance: config.Low, Doc: "URL of an HTTP proxy. Without it, that of the environment."},
		{Name: roleKey, Type: config.StringType, Importance: config.Medium, Doc: "ARN of an IAM role to take on before the registry is called."},
		{Name: sessionKey, Type: config.StringType, Default: "kafka-connect-session", Importance: config.Low, Doc: "Name of the session in that role."},
		{Name: registryKey, Type: config.StringType, Default: "default-registry", Validator: config.NonEmpty(), Importance: config.High, Doc: "Name of the registry that has the schemas of values that are written. Values are read with schemas of any."},
		{Name: schemaKey, Type: config.StringType, Validator: config.NonEmpty(), Importance: config.Medium, Doc: "Name of the schema that values are written with. Without it, the name of the topic, for keys as well as for values."},
		{Name: namingKey, Type: config.StringType, Default: defaultNaming, Validator: config.OneOf(defaultNaming), Importance: config.Low, Doc: "How schemas are named: only after the topic."},
		{Name: registerKey, Type: config.Boolean, Default: false, Importance: config.High, Doc: "Register schemas that are not there. When false they must be."},
		{Name: compatibilityKey, Type: config.StringType, Default: string(types.CompatibilityBackward), Validator: config.OneOfFold(compatibilities()...), Importance: config.Medium, Doc: "What new versions of a schema must be compatible with. It counts when the schema is created."},
		{Name: descriptionKey, Type: config.StringType, Importance: config.Low, Doc: "Description of schemas that are created. Without it, one that names region and registry."},
		{Name: tagsKey, Type: config.StringType, Default: "", Validator: unset("tags cannot be given as text"), Importance: config.Low, Doc: "Not supported: leave it empty. The Java class takes no text either."},
		{Name: metadataKey, Type: config.StringType, Default: "", Validator: unset("metadata cannot be given as text"), Importance: config.Low, Doc: "Not supported: leave it empty. The Java class takes no text either."},
		{Name: cacheSizeKey, Type: config.Int, Default: 200, Validator: config.AtLeast(1), Importance: config.Medium, Doc: "How many schema versions the converter remembers, in each direction."},
		{Name: cacheTimeKey, Type: config.Long, Default: int64(dayMillis), Validator: config.Between(1, longestMillis), Importance: config.Medium, Doc: "After how long the registry is asked for a schema version again, in milliseconds."},
		{Name: userAgentKey, Type: config.StringType, Default: "kafkaconnect", Importance: config.Low, Doc: "Accepted for compatibility. It changes nothing, as in the Java class."},
	}
	for i := range keys {
		keys[i].Group, keys[i].Order, keys[i].Display = "Glue Schema Registry", i, keys[i].Name
	}
	return keys
}

func compatibilities() []string {
	var all []string
	for _, c := range types.Compatibility("").Values() {
		all = append(all, string(c))
	}
	return all
}

// address demands a URL; null is accepted.
func address() config.Validator {
	return config.Valid("URL", func(key string, value any) error {
		s, ok := value.(string)
		if !ok {
			return nil
		}
		if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return config.Errorf(key, "%s is not of the form https://host:port", key)
		}
		return nil
	})
}

func unset(why string) config.Validator {
	return config.Valid("empty", func(key string, value any) error {
		if s, _ := value.(string); s != "" {
			return config.Invalid(key, value, why)
		}
		return nil
	})
}

// Settings say which registry to call, and how schemas stand in it.
type Settings struct {
	Region        string // "" for the environment's
	Endpoint      string // "" for that of AWS
	Proxy         string // "" for the environment's
	Role          string // ARN; "" for none
	Session       string // in the role
	Registry      string
	Schema        string // "" for the name of the topic
	Register      bool   // schemas that are not there
	Compatibility string // of schemas that are created
	Description   string // the same; "" for one that names region and registry
	CacheSize     int
	CacheTime     time.Duration

	Attempts  int           // for each request, at least 1
	Backoff   time.Duration // before the second attempt, in the mean; it doubles
	Checks    int           // whether a new version is available
	CheckWait time.Duration // before each
}

// FromConfig returns the settings that a configuration has.
func FromConfig(v *config.Values) Settings {
	return Settings{
		Region: v.String(regionKey), Endpoint: v.String(endpointKey), Proxy: v.String(proxyKey),
		Role: v.String(roleKey), Session: v.String(sessionKey),
		Registry: v.String(registryKey), Schema: v.String(schemaKey), Register: v.Bool(registerKey),
		Compatibility: strings.ToUpper(v.String(compatibilityKey)), Description: v.String(descriptionKey),
		CacheSize: v.Int(cacheSizeKey), CacheTime: time.Duration(v.Long(cacheTimeKey)) * time.Millisecond,
		Attempts: 4, Backoff: 200 * time.Millisecond, Checks: 30, CheckWait: time.Second,
	}
}
