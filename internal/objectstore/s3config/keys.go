package s3config

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// Keys that the connectors have in common.
const (
	BucketName       = "s3.bucket.name"
	Region           = "s3.region"
	CredentialsClass = "s3.credentials.provider.class"
	AccessKeyID      = "aws.access.key.id"
	SecretAccessKey  = "aws.secret.access.key"
	SSEName          = "s3.ssea.name"
	SSECustomerKey   = "s3.sse.customer.key"
	WANMode          = "s3.wan.mode"
	PathStyle        = "s3.path.style.access.enabled"
	PartRetries      = "s3.part.retries"
	RetryBackoff     = "s3.retry.backoff.ms"
	ExpectContinue   = "s3.http.send.expect.continue"
	ProxyURL         = "s3.proxy.url"
	ProxyUser        = "s3.proxy.user"
	ProxyPassword    = "s3.proxy.password"

	// RoleARN is read with AwsAssumeRoleCredentialsProvider, without being declared.
	RoleARN = credentialsPrefix + "sts.role.arn"

	credentialsPrefix = "s3.credentials.provider."
)

// Keys are the declarations that are the same in each connector. They stand at
// different places, so each connector puts them into its own order.
type Keys struct{ Bucket, Region, WANMode, RetryBackoff, ProxyURL, ProxyUser, ProxyPassword config.Key }

// NewKeys returns them.
func NewKeys() Keys {
	return Keys{
		Bucket: config.Key{
			Name: BucketName, Type: config.StringType, Required: true, Importance: config.High, Width: config.LongWidth,
			Display: "S3 Bucket", Doc: "The bucket. It must exist.",
		},
		Region: config.Key{
			Name: Region, Type: config.StringType, Default: "us-west-2", Validator: notBlank(), Importance: config.Medium, Width: config.LongWidth,
			Display: "AWS region", Doc: "The region of the bucket.",
		},
		WANMode: config.Key{
			Name: WANMode, Type: config.Boolean, Default: false, Importance: config.Medium, Width: config.LongWidth,
			Display: "S3 accelerated endpoint enabled", Doc: "Use the endpoint of S3 Transfer Acceleration. Path style must be off.",
		},
		RetryBackoff: config.Key{
			Name: RetryBackoff, Type: config.Long, Default: 200, Validator: config.AtLeast(0), Importance: config.Low, Width: config.ShortWidth,
			Display: "Retry Backoff (ms)", Doc: "Milliseconds to wait before a request is tried again. The bound doubles with each try; the wait is a random part of it.",
		},
		ProxyURL: config.Key{
			Name: ProxyURL, Type: config.StringType, Default: "", Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Proxy Settings", Doc: "HTTP proxy, as http://host:port.",
		},
		ProxyUser: config.Key{
			Name: ProxyUser, Type: config.StringType, Importance: config.Low, Width: config.LongWidth,
			Display: "S3 Proxy User", Doc: "User name for the proxy.",
		},
		ProxyPassword: config.Key{
			Name: ProxyPassword, Type: config.PasswordType, Default: "", Importance: config.Low, Width: config.LongWidth,
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

// CredentialsClasses demands a class that stands for a source of credentials.
func CredentialsClasses() config.Validator {
	return config.Valid("a credentials provider of the AWS SDK for Java", func(key string, value any) error {
		name, ok := value.(string)
		if _, known := s3store.KindOf(name); known || !ok {
			return nil
		}
		return config.Invalid(key, value, "Class "+name+" could not be found.")
	})
}

// Names are the names of keys, for those who have to mend something.
func Names() s3store.Keys {
	return s3store.Keys{
		Bucket: BucketName, Region: Region, Endpoint: objectstore.StoreURL,
		Access: AccessKeyID + " and " + SecretAccessKey, Role: RoleARN, Class: CredentialsClass,
	}
}
