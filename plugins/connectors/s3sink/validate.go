package s3sink

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3config"
)

// Texts of the Java connector.
const (
	credentialInterface = "interface software.amazon.awssdk.auth.credentials.AwsCredentialsProvider"
	wanAndPathStyle     = "Both accelerate mode and path style access are being enabled. These options are mutually exclusive and " +
		"cannot be enabled together. Please disable one of them"
	keysMandatory = "Writing Kafka record keys to storage is mandatory when tombstone writing is enabled."
	noFieldName   = "Partition field name cannot be null or empty when using FieldPartitioner."
	needsTimezone = "timezone configuration must be set when using rotate.schedule.interval.ms"
)

// Validate checks relations between keys. It looks at values that could be read
// only.
func (c *connector) Validate(_ map[string]string, r *config.Result) {
	k := checked{r}
	k.provider()
	k.gzip("data", formatClass)
	if k.bool(storeKeys) {
		k.gzip("keys", keysFormat, storeKeys)
	}
	if k.bool(storeHeaders) {
		k.gzip("headers", headersFormat, storeHeaders)
	}
	if strings.EqualFold(k.text(onNull), "write") && !k.bool(storeKeys) {
		k.fail(keysMandatory, storeKeys, onNull)
	}
	if k.bool(s3config.WANMode) && k.bool(s3config.PathStyle) {
		k.fail(wanAndPathStyle, s3config.WANMode, s3config.PathStyle)
	}
	if k.text(objectstore.PartitionerClass) == objectstore.FieldPartitionerName && len(k.list(objectstore.PartitionFieldName)) == 0 {
		k.fail(noFieldName, objectstore.PartitionFieldName)
	}
}

// checked is a result with typed access to its values.
type checked struct{ result *config.Result }

func (k checked) value(key string) any {
	if v := k.result.Value(key); v != nil {
		return v.Value
	}
	return nil
}

func (k checked) text(key string) string {
	s, _ := k.value(key).(string)
	return s
}

func (k checked) bool(key string) bool {
	b, _ := k.value(key).(bool)
	return b
}

func (k checked) list(key string) []string {
	list, _ := k.value(key).([]string)
	return list
}

func (k checked) fail(msg string, keys ...string) {
	for _, key := range keys {
		k.result.AddError(key, msg)
	}
}

func (k checked) wrong(key string) bool {
	v := k.result.Value(key)
	return v != nil && len(v.Errors) > 0
}

// provider adds what Java says of a class that it does not find.
func (k checked) provider() {
	if k.wrong(s3config.CredentialsClass) {
		k.fail(config.Invalid(s3config.CredentialsClass, nil, "Class must extend: "+credentialInterface).Msg, s3config.CredentialsClass)
	}
}

// gzip demands a format that can be compressed as a whole.
func (k checked) gzip(what, formatKey string, more ...string) {
	format := k.text(formatKey)
	if k.text(compressionType) != "gzip" || format != avroFormat && format != parquetFormat {
		return
	}
	msg := "Compression Type gzip not valid for " + what + " format class: ( " + format + " )."
	k.fail(msg, append(more, formatKey, compressionType)...)
}

// checkSchedule is what the Java connector checks when it starts.
func checkSchedule(v *config.Values) error {
	if v.Long(rotateSchedule) > 0 && v.String(objectstore.Timezone) == "" {
		return config.Errorf(objectstore.Timezone, needsTimezone)
	}
	return nil
}
