package aivens3sink

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// with returns a configuration of a bucket and more: key, value, key, value …
func with(pairs ...string) map[string]string {
	props := map[string]string{bucketName: "the-bucket"}
	for i := 0; i < len(pairs); i += 2 {
		props[pairs[i]] = pairs[i+1]
	}
	return props
}

func TestWrongConfigurations(t *testing.T) {
	for _, c := range []struct {
		key, value, want string
		more             []string
	}{
		{partSize, "2000000001", "Invalid value 2000000001 for configuration aws.s3.part.size.bytes: Part size must be no more: 2000000000 bytes (2GB)", nil},
		{partSize, "0", "Invalid value 0 for configuration aws.s3.part.size.bytes: Part size must be greater than 0", nil},
		{partSize, "3000000000", "Invalid value 3000000000 for configuration aws.s3.part.size.bytes: Not a number of type INT", nil},
		{bucketName, "", "Illegal bucket name: Bucket name should be between 3 and 63 characters long", nil},
		{oldBucketName, "BUCKET-NAME", "Illegal bucket name: Bucket name should not contain uppercase characters", nil},
		{bucketName, "bucket_name", "Illegal bucket name: Bucket name should not contain '_'", nil},
		{bucketName, "10.0.0.999", "Illegal bucket name: Bucket name must not be formatted as an IP Address", nil},
		{bucketName, "a..b", "Illegal bucket name: Bucket name should not contain two adjacent periods", nil},
		{bucketName, "a.-b", "Illegal bucket name: Bucket name should not contain dashes next to periods", nil},
		{bucketName, "a b c", "Illegal bucket name: Bucket name should not contain white space", nil},
		{bucketName, "-abc", "Illegal bucket name: Bucket name should not begin with a '-'", nil},
		{bucketName, ".abc", "Illegal bucket name: Bucket name should not begin with a period", nil},
		{bucketName, "abc-", "Illegal bucket name: Bucket name should not end with '-' or '.'", nil},
		{region, "unknown", "Invalid value unknown for configuration aws.s3.region: Supported values are: af-south-1, ", nil},
		{oldRegion, "", "Invalid value  for configuration aws_s3_region: Supported values are: ", nil},
		{prefix, "", "Invalid value  for configuration aws.s3.prefix: String must be non-empty", nil},
		{prefix, "{{timestamp}}", "Invalid value {{timestamp}} for configuration aws.s3.prefix: parameter unit is required", nil},
		{oldEndpoint, "", "Invalid value  for configuration aws_s3_endpoint: String must be non-empty", nil},
		{endpoint, "ffff://asdsadas", "Invalid value ffff://asdsadas for configuration aws.s3.endpoint: should be valid URL", nil},
		{oldOutputFields, "", "Invalid value [] for configuration output_fields: cannot be empty", nil},
		{
			outputFields, "key, value, offset, timestamp, unsupported",
			"Invalid value [key, value, offset, timestamp, unsupported] for configuration format.output.fields: supported values are: 'key', 'value', 'offset', 'timestamp', 'headers'", nil,
		},
		{outputEncoding, "BASE64", "Invalid value BASE64 for configuration format.output.fields.value.encoding: supported values are: 'none', 'base64'", nil},
		{outputType, "unknown", "Invalid value unknown for configuration format.output.type: Supported values are: 'avro', 'csv', 'json', 'jsonl', 'parquet'", nil},
		{outputType, " ", "Invalid value must not be empty or not set for configuration format.output.type", nil},
		{compression, "Unsupported", "Invalid value unsupported for configuration file.compression.type: 'none', 'gzip', 'snappy', 'zstd'", nil},
		{oldCompression, "x", "Invalid value x for configuration output_compression: 'none', 'gzip', 'snappy', 'zstd'", nil},
		{s3Backoff, "0", "Invalid value 0 for configuration aws.s3.backoff.delay.ms: Value must be at least 1", nil},
		{s3Attempts, "35", "Invalid value 35 for configuration aws.s3.backoff.max.retries: Value must be no more than 30", nil},
		{kafkaBackoff, "-1", "Invalid value -1 for configuration kafka.retry.backoff.ms: Value must be at least 0", nil},
		{kafkaBackoff, "86400001", "Invalid value 86400001 for configuration kafka.retry.backoff.ms: Value must be no more than 86400000 (24 hours)", nil},
		{roleDuration, "30", "Invalid value 30 for configuration aws.sts.role.session.duration: Value must be at least 900", nil},
		{accessKeyID, " ", "Invalid value [hidden] for configuration aws.access.key.id: Password must be non-empty", nil},
		{nameZone, "Mars/X", "Invalid value Mars/X for configuration file.name.timestamp.timezone: Unknown time-zone ID: Mars/X", nil},
		{nameTime, "RECORD", "Invalid value RECORD for configuration file.name.timestamp.source: Unknown timestamp source: RECORD", nil},
		{nameTemplate, "{{topic}}", "Invalid value {{topic}} for configuration file.name.template: unsupported set of template variables, supported sets are: topic,partition,start_offset,timestamp; ", nil},
		{avroCodec, "xz", "Invalid value xz for configuration avro.codec: Unknown or not supported codec xz", nil},
		{credentialsClass, "com.acme.Own", "Invalid value com.acme.Own for configuration aws.credentials.provider: Class com.acme.Own could not be found.", nil},
		{outputEnvelope, "false", "When format.output.envelope is false, format.output.fields must contain only one field", []string{outputFields, "key,value"}},
		{outputEnvelope, "false", "When format.output.envelope is false, format.output.fields must contain only one field", nil},
		{maxRecords, "2", "When file.name.template is {{key}}, file.max.records must be either 1 or not set", []string{nameTemplate, "{{key}}"}},
		{maxRecords, "2", "When file.name.template is {{topic}}/{{partition}}/{{key}}, file.max.records must be either 1 or not set", []string{nameTemplate, "{{topic}}/{{partition}}/{{key}}"}},
		{stsEndpoint, "https://sts.eu-north-1.amazonaws.com", "aws.s3.region should be specified together with aws.sts.config.endpoint", []string{roleARN, "arn", roleSession, "s"}},
	} {
		props := with(append(c.more, c.key, c.value)...)
		_, err := read(Plugin.Config, props)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s=%s: error %v, want %s", c.key, c.value, err, c.want)
		}
		r := Plugin.Config.Validate(props)
		(&connector{def: Plugin.Config}).Validate(props, r)
		if !slices.ContainsFunc(r.Errors(), func(msg string) bool { return strings.HasPrefix(msg, c.want) }) {
			t.Errorf("%s=%s: validation says %q", c.key, c.value, r.Errors())
		}
	}
	if _, err := read(Plugin.Config, nil); err == nil || err.Error() != "Neither aws.s3.bucket.name nor aws_s3_bucket properties have been set" {
		t.Errorf("no bucket: %v", err)
	}
}

func TestPlans(t *testing.T) {
	for _, c := range []struct {
		props    map[string]string
		template string
		stream   objectstore.Compression
	}{
		{with(), "{{topic}}-{{partition}}-{{start_offset}}.gz", objectstore.Gzip},
		{with(compression, "NONE"), "{{topic}}-{{partition}}-{{start_offset}}", objectstore.NoCompression},
		{with(compression, "zstd", oldCompression, "none"), "{{topic}}-{{partition}}-{{start_offset}}.zst", objectstore.Zstd},
		{with(oldCompression, "snappy"), "{{topic}}-{{partition}}-{{start_offset}}.snappy", objectstore.Snappy},
		{with(outputType, "avro", compression, "none"), "{{topic}}-{{partition}}-{{start_offset}}.avro", objectstore.NoCompression},
		{with(outputType, "AVRO"), "{{topic}}-{{partition}}-{{start_offset}}.avro.gz", objectstore.Gzip},
		{with(outputType, "parquet"), "{{topic}}-{{partition}}-{{start_offset}}", objectstore.NoCompression},
		{with(outputType, "parquet", compression, "gzip"), "{{topic}}-{{partition}}-{{start_offset}}.gz", objectstore.NoCompression},
		{with(nameTemplate, "{{key}}.x"), "{{key}}.x", objectstore.Gzip},
	} {
		v, err := read(Plugin.Config, c.props)
		if err != nil {
			t.Fatal(err)
		}
		p, err := planOf(v)
		if err != nil {
			t.Fatal(err)
		}
		if p.name.text != c.template || p.stream != c.stream {
			t.Errorf("%v: template %s, compression %d", c.props, p.name.text, p.stream)
		}
	}
}

func TestStores(t *testing.T) {
	for _, c := range []struct {
		props map[string]string
		want  s3store.Settings
	}{
		{with(), s3store.Settings{Bucket: "the-bucket", Region: "us-east-1"}},
		{
			map[string]string{oldBucketName: "old-bucket", oldRegion: "eu-west-1", oldEndpoint: "store:9000", oldAccessKeyID: "a", oldSecretAccessKey: "b"},
			s3store.Settings{
				Bucket: "old-bucket", Region: "eu-west-1", Endpoint: "store:9000", PathStyle: true,
				Credentials: s3store.Credentials{Kind: s3store.Static, ID: "a", Secret: "b"},
			},
		},
		{
			with(oldBucketName, "old-bucket", region, "eu-west-2", oldRegion, "eu-west-1", accessKeyID, "c", secretAccessKey, "d", oldAccessKeyID, "a", oldSecretAccessKey, "b"),
			s3store.Settings{Bucket: "the-bucket", Region: "eu-west-2", Credentials: s3store.Credentials{Kind: s3store.Static, ID: "c", Secret: "d"}},
		},
		{
			with(roleARN, "arn", roleSession, "s", roleExternal, "x", accessKeyID, "c", secretAccessKey, "d"),
			s3store.Settings{
				Bucket: "the-bucket", Region: "us-east-1",
				Credentials: s3store.Credentials{Kind: s3store.AssumeRole, Role: s3store.Role{ARN: "arn", ExternalID: "x", SessionName: "s"}},
			},
		},
		{
			with(credentialsClass, "software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider"),
			s3store.Settings{Bucket: "the-bucket", Region: "us-east-1", Credentials: s3store.Credentials{Kind: s3store.Anonymous}},
		},
	} {
		v, err := read(Plugin.Config, c.props)
		if err != nil {
			t.Fatal(err)
		}
		got, tuning := storeOf(v)
		if got.Bucket != c.want.Bucket || got.Region != c.want.Region || got.Endpoint != c.want.Endpoint ||
			got.PathStyle != c.want.PathStyle || got.Credentials != c.want.Credentials {
			t.Errorf("%v: got %+v", slices.Sorted(maps.Keys(c.props)), got)
		}
		if got.Attempts != 3 || got.Backoff != 100*time.Millisecond || tuning.MaxBackoff != 20*time.Second || tuning.Session != time.Hour || tuning.STSEndpoint != "" {
			t.Errorf("attempts %d, %s; %+v", got.Attempts, got.Backoff, tuning)
		}
	}
}

func TestKeys(t *testing.T) {
	if groups := strings.Join(Plugin.Config.Groups(), ","); groups != "AWS,AWS STS,S3 retry backoff policy,File,Format,Retry backoff policy,Avro" {
		t.Errorf("groups %s", groups)
	}
	for _, k := range Plugin.Config.Keys() {
		if k.Doc == "" {
			t.Errorf("%s has no documentation", k.Name)
		}
	}
}
