package awsproviders

import (
	"strings"

	"github.com/millrace/millrace/connect/config"
)

// The parameters that Amazon's providers share.
const (
	regionKey   = "region"
	endpointKey = "endpoint"
	notFoundKey = "NotFoundStrategy"

	ignore = "ignore"
	fail   = "fail"
)

func amazonKeys(more ...config.Key) []config.Key {
	return append([]config.Key{
		{
			Name: regionKey, Type: config.StringType, Default: "", Importance: config.Medium,
			Doc: "The AWS region. Without one it is that of the environment.",
		},
		{
			Name: endpointKey, Type: config.StringType, Default: "", Importance: config.Medium,
			Doc: "The address of the service, such as that of an endpoint in a VPC. Without one it is that of the environment, or the service's own in the region.",
		},
	}, more...)
}

func notFoundStrategy() config.Key {
	return config.Key{
		Name: notFoundKey, Type: config.StringType, Default: ignore, Validator: config.OneOf(fail, ignore), Importance: config.Low,
		Doc: "What happens when there is no such secret, member or parameter: with ignore the value is empty, with fail the configuration cannot be used.",
	}
}

func openAmazon(def *config.Def, params map[string]string, b bounds) (*config.Values, *connection, error) {
	v, err := def.Parse(params)
	if err != nil {
		return nil, nil, err
	}
	endpoint, err := address(endpointKey, v.String(endpointKey))
	if err != nil {
		return nil, nil, err
	}
	c, err := account{region: strings.TrimSpace(v.String(regionKey)), endpoint: endpoint, bounds: b}.open()
	return v, c, err
}
