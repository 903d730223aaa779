package s3store

import (
	"context"
	"errors"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// options returns what to load the AWS configuration with.
func (c *Credentials) options() []func(*config.LoadOptions) error {
	switch c.Kind {
	case Static:
		return provider(credentials.NewStaticCredentialsProvider(c.ID, c.Secret, c.Token))
	case Environment:
		return provider(aws.CredentialsProviderFunc(fromEnvironment))
	case Profile:
		name := os.Getenv("AWS_PROFILE")
		if name == "" {
			name = "default"
		}
		// A profile that is named goes before the environment.
		return []func(*config.LoadOptions) error{config.WithSharedConfigProfile(name)}
	case Instance:
		return provider(ec2rolecreds.New())
	case Anonymous:
		return provider(aws.AnonymousCredentials{})
	case AssumeRole:
		if c.ID != "" && c.Secret != "" {
			return provider(credentials.NewStaticCredentialsProvider(c.ID, c.Secret, c.Token))
		}
	}
	return nil
}

// Among returns what c means to a process that has keys of its own in place of what the
// environment of this one has. false says that it finds nothing there.
func (c Credentials) Among(own Credentials) (Credentials, bool) {
	switch c.Kind {
	case Default:
		own.Kind = Static
		return own, true
	case AssumeRole:
		if c.ID == "" || c.Secret == "" {
			c.ID, c.Secret, c.Token = own.ID, own.Secret, own.Token
		}
	case Environment, Profile, WebIdentity:
		return c, false
	}
	return c, true
}

func provider(p aws.CredentialsProvider) []func(*config.LoadOptions) error {
	return []func(*config.LoadOptions) error{config.WithCredentialsProvider(p)}
}

func fromEnvironment(context.Context) (aws.Credentials, error) {
	env, err := config.NewEnvConfig()
	if err != nil {
		return aws.Credentials{}, err
	}
	if !env.Credentials.HasKeys() {
		return aws.Credentials{}, errors.New("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set in the environment")
	}
	return env.Credentials, nil
}

// upgrade exchanges the credentials of cfg for those of a role.
func (c *Credentials) upgrade(cfg *aws.Config) error {
	switch c.Kind {
	case AssumeRole:
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(c.sts(cfg), c.Role.ARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = c.Role.SessionName
			if c.Role.ExternalID != "" {
				o.ExternalID = aws.String(c.Role.ExternalID)
			}
		}))
	case WebIdentity:
		role, token := os.Getenv("AWS_ROLE_ARN"), os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE")
		if role == "" || token == "" {
			return errors.New("AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE are not set in the environment")
		}
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewWebIdentityRoleProvider(c.sts(cfg), role, stscreds.IdentityTokenFile(token)))
	}
	return nil
}

func (c *Credentials) sts(cfg *aws.Config) *sts.Client {
	return sts.NewFromConfig(*cfg, func(o *sts.Options) {
		if c.Role.Region != "" {
			o.Region = c.Role.Region
		}
	})
}
