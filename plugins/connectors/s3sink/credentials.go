package s3sink

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

const (
	defaultCredentials  = s3store.DefaultProvider
	credentialsPrefix   = "s3.credentials.provider."
	defaultSessionName  = "millrace-s3-sink"
	credentialInterface = "interface software.amazon.awssdk.auth.credentials.AwsCredentialsProvider"
)

func credentialsClasses() config.Validator {
	return config.Valid("a credentials provider of the AWS SDK for Java", func(key string, value any) error {
		name, ok := value.(string)
		if _, known := s3store.KindOf(name); known || !ok {
			return nil
		}
		return config.Invalid(key, value, "Class "+name+" could not be found.")
	})
}

// credentials returns where the configuration says credentials come from.
func credentials(v *config.Values) (s3store.Credentials, error) {
	kind, ok := s3store.KindOf(v.String(credentialsClass))
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
