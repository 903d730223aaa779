package s3source

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// Keys of the group S3.
const (
	bucketName       = "s3.bucket.name"
	region           = "s3.region"
	pollInterval     = "s3.poll.interval.ms"
	credentialsClass = "s3.credentials.provider.class"
	accessKeyID      = "aws.access.key.id"
	secretAccessKey  = "aws.secret.access.key"
	sseName          = "s3.ssea.name"
	sseCustomerKey   = "s3.sse.customer.key"
	wanMode          = "s3.wan.mode"
	pathStyle        = "s3.path.style.access"
	sinkPathStyle    = "s3.path.style.access.enabled"
	partRetries      = "s3.part.retries"
	retryBackoff     = "s3.retry.backoff.ms"
	expectContinue   = "s3.http.send.expect.continue"
	proxyURL         = "s3.proxy.url"
	proxyUser        = "s3.proxy.user"
	proxyPassword    = "s3.proxy.password"

	credentialsPrefix = "s3.credentials.provider."
)

func s3Keys() []config.Key {
	return objectstore.Grouped("S3", append(bucketKeys(), connectionKeys()...)...)
}

func bucketKeys() []config.Key {
	return []config.Key{
		{
			Name: bucketName, Type: config.StringType, Required: true, Importance: config.High, Width: config.LongWidth,
			Display: "S3 Bucket", Doc: "The bucket. It must exist.",
		},
		{
			Name: region, Type: config.StringType, Default: "us-west-2", Validator: notBlank(), Importance: config.Medium, Width: config.LongWidth,
			Display: "AWS region", Doc: "The region of the bucket.",
		},
		{
			Name: pollInterval, Type: config.Long, Default: 60000, Validator: config.AtLeast(1), Importance: config.Medium,
			Display: "Poll Interval (ms)", Doc: "Milliseconds from one look for new objects to the next.",
		},
		{
			Name: credentialsClass, Type: config.Class, Default: s3store.DefaultProvider, Validator: credentialsClasses(), Importance: config.Low, Width: config.LongWidth,
			Display: "AWS Credentials Provider Class", Doc: "Where credentials come from, by the name of a class of the AWS SDK for Java, or AwsAssumeRoleCredentialsProvider " +
				"with its keys sts.role.arn, sts.role.external.id, sts.role.session.name and sts.region under s3.credentials.provider.",
		},
		{
			Name: accessKeyID, Type: config.StringType, Default: "", Importance: config.Medium, Width: config.LongWidth,
			Display: "AWS Access Key ID", Doc: "Access key. With the secret key it goes before what credentials provider classes find.",
		},
		{
			Name: secretAccessKey, Type: config.PasswordType, Default: "", Importance: config.Medium, Width: config.LongWidth,
			Display: "AWS Secret Access Key", Doc: "Secret key of aws.access.key.id.",
		},
		{
			Name: sseName, Type: config.StringType, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Server Side Encryption Algorithm", Doc: "AES256 for objects that were written with s3.sse.customer.key. S3 decrypts others by itself.",
		},
		{
			Name: sseCustomerKey, Type: config.PasswordType, Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Server Side Encryption Customer-Provided Key (SSE-C)", Doc: "Key that objects were encrypted with, 32 bytes in base64. Only with s3.ssea.name=AES256.",
		},
	}
}

func connectionKeys() []config.Key {
	return []config.Key{
		{
			Name: wanMode, Type: config.Boolean, Default: false, Importance: config.Medium, Width: config.LongWidth,
			Display: "S3 accelerated endpoint enabled", Doc: "Use the endpoint of S3 Transfer Acceleration. Path style must be off.",
		},
		{
			Name: pathStyle, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enable Path Style Access to S3", Doc: "The bucket is part of the path of requests, not of the host name.",
		},
		{
			Name: sinkPathStyle, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "Enable Path Style Access to S3, as in the sink", Doc: "Another name of s3.path.style.access, which the sink has. Path style is off when one of the two is false.",
		},
		{
			Name: partRetries, Type: config.Int, Default: 3, Validator: config.AtLeast(0), Importance: config.Medium, Width: config.LongWidth,
			Display: "S3 Retries", Doc: "How often a request to the store is tried in all, at least 1. After that the task tries again itself, as long as the error is one that may pass.",
		},
		{
			Name: retryBackoff, Type: config.Long, Default: 200, Validator: config.AtLeast(0), Importance: config.Low, Width: config.ShortWidth,
			Display: "Retry Backoff (ms)", Doc: "Milliseconds to wait before a request is tried again. The bound doubles with each try; the wait is a random part of it.",
		},
		{
			Name: expectContinue, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.ShortWidth,
			Display: "S3 HTTP Send Uses Expect Continue", Doc: "Accepted for compatibility: requests that read have no body.",
		},
		{
			Name: proxyURL, Type: config.StringType, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Proxy Settings", Doc: "HTTP proxy, as http://host:port.",
		},
		{
			Name: proxyUser, Type: config.StringType, Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Proxy User", Doc: "User name for the proxy.",
		},
		{
			Name: proxyPassword, Type: config.PasswordType, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Proxy Password", Doc: "Password for the proxy.",
		},
	}
}

func notBlank() config.Validator {
	return config.Valid("a region such as eu-west-1", func(key string, value any) error {
		if s, ok := value.(string); ok && strings.TrimSpace(s) == "" {
			return config.Errorf(key, "region must not be blank or empty.")
		}
		return nil
	})
}

func credentialsClasses() config.Validator {
	return config.Valid("a credentials provider of the AWS SDK for Java", func(key string, value any) error {
		name, ok := value.(string)
		if _, known := s3store.KindOf(name); known || !ok {
			return nil
		}
		return config.Invalid(key, value, "Class "+name+" could not be found.")
	})
}
