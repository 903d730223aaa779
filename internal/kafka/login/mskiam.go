package login

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/twmb/franz-go/pkg/sasl"
	iam "github.com/twmb/franz-go/pkg/sasl/aws"

	"github.com/millrace/millrace/connect/config"
)

// mskIAMMechanism authenticates with AWS credentials. The region that signs is the
// one in the broker's name, or AWS_REGION for brokers behind other names.
func mskIAMMechanism(_ *config.Values, m jaasModule) (sasl.Mechanism, error) {
	if err := requireModule(m, "IAMLoginModule"); err != nil {
		return nil, err
	}
	c := &awsCredentials{options: m.options}
	return iam.ManagedStreamingIAM(c.auth), nil
}

// awsCredentials finds credentials as the options of IAMLoginModule say. The chain
// is built when the first connection needs it; a failure is tried again with the
// next one.
type awsCredentials struct {
	options map[string]string

	mu       sync.Mutex
	provider aws.CredentialsProvider
}

func (c *awsCredentials) auth(ctx context.Context) (iam.Auth, error) {
	provider, err := c.chain(ctx)
	if err != nil {
		return iam.Auth{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	found, err := provider.Retrieve(ctx)
	if err != nil {
		return iam.Auth{}, fmt.Errorf("find AWS credentials: %w", err)
	}
	return iam.Auth{
		AccessKey:    found.AccessKeyID,
		SecretKey:    found.SecretAccessKey,
		SessionToken: found.SessionToken,
		UserAgent:    "millrace",
	}, nil
}

func (c *awsCredentials) chain(ctx context.Context) (aws.CredentialsProvider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.provider != nil {
		return c.provider, nil
	}
	var load []func(*awsconfig.LoadOptions) error
	if profile := c.options["awsProfileName"]; profile != "" {
		load = append(load, awsconfig.WithSharedConfigProfile(profile))
	}
	if region := c.options["awsStsRegion"]; region != "" {
		load = append(load, awsconfig.WithRegion(region))
	}
	if id := c.options["awsRoleAccessKeyId"]; id != "" {
		load = append(load, awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(
			id, c.options["awsRoleSecretAccessKey"], c.options["awsRoleSessionToken"])))
	}
	cfg, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, err
	}
	c.provider = c.assumeRole(cfg)
	return c.provider, nil
}

// assumeRole returns cfg's credentials, or those of the role to assume with them.
func (c *awsCredentials) assumeRole(cfg aws.Config) aws.CredentialsProvider {
	role := c.options["awsRoleArn"]
	if role == "" {
		return cfg.Credentials
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1" // the global endpoint of STS, as in Java
	}
	assume := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "aws-msk-iam-auth"
		if name := c.options["awsRoleSessionName"]; name != "" {
			o.RoleSessionName = name
		}
		if id := c.options["awsRoleExternalId"]; id != "" {
			o.ExternalID = aws.String(id)
		}
	})
	return aws.NewCredentialsCache(assume, func(o *aws.CredentialsCacheOptions) { o.ExpiryWindow = time.Minute })
}
