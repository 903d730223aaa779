package s3store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
)

// Tuning is what some connectors let their users choose in addition to Settings.
type Tuning struct {
	MaxBackoff time.Duration // longest pause between attempts; 0: a day

	// ServerSide is the algorithm by which S3 encrypts objects, sent as it is: with
	// aws:kms and no key S3 takes its own. "" for Settings.Encryption.
	ServerSide string

	STSEndpoint string        // where roles are taken on; "" for that of the region
	Session     time.Duration // how long a role is taken on; 0: as long as AWS does unless told otherwise
}

// Connect returns a bucket as Open does, but makes no request: whether there is such
// a bucket is found out later. Attempts must be at least 1. Close it.
func Connect(ctx context.Context, s Settings, t Tuning) (*Bucket, error) {
	role := s.Credentials
	if role.Kind == AssumeRole {
		s.Credentials.Kind = Default
		if role.ID != "" && role.Secret != "" {
			s.Credentials.Kind = Static
		}
	}
	client, closeIdle, err := newClient(ctx, &s)
	if err != nil {
		return nil, err
	}
	o := client.Options()
	if role.Kind == AssumeRole {
		o.Credentials = t.assume(&o, role.Role)
		s.Credentials.Kind = AssumeRole
		s.renewFrom(o.Credentials)
	}
	o.Retryer = retry.NewStandard(s.retries, t.bound)
	if t.ServerSide != "" {
		o.APIOptions = append(o.APIOptions, t.encrypt)
	}
	b := &Bucket{client: s3.New(o), settings: s, name: aws.String(s.Bucket), close: closeIdle}
	b.customer = customerKeyOf(s.Encryption.CustomerKey)
	return b, nil
}

func (t *Tuning) assume(o *s3.Options, role Role) aws.CredentialsProvider {
	options := sts.Options{Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient}
	if role.Region != "" {
		options.Region = role.Region
	}
	if t.STSEndpoint != "" {
		options.BaseEndpoint = aws.String(withScheme(t.STSEndpoint))
	}
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.New(options), role.ARN, func(a *stscreds.AssumeRoleOptions) {
		a.RoleSessionName, a.Duration = role.SessionName, t.Session
		if role.ExternalID != "" {
			a.ExternalID = aws.String(role.ExternalID)
		}
	}))
}

func (t *Tuning) bound(o *retry.StandardOptions) {
	if t.MaxBackoff <= 0 {
		return
	}
	inner := o.Backoff
	o.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) {
		d, err := inner.BackoffDelay(attempt, err)
		return min(d, t.MaxBackoff), err
	})
}

// encrypt names the algorithm in requests that begin an object.
func (t *Tuning) encrypt(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("ServerSideEncryption",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if create, ok := in.Parameters.(*s3.CreateMultipartUploadInput); ok {
				create.ServerSideEncryption = types.ServerSideEncryption(t.ServerSide)
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
}
