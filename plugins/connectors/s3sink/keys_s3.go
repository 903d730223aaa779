package s3sink

import (
	"math"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// Keys of the group S3.
const (
	tagging          = "s3.object.tagging"
	taggingPairs     = "s3.object.tagging.key.value.pairs"
	taggingError     = "s3.object.behavior.on.tagging.error"
	partSize         = "s3.part.size"
	sseKMSKey        = "s3.sse.kms.key.id"
	cannedACL        = "s3.acl.canned"
	compressionType  = "s3.compression.type"
	compressionLevel = "s3.compression.level"
	decimalFormat    = "json.decimal.format"
	bytesExtension   = "format.bytearray.extension"
	bytesSeparator   = "format.bytearray.separator"
	onNull           = "behavior.on.null.values"
	reportNulls      = "report.null.values.to.dlq"
	maxWrite         = "max.write.duration.ms"
	rotateOnChange   = "rotate.file.on.partition.change"
	tombstones       = "tombstone.encoded.partition"
	schemaAffix      = "s3.schema.partition.affix.type"
	sendDigest       = "s3.send.digest"
	conditional      = "enable.conditional.writes"
	scanLimit        = "max.files.scan.limit"
	elasticBuffer    = "s3.elastic.buffer.enable"
	elasticCapacity  = "s3.elastic.buffer.init.capacity"

	// Keys that only Millrace has.
	bufferMemory = "s3.buffer.memory"
	bufferDir    = "s3.buffer.dir"
	maxOpenFiles = "partitioner.max.open.files"
)

func s3Keys() []config.Key {
	shared := s3config.NewKeys()
	keys := bucketKeys(shared)
	keys = append(keys, securityKeys(shared)...)
	keys = append(keys, contentKeys(shared)...)
	return objectstore.Grouped("S3", append(keys, behaviorKeys()...)...)
}

func bucketKeys(shared s3config.Keys) []config.Key {
	return []config.Key{
		shared.Bucket,
		{
			Name: tagging, Type: config.Boolean, Default: false, Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Object Tagging", Doc: "Tag data objects with startOffset, endOffset and recordCount.",
		},
		{
			Name: taggingPairs, Type: config.List, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Object Tagging Extra Key Value pairs", Doc: "More tags for data objects: key:value,key:value.",
		},
		{
			Name: taggingError, Type: config.StringType, Default: "ignore", Validator: config.OneOf("ignore", "fail"),
			Importance: config.Low, Width: config.ShortWidth,
			Display: "Behavior for S3 object tagging error", Doc: "What becomes of an object that cannot be tagged: ignore logs a warning, fail fails the task.",
		},
		shared.Region,
		{
			Name: partSize, Type: config.Int, Default: 26214400, Validator: partSizes(), Importance: config.High, Width: config.LongWidth,
			Display: "S3 Part Size", Doc: "Bytes of a part of a multipart upload. Each open object collects up to one part, in memory or in a file.",
		},
	}
}

func securityKeys(shared s3config.Keys) []config.Key {
	return []config.Key{
		{
			Name: s3config.CredentialsClass, Type: config.Class, Default: s3store.DefaultProvider, Validator: s3config.CredentialsClasses(), Importance: config.Low, Width: config.LongWidth,
			Display: "AWS Credentials Provider Class", Doc: "Where credentials come from, by the name of a class of the AWS SDK for Java: the default chain, environment, " +
				"profile, instance profile, web identity, anonymous, or AwsAssumeRoleCredentialsProvider with its keys sts.role.arn, sts.role.external.id, " +
				"sts.role.session.name and sts.region under s3.credentials.provider.",
		},
		{
			Name: s3config.AccessKeyID, Type: config.StringType, Default: "", Importance: config.High, Width: config.LongWidth,
			Display: "AWS Access Key ID", Doc: "Access key. With the secret key it goes before what credentials provider classes find.",
		},
		{
			Name: s3config.SecretAccessKey, Type: config.PasswordType, Default: "", Importance: config.High, Width: config.LongWidth,
			Display: "AWS Secret Access Key", Doc: "Secret key of aws.access.key.id.",
		},
		{
			Name: s3config.SSEName, Type: config.StringType, Default: "", Validator: valueOf("", "AES256", "aws:kms", "aws:kms:dsse"), Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Server Side Encryption Algorithm", Doc: "How S3 encrypts objects: AES256, or aws:kms with s3.sse.kms.key.id. Empty, and aws:kms:dsse, leave it to the bucket.",
		},
		{
			Name: s3config.SSECustomerKey, Type: config.PasswordType, Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Server Side Encryption Customer-Provided Key (SSE-C)", Doc: "Key to encrypt objects with, 32 bytes in base64. Only with s3.ssea.name=AES256.",
		},
		{
			Name: sseKMSKey, Type: config.StringType, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Server Side Encryption Key", Doc: "KMS key to encrypt objects with. Only with s3.ssea.name=aws:kms.",
		},
		{
			Name: cannedACL, Type: config.StringType, Importance: config.Low, Width: config.LongWidth,
			Validator: orNull(valueOf("private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control")),
			Display:   "S3 Canned ACL", Doc: "Canned access control list of the objects.",
		},
		shared.WANMode,
	}
}

func contentKeys(shared s3config.Keys) []config.Key {
	return []config.Key{
		{
			Name: compressionType, Type: config.StringType, Default: "none", Validator: valueOf("none", "gzip"), Importance: config.Low, Width: config.LongWidth,
			Display: "Compression type", Doc: "Compression of JSON and byte objects: none or gzip.",
		},
		{
			Name: compressionLevel, Type: config.Int, Default: -1, Validator: config.Between(-1, 9), Importance: config.Low, Width: config.LongWidth,
			Display: "Compression level", Doc: "Level of gzip: 0 is none, 1 fastest, 9 smallest, -1 the usual compromise.",
		},
		{
			Name: decimalFormat, Type: config.StringType, Default: "BASE64", Validator: config.OneOfFold("BASE64", "NUMERIC"), Importance: config.Low, Width: config.MediumWidth,
			Display: "Decimal Format", Doc: "How JSON has decimals within structs: BASE64 of their bytes, or NUMERIC.",
		},
		{
			Name: s3config.PartRetries, Type: config.Int, Default: 3, Validator: config.AtLeast(0), Importance: config.Medium, Width: config.LongWidth,
			Display: "S3 Part Upload Retries", Doc: "How often a request to the store is tried in all, at least 1.",
		},
		shared.RetryBackoff,
		{
			Name: bytesExtension, Type: config.StringType, Default: ".bin", Importance: config.Low, Width: config.LongWidth,
			Display: "Output File Extension for ByteArrayFormat", Doc: "How names of byte objects end.",
		},
		{
			Name: bytesSeparator, Type: config.StringType, Importance: config.Low, Width: config.LongWidth,
			Display: "Line separator for ByteArrayFormat", Doc: "What follows each record in byte objects, taken as it is, blanks included. Without the key it is a line feed.",
		},
		shared.ProxyURL,
		shared.ProxyUser,
		shared.ProxyPassword,
		{
			Name: s3config.ExpectContinue, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "S3 HTTP Send Uses Expect Continue", Doc: "Ask the store before a large body is sent.",
		},
	}
}

func behaviorKeys() []config.Key {
	return []config.Key{
		{
			Name: onNull, Type: config.StringType, Default: "fail", Validator: foldedOneOf("ignore", "fail", "write"), Importance: config.Low, Width: config.ShortWidth,
			Display: "Behavior for null-valued records", Doc: "What becomes of records without a value: fail the task, ignore them, or write their keys under tombstone.encoded.partition.",
		},
		{
			Name: reportNulls, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Report null value to DLQ", Doc: "Send ignored records without a value to the dead letter queue, if there is one.",
		},
		{
			Name: maxWrite, Type: config.Long, Default: int64(math.MaxInt64), Importance: config.Low,
			Display: "Max write duration (ms)", Doc: "Milliseconds after which a task stops writing what it was given, to ask for more before it goes on.",
		},
		{
			Name: rotateOnChange, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Rotate file on partition change", Doc: "With rotate.interval.ms: also commit when a record belongs to another encoded partition than the one before it.",
		},
		{
			Name: tombstones, Type: config.StringType, Default: "tombstone", Importance: config.Low, Width: config.ShortWidth,
			Display: "Tombstone Encoded Partition", Doc: "Encoded partition of the keys of records without a value.",
		},
		{
			Name: schemaAffix, Type: config.StringType, Default: "NONE", Validator: config.OneOf("SUFFIX", "PREFIX", "NONE"), Importance: config.Low, Width: config.LongWidth,
			Display: "Schema Partition Affix Type", Doc: "Add schema_name=NAME of the value's schema in front of (PREFIX) or behind (SUFFIX) the encoded partition.",
		},
		{
			Name: sendDigest, Type: config.Boolean, Default: false, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enable Sending MD5 Digest", Doc: "Send the MD5 of each part along.",
		},
		{
			Name: conditional, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enable Conditional Writes", Doc: "With rotate.schedule.interval.ms, and without stored keys and headers: never write over an object; take the next free name.",
		},
		{
			Name: scanLimit, Type: config.Int, Default: 100, Importance: config.Low, Internal: true,
			Display: "Max Files Scan Limit", Doc: "How many names are tried at most to find a free one.",
		},
		{
			Name: s3config.PathStyle, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enable Path Style Access to S3", Doc: "The bucket is part of the path of requests, not of the host name.",
		},
		{
			Name: elasticBuffer, Type: config.Boolean, Default: false, Importance: config.Low, Width: config.LongWidth,
			Display: "Enable elastic buffer", Doc: "Accepted for compatibility: buffers always grow with what is in them.",
		},
		{
			Name: elasticCapacity, Type: config.Int, Default: 131072, Validator: config.AtLeast(4096), Importance: config.Low, Width: config.LongWidth,
			Display: "Elastic buffer initial capacity", Doc: "Accepted for compatibility: buffers always grow with what is in them.",
		},
		{
			Name: bufferMemory, Type: config.Long, Default: int64(10485760), Validator: config.AtLeast(1048576), Importance: config.Low, Width: config.LongWidth,
			Display: "Memory for parts", Doc: "Memory, in bytes, for what waits to be uploaded, of all tasks together; what is more waits in a file. Only Millrace has this key.",
		},
		{
			Name: bufferDir, Type: config.StringType, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "Directory for parts", Doc: "Directory of that file, which should be on a disk, not in memory; empty for that of temporary files. It may grow to s3.part.size for each open object. Only Millrace has this key.",
		},
		{
			Name: maxOpenFiles, Type: config.Int, Default: -1, Importance: config.Low, Internal: true,
			Display: "Max Open Files per Partition", Doc: "Open objects of a Kafka partition at which all are committed before one more begins; -1 for no limit.",
		},
	}
}
