package awsproviders

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/jsontext"
)

const (
	awsRegionKey    = "aws.region"
	awsAccessKey    = "aws.access.key"
	awsSecretKey    = "aws.secret.key"
	awsEndpointKey  = "aws.endpoint.url"
	secretPrefixKey = "secret.prefix"
	secretTTLKey    = "secret.ttl.ms"
)

func communityConfig() *config.Def {
	return config.NewDef(
		config.Key{
			Name: awsRegionKey, Type: config.StringType, Default: "", Importance: config.High,
			Doc: "The AWS region, such as us-west-2. Without one it is that of the environment.",
		},
		config.Key{
			Name: awsAccessKey, Type: config.StringType, Default: "", Importance: config.High,
			Doc: "The id of an access key. Without one, credentials are found where AWS programs look for them.",
		},
		config.Key{
			Name: awsSecretKey, Type: config.PasswordType, Default: "", Importance: config.High,
			Doc: "The secret of the access key.",
		},
		config.Key{
			Name: secretPrefixKey, Type: config.StringType, Default: "", Importance: config.Low,
			Doc: "What is put in front of all paths, such as the name of an environment.",
		},
		config.Key{
			Name: secretTTLKey, Type: config.Long, Default: "300000", Validator: config.AtLeast(1000), Importance: config.Low,
			Doc: "How long values hold, in milliseconds.",
		},
		config.Key{
			Name: awsEndpointKey, Type: config.StringType, Importance: config.Low,
			Doc: "The address of the service. Without one it is that of the environment, or the service's own in the region.",
		},
	)
}

// communitySecrets reads members of secrets; the path is the name of the secret.
type communitySecrets struct {
	*connection
	client *secretsmanager.Client
	prefix string
	ttl    time.Duration
}

func newCommunity(params map[string]string) (provider.Provider, error) {
	v, err := communityConfig().Parse(params)
	if err != nil {
		return nil, err
	}
	endpoint, err := address(awsEndpointKey, v.String(awsEndpointKey))
	if err != nil {
		return nil, err
	}
	c, err := account{
		region: v.String(awsRegionKey), endpoint: endpoint, id: v.String(awsAccessKey), secret: v.Password(awsSecretKey), bounds: lookUp(),
	}.open()
	if err != nil {
		return nil, err
	}
	return &communitySecrets{c, secretsmanager.NewFromConfig(c.Config), v.String(secretPrefixKey), milliseconds(v.Long(secretTTLKey))}, nil
}

// Get implements [provider.Provider].
func (s *communitySecrets) Get(ctx context.Context, path string, keys []string) (provider.Data, error) {
	wanted, err := asked(keys)
	if err != nil {
		return provider.Data{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	found, err := s.read(ctx, s.name(path))
	if err != nil {
		return provider.Data{}, err
	}
	data := provider.Data{Values: map[string]string{}, TTL: s.ttl}
	if keys == nil {
		for name := range found {
			wanted = append(wanted, name)
		}
	}
	for _, name := range wanted {
		if m := found[name]; m.kind == jsontext.Text {
			data.Values[name] = m.text
		}
	}
	return data, nil
}

// name joins prefix and path as a java.nio.file.Path does.
func (s *communitySecrets) name(secret string) string {
	joined := secret
	if s.prefix != "" {
		joined = s.prefix + "/" + secret
	}
	parts := strings.FieldsFunc(joined, func(r rune) bool { return r == '/' })
	if strings.HasPrefix(joined, "/") {
		return "/" + strings.Join(parts, "/")
	}
	return strings.Join(parts, "/")
}

func (s *communitySecrets) read(ctx context.Context, name string) (map[string]member, error) {
	if err := s.located(); err != nil {
		return nil, err
	}
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(name)})
	var (
		missing *types.ResourceNotFoundException
		locked  *types.DecryptionFailure
	)
	switch {
	case errors.As(err, &missing):
		return nil, config.Errorf("", "Could not find secret '%s'", name)
	case errors.As(err, &locked):
		return nil, config.Errorf("", "Could not decrypt secret '%s'", name)
	case err != nil:
		return nil, trouble("Could not read secret '"+name+"' in AWS Secrets Manager", err)
	}
	raw := out.SecretBinary
	if out.SecretString != nil {
		raw = []byte(*out.SecretString)
	}
	found, err := members(raw)
	if err == nil && found == nil {
		err = errNotObject
	}
	if err != nil {
		return nil, &config.Error{Msg: fmt.Sprintf("Exception thrown while reading secret '%s'", name), Err: err}
	}
	return found, nil
}
