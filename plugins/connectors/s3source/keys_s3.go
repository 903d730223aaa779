package s3source

import (
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// Keys of the group S3.
const (
	pollInterval = "s3.poll.interval.ms"
	pathStyle    = "s3.path.style.access"
)

func s3Keys() []config.Key {
	shared := s3config.NewKeys()
	return objectstore.Grouped("S3", append(bucketKeys(shared), connectionKeys(shared)...)...)
}

func bucketKeys(shared s3config.Keys) []config.Key {
	return []config.Key{
		shared.Bucket,
		shared.Region,
		{
			Name: pollInterval, Type: config.Long, Default: 60000, Validator: config.AtLeast(1), Importance: config.Medium,
			Display: "Poll Interval (ms)", Doc: "Milliseconds from one look for new objects to the next.",
		},
		{
			Name: s3config.CredentialsClass, Type: config.Class, Default: s3store.DefaultProvider, Validator: s3config.CredentialsClasses(), Importance: config.Low, Width: config.LongWidth,
			Display: "AWS Credentials Provider Class", Doc: "Where credentials come from, by the name of a class of the AWS SDK for Java, or AwsAssumeRoleCredentialsProvider " +
				"with its keys sts.role.arn, sts.role.external.id, sts.role.session.name and sts.region under s3.credentials.provider.",
		},
		{
			Name: s3config.AccessKeyID, Type: config.StringType, Default: "", Importance: config.Medium, Width: config.LongWidth,
			Display: "AWS Access Key ID", Doc: "Access key. With the secret key it goes before what credentials provider classes find.",
		},
		{
			Name: s3config.SecretAccessKey, Type: config.PasswordType, Default: "", Importance: config.Medium, Width: config.LongWidth,
			Display: "AWS Secret Access Key", Doc: "Secret key of aws.access.key.id.",
		},
		{
			Name: s3config.SSEName, Type: config.StringType, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Server Side Encryption Algorithm", Doc: "AES256 for objects that were written with s3.sse.customer.key. S3 decrypts others by itself.",
		},
		{
			Name: s3config.SSECustomerKey, Type: config.PasswordType, Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Server Side Encryption Customer-Provided Key (SSE-C)", Doc: "Key that objects were encrypted with, 32 bytes in base64. Only with s3.ssea.name=AES256.",
		},
	}
}

func connectionKeys(shared s3config.Keys) []config.Key {
	return []config.Key{
		shared.WANMode,
		{
			Name: pathStyle, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enable Path Style Access to S3", Doc: "The bucket is part of the path of requests, not of the host name.",
		},
		{
			Name: s3config.PathStyle, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enable Path Style Access to S3, as in the sink", Doc: "Another name of s3.path.style.access, which the sink has. Path style is off when one of the two is false.",
		},
		{
			Name: s3config.PartRetries, Type: config.Int, Default: 3, Validator: config.AtLeast(0), Importance: config.Medium, Width: config.LongWidth,
			Display: "S3 Retries", Doc: "How often a request to the store is tried in all, at least 1. After that the task tries again itself, as long as the error is one that may pass.",
		},
		shared.RetryBackoff,
		{
			Name: s3config.ExpectContinue, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "S3 HTTP Send Uses Expect Continue", Doc: "Accepted for compatibility: requests that read have no body.",
		},
		shared.ProxyURL,
		shared.ProxyUser,
		shared.ProxyPassword,
	}
}
