package awsproviders

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/provider"
	"github.com/millrace/millrace/internal/jsontext"
)

const (
	encodingKey = "RawSecretEncoding"

	plain      = "none"
	base64Text = "base64"
)

func secretsConfig() *config.Def {
	return config.NewDef(amazonKeys(notFoundStrategy(), config.Key{
		Name: encodingKey, Type: config.StringType, Validator: config.Valid("[none, base64]", encoding), Importance: config.Low,
		Doc: "How a placeholder without path, which names a secret and no member of it, is replaced by the whole secret: as it is (none) or in base64. When this is not set, such placeholders stay.",
	})...)
}

func encoding(key string, v any) error {
	if v == nil || v == plain || v == base64Text {
		return nil
	}
	return config.Invalid(key, v, "String must be one of: none, base64")
}

// secrets reads members of secrets; the path is the id of the secret.
type secrets struct {
	*connection
	client *secretsmanager.Client
	fail   bool
	raw    string // how whole secrets are returned; "" for not at all
}

func newSecrets(params map[string]string) (provider.Provider, error) {
	v, c, err := openAmazon(secretsConfig(), params, lookUp())
	if err != nil {
		return nil, err
	}
	return &secrets{c, secretsmanager.NewFromConfig(c.Config), v.String(notFoundKey) == fail, v.String(encodingKey)}, nil
}

// Get implements [provider.Provider]. Without path it returns whole secrets, or nothing
// when those were not asked for in the parameters.
func (s *secrets) Get(ctx context.Context, path string, keys []string) (provider.Data, error) {
	keys, err := asked(keys)
	if err != nil || len(keys) == 0 || path == "" && s.raw == "" {
		return provider.Data{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	if path == "" {
		return s.whole(ctx, keys)
	}
	return s.members(ctx, decoded(path), keys)
}

func (s *secrets) members(ctx context.Context, id string, keys []string) (provider.Data, error) {
	found, err := s.read(ctx, id)
	if err != nil {
		return provider.Data{}, err
	}
	data := provider.Data{Values: map[string]string{}}
	for _, whole := range keys {
		w := parseKey(ctx, whole)
		data.TTL = shorter(data.TTL, w.ttl)
		m, ok := found[w.key]
		switch {
		case found == nil:
			data.Values[w.key] = ""
		case !ok && s.fail:
			return provider.Data{}, config.Errorf("", "Secret undefined %s:%s", id, w.key)
		case !ok:
			slog.WarnContext(ctx, "config provider: the secret has no such member; its value is empty", "secret", id, "key", w.key)
			// As the Java provider: the bare key, so with options the placeholder stays.
			data.Values[w.key] = ""
		case m.kind != jsontext.Null:
			data.Values[w.whole] = m.text
		}
	}
	return data, nil
}

// read returns the members of a secret; nil when there is no such secret and that is
// ignored.
func (s *secrets) read(ctx context.Context, id string) (map[string]member, error) {
	out, err := s.fetch(ctx, id)
	if err != nil || out == nil {
		return nil, err
	}
	const wrong = "Invalid value [hidden] for configuration %s: Unexpected value of a secret's structure"
	if out.SecretString == nil {
		return nil, &config.Error{Msg: fmt.Sprintf(wrong, id), Err: errNoText}
	}
	found, err := members([]byte(*out.SecretString))
	if err != nil {
		return nil, &config.Error{Msg: fmt.Sprintf(wrong, id), Err: err}
	}
	for _, m := range found {
		// As the Java provider: one value that is not flat spoils them all.
		if m.kind == jsontext.List || m.kind == jsontext.Object {
			return nil, &config.Error{Msg: fmt.Sprintf(wrong, id), Err: errNotFlat}
		}
	}
	return found, nil
}

var errNotFlat = errors.New("the secret has members that are lists or objects")

func (s *secrets) fetch(ctx context.Context, id string) (*secretsmanager.GetSecretValueOutput, error) {
	if err := s.located(); err != nil {
		return nil, err
	}
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(id)})
	var missing *types.ResourceNotFoundException
	switch {
	case err == nil:
		return out, nil
	case !errors.As(err, &missing):
		return nil, trouble("Could not read secret '"+id+"' in AWS Secrets Manager", err)
	case s.fail:
		return nil, config.Errorf("", "Could not find secret '%s' in AWS Secrets Manager", id)
	}
	slog.WarnContext(ctx, "config provider: there is no such secret; its values are empty", "secret", id)
	return nil, nil
}

func (s *secrets) whole(ctx context.Context, keys []string) (provider.Data, error) {
	data := provider.Data{Values: map[string]string{}}
	for _, whole := range keys {
		w := parseKey(ctx, whole)
		data.TTL = shorter(data.TTL, w.ttl)
		out, err := s.fetch(ctx, decoded(w.key))
		switch {
		case err != nil:
			return provider.Data{}, err
		case out == nil:
			data.Values[w.key] = ""
		case s.raw == base64Text && out.SecretString == nil:
			data.Values[w.whole] = base64.StdEncoding.EncodeToString(out.SecretBinary)
		case s.raw == base64Text:
			data.Values[w.whole] = base64.StdEncoding.EncodeToString([]byte(*out.SecretString))
		case out.SecretString == nil:
			return provider.Data{}, config.Errorf("", "Secret '%s' is not text; it can be had with %s=%s only", w.key, encodingKey, base64Text)
		default:
			data.Values[w.whole] = *out.SecretString
		}
	}
	return data, nil
}

// decoded returns an id that is written as in a URL, since a placeholder cannot have the
// colons of an ARN in its path. Ids themselves have no percent signs.
func decoded(id string) string {
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}
