package awsproviders

import (
	"context"
	"errors"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/provider"
)

func parametersConfig() *config.Def { return config.NewDef(amazonKeys(notFoundStrategy())...) }

// parameters reads the Parameter Store; keys are names or ARNs of parameters, the path
// means nothing.
type parameters struct {
	*connection
	client *ssm.Client
	fail   bool
}

func newParameters(params map[string]string) (provider.Provider, error) {
	v, c, err := openAmazon(parametersConfig(), params, lookUp())
	if err != nil {
		return nil, err
	}
	return &parameters{c, ssm.NewFromConfig(c.Config), v.String(notFoundKey) == fail}, nil
}

// Get implements [provider.Provider]. It makes a request for each key, since roles that
// may call GetParameter need not be allowed to call GetParameters.
func (p *parameters) Get(ctx context.Context, _ string, keys []string) (provider.Data, error) {
	keys, err := asked(keys)
	if err != nil || len(keys) == 0 {
		return provider.Data{}, err
	}
	if err := p.located(); err != nil {
		return provider.Data{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTime)
	defer cancel()
	data := provider.Data{Values: map[string]string{}}
	for _, whole := range keys {
		w := parseKey(ctx, whole)
		data.TTL = shorter(data.TTL, w.ttl)
		if err := p.read(ctx, w, data.Values); err != nil {
			return provider.Data{}, err
		}
	}
	return data, nil
}

func (p *parameters) read(ctx context.Context, w wanted, values map[string]string) error {
	out, err := p.client.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(w.key), WithDecryption: aws.Bool(true)})
	var missing *types.ParameterNotFound
	switch {
	case err == nil && out.Parameter != nil && out.Parameter.Value != nil:
		values[w.whole] = *out.Parameter.Value
		return nil
	case err == nil:
		return nil
	case !errors.As(err, &missing):
		return trouble("Could not read parameter '"+w.key+"' in AWS Systems Manager", err)
	case p.fail:
		return config.Errorf("", "Could not find parameter '%s' in AWS Systems Manager", w.key)
	}
	slog.WarnContext(ctx, "config provider: there is no such parameter; its value is empty", "parameter", w.key)
	// As the Java provider: the name without options, so that with options the
	// placeholder stays as it is.
	values[w.key] = ""
	return nil
}
