package s3sink

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

const (
	defaultCredentials  = "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider"
	assumeRoleProvider  = "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider"
	credentialsPrefix   = "s3.credentials.provider."
	defaultSessionName  = "millrace-s3-sink"
	sdk2, sdk1          = "software.amazon.awssdk.auth.credentials.", "com.amazonaws.auth."
	credentialInterface = "interface software.amazon.awssdk.auth.credentials.AwsCredentialsProvider"
)

// kindOf returns the source of credentials that a class of an AWS SDK for Java
// stands for.
func kindOf(class string) (s3store.Kind, bool) {
	if class == assumeRoleProvider || class == sdk1+"STSAssumeRoleSessionCredentialsProvider" {
		return s3store.AssumeRole, true
	}
	name, ok := strings.CutPrefix(class, sdk2)
	if !ok {
		name, ok = strings.CutPrefix(class, sdk1)
	}
	if !ok {
		name, ok = strings.CutPrefix(class, "com.amazonaws.auth.profile.")
	}
	if !ok {
		return 0, false
	}
	switch name {
	case "DefaultCredentialsProvider", "DefaultAWSCredentialsProviderChain", "AwsCredentialsProviderChain":
		return s3store.Default, true
	case "EnvironmentVariableCredentialsProvider":
		return s3store.Environment, true
	case "ProfileCredentialsProvider":
		return s3store.Profile, true
	case "InstanceProfileCredentialsProvider":
		return s3store.Instance, true
	case "WebIdentityTokenCredentialsProvider", "WebIdentityTokenFileCredentialsProvider":
		return s3store.WebIdentity, true
	case "AnonymousCredentialsProvider":
		return s3store.Anonymous, true
	}
	return 0, false
}

func credentialsClasses() config.Validator {
	return config.Valid("a credentials provider of the AWS SDK for Java", func(key string, value any) error {
		name, ok := value.(string)
		if _, known := kindOf(name); known || !ok {
			return nil
		}
		return config.Invalid(key, value, "Class "+name+" could not be found.")
	})
}

// credentials returns where the configuration says credentials come from.
func credentials(v *config.Values) (s3store.Credentials, error) {
	kind, ok := kindOf(v.String(credentialsClass))
	if !ok {
		return s3store.Credentials{}, config.Invalid(credentialsClass, v.String(credentialsClass), "the class is not supported")
	}
	c := s3store.Credentials{Kind: kind, ID: strings.TrimSpace(v.String(accessKeyID)), Secret: v.Password(secretAccessKey).Reveal()}
	if kind == s3store.AssumeRole {
		own := v.WithPrefix(credentialsPrefix)
		c.Role = s3store.Role{
			ARN: own["sts.role.arn"], ExternalID: own["sts.role.external.id"],
			SessionName: own["sts.role.session.name"], Region: own["sts.region"],
		}
		if c.Role.ARN == "" {
			return c, config.Errorf(credentialsPrefix+"sts.role.arn", "%ssts.role.arn must be set for %s", credentialsPrefix, v.String(credentialsClass))
		}
		if c.Role.SessionName == "" {
			c.Role.SessionName = defaultSessionName
		}
		return c, nil
	}
	if c.ID != "" && strings.TrimSpace(c.Secret) != "" {
		c.Kind = s3store.Static
	}
	return c, nil
}
