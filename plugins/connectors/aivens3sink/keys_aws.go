package aivens3sink

import "github.com/millrace/millrace/connect/config"

// Keys of S3.
const (
	accessKeyID      = "aws.access.key.id"
	secretAccessKey  = "aws.secret.access.key"
	credentialsClass = "aws.credentials.provider"
	bucketName       = "aws.s3.bucket.name"
	sseAlgorithm     = "aws.s3.sse.algorithm"
	endpoint         = "aws.s3.endpoint"
	region           = "aws.s3.region"
	prefix           = "aws.s3.prefix"
	fetchPage        = "aws.s3.fetch.page.size"
	fetchBuffer      = "aws.s3.fetch.buffer.size"
	partSize         = "aws.s3.part.size.bytes"

	roleARN      = "aws.sts.role.arn"
	roleSession  = "aws.sts.role.session.name"
	roleDuration = "aws.sts.role.session.duration"
	roleExternal = "aws.sts.role.external.id"
	stsEndpoint  = "aws.sts.config.endpoint"

	s3Backoff    = "aws.s3.backoff.delay.ms"
	s3MaxBackoff = "aws.s3.backoff.max.delay.ms"
	s3Attempts   = "aws.s3.backoff.max.retries"
)

// Keys of earlier versions.
const (
	oldAccessKeyID     = "aws_access_key_id"
	oldSecretAccessKey = "aws_secret_access_key"
	oldBucketName      = "aws_s3_bucket"
	oldEndpoint        = "aws_s3_endpoint"
	oldRegion          = "aws_s3_region"
	oldPrefix          = "aws_s3_prefix"
	oldOutputFields    = "output_fields"
	oldCompression     = "output_compression"
)

const globalSTS = "https://sts.amazonaws.com"

func awsKeys() []config.Key {
	return grouped("AWS", []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []config.Key{
		{
			Name: accessKeyID, Type: config.PasswordType, Validator: passwords(), Importance: config.Medium,
			Doc: "Access key. With the secret key it goes before aws.credentials.provider.",
		},
		{Name: secretAccessKey, Type: config.PasswordType, Validator: passwords(), Importance: config.Medium, Doc: "Secret key of aws.access.key.id."},
		{
			Name: credentialsClass, Type: config.Class, Validator: providers(), Importance: config.Medium,
			Doc: "Where credentials come from, by the name of a class of the AWS SDKs for Java: the default chain, environment, profile, instance profile, web identity, anonymous. " +
				"The default chain unless set.",
		},
		{Name: bucketName, Type: config.StringType, Validator: buckets(), Importance: config.Medium, Doc: "The bucket. It must exist."},
		{
			Name: sseAlgorithm, Type: config.StringType, Validator: config.NonEmpty(), Importance: config.Medium,
			Doc: "How S3 encrypts objects: AES256 or aws:kms, with the key that AWS manages. Unless set it is left to the bucket.",
		},
		{
			Name: endpoint, Type: config.StringType, Validator: urls(), Importance: config.Low,
			Doc: "Endpoint of another store than Amazon's. https:// is assumed, and the bucket is part of the path.",
		},
		{Name: region, Type: config.StringType, Validator: regions(), Importance: config.Medium, Doc: "The region of the bucket; us-east-1 unless set."},
		{
			Name: prefix, Type: config.StringType, Validator: config.NonEmpty(), Importance: config.Medium,
			Doc: "What names of objects begin with, with the variables topic, partition, start_offset, timestamp, utc_date and local_date. " +
				"With it file.name.template only divides records, and topic, partition and the offset in 20 digits follow. Better say all of it in file.name.template.",
		},
		{Name: fetchPage, Type: config.Int, Default: 10, Validator: config.AtLeast(1), Importance: config.Medium, Doc: "Accepted for compatibility: it is for the source connector."},
		{Name: fetchBuffer, Type: config.Int, Default: 1000, Validator: config.AtLeast(1), Importance: config.Medium, Doc: "Accepted for compatibility: it is for the source connector."},
	})
}

func roleKeys() []config.Key {
	return grouped("AWS STS", []int{1, 2, 3, 4, 5}, []config.Key{
		{
			Name: roleARN, Type: config.StringType, Validator: config.NonEmpty(), Importance: config.Medium,
			Doc: "Role to take on, with the credentials of the default chain. With aws.sts.role.session.name it goes before access keys.",
		},
		{Name: roleSession, Type: config.StringType, Validator: config.NonEmpty(), Importance: config.Medium, Doc: "Name of the session in the role of aws.sts.role.arn."},
		{Name: roleDuration, Type: config.Int, Default: 3600, Validator: config.Between(900, 43200), Importance: config.Medium, Doc: "Seconds for which the role is taken on, again and again."},
		{Name: roleExternal, Type: config.StringType, Validator: config.NonEmpty(), Importance: config.Medium, Doc: "External id that the role asks for."},
		{
			Name: stsEndpoint, Type: config.StringType, Default: globalSTS, Validator: config.NonEmpty(), Importance: config.Medium,
			Doc: "Where the role is taken on. Another one than the default needs aws.s3.region; with the default it is that of the region.",
		},
	})
}

// oldKeys are the spellings of earlier versions.
func oldKeys() []config.Key {
	keys := []config.Key{
		{Name: oldAccessKeyID, Type: config.PasswordType, Validator: passwords(), Doc: "Old name of aws.access.key.id."},
		{Name: oldSecretAccessKey, Type: config.PasswordType, Validator: passwords(), Doc: "Old name of aws.secret.access.key."},
		{Name: oldBucketName, Type: config.StringType, Validator: buckets(), Doc: "Old name of aws.s3.bucket.name."},
		{Name: oldEndpoint, Type: config.StringType, Validator: urls(), Doc: "Old name of aws.s3.endpoint."},
		{Name: oldRegion, Type: config.StringType, Validator: regions(), Doc: "Old name of aws.s3.region."},
		{Name: oldPrefix, Type: config.StringType, Validator: config.NonEmpty(), Doc: "Old name of aws.s3.prefix."},
		{Name: oldOutputFields, Type: config.List, Validator: fieldLists(), Doc: "Old name of format.output.fields."},
		{Name: oldCompression, Type: config.StringType, Validator: compressions(), Doc: "Old name of file.compression.type, except for Parquet."},
	}
	for i := range keys {
		keys[i].Importance = config.Medium
	}
	keys[3].Importance = config.Low
	return keys
}

func retryKeys() []config.Key {
	return grouped("S3 retry backoff policy", []int{1, 2, 3}, []config.Key{
		{
			Name: s3Backoff, Type: config.Long, Default: 100, Validator: config.AtLeast(1), Importance: config.Medium,
			Doc: "Milliseconds to wait before a request is tried again. The bound doubles with each try; the wait is a random part of it.",
		},
		{Name: s3MaxBackoff, Type: config.Long, Default: 20000, Validator: config.AtLeast(1), Importance: config.Medium, Doc: "Most milliseconds to wait before a request is tried again."},
		{Name: s3Attempts, Type: config.Int, Default: 3, Validator: config.Between(1, 30), Importance: config.Medium, Doc: "How often a request is tried in all."},
	})
}

func partKeys() []config.Key {
	return grouped("AWS", []int{0}, []config.Key{{
		Name: partSize, Type: config.Int, Default: 5 << 20, Validator: partSizes(), Importance: config.Medium,
		Doc: "Bytes of a part of a multipart upload. Amazon takes parts of 5242880 bytes and more. Each open object collects up to one part in memory.",
	}})
}
