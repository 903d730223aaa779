package s3config

import (
	"cmp"
	"encoding/base64"
	"math"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/objectstore"
	"github.com/millrace/millrace/internal/objectstore/s3store"
)

// Settings returns how a configuration says the bucket is reached. session is the
// name of the session in a role that the configuration gives none for. What only one
// of the connectors has a key for is left out, as is the user agent.
func Settings(v *config.Values, session string) (s3store.Settings, error) {
	who, err := credentials(v, session)
	if err != nil {
		return s3store.Settings{}, err
	}
	s := s3store.Settings{
		Bucket: v.String(BucketName), Region: v.String(Region), Endpoint: v.String(objectstore.StoreURL),
		PathStyle: v.Bool(PathStyle), Accelerate: v.Bool(WANMode), Credentials: who,
		Proxy:    s3store.Proxy{URL: v.String(ProxyURL), User: v.String(ProxyUser), Password: v.Password(ProxyPassword).Reveal()},
		Attempts: v.Int(PartRetries), Expect: v.Bool(ExpectContinue),
		Backoff:    time.Duration(min(v.Long(RetryBackoff), math.MaxInt64/int64(time.Millisecond))) * time.Millisecond,
		Encryption: s3store.Encryption{Name: v.String(SSEName)},
	}
	if key := v.Password(SSECustomerKey).Reveal(); key != "" && s.Encryption.Name == "AES256" {
		raw, err := base64.StdEncoding.DecodeString(key)
		if err != nil || len(raw) != 32 {
			return s, config.Errorf(SSECustomerKey, "%s must be 32 bytes in base64", SSECustomerKey)
		}
		s.Encryption.CustomerKey = raw
	}
	return s, nil
}

// credentials returns where the configuration says credentials come from.
func credentials(v *config.Values, session string) (s3store.Credentials, error) {
	class := v.String(CredentialsClass)
	kind, ok := s3store.KindOf(class)
	if !ok {
		return s3store.Credentials{}, config.Invalid(CredentialsClass, class, "the class is not supported")
	}
	c := s3store.Credentials{Kind: kind, ID: strings.TrimSpace(v.String(AccessKeyID)), Secret: v.Password(SecretAccessKey).Reveal()}
	switch {
	case kind == s3store.AssumeRole:
		own := v.WithPrefix(credentialsPrefix)
		c.Role = s3store.Role{
			ARN: own["sts.role.arn"], ExternalID: own["sts.role.external.id"],
			SessionName: cmp.Or(own["sts.role.session.name"], session), Region: own["sts.region"],
		}
		if c.Role.ARN == "" {
			return c, config.Errorf(RoleARN, "%s must be set for %s", RoleARN, class)
		}
	case c.ID != "" && strings.TrimSpace(c.Secret) != "":
		c.Kind = s3store.Static
	}
	return c, nil
}
