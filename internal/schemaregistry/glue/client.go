package glue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	answerTime = 30 * time.Second // for each attempt
	maxBackoff = 20 * time.Second
	maxAnswer  = 4 << 20 // bytes; the registry takes schemas of up to 170,000
)

// newClient returns a client, the region that it calls, and a function that closes
// its idle connections. It reads the environment but does not call yet.
func newClient(s *Settings) (*glue.Client, string, func(), error) {
	proxy, err := s.proxy()
	if err != nil {
		return nil, "", nil, err
	}
	// The SDK's own kind of client takes AWS_CA_BUNDLE and the like.
	network := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.Proxy = proxy })
	cfg, err := config.LoadDefaultConfig(context.Background(), config.WithRegion(s.Region), config.WithHTTPClient(network))
	if err != nil {
		return nil, "", nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		return nil, "", nil, errors.New("the region is not set: neither by " + regionKey + " nor by AWS_REGION or a profile")
	}
	client := &http.Client{Timeout: answerTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if built, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		client.Transport = built.GetTransport()
	}
	cfg.HTTPClient = bounded{client}
	cfg.Retryer = func() aws.Retryer { return retry.NewStandard(s.retries) }
	if s.Role != "" {
		cfg.Credentials = s.assumed(&cfg)
	}
	return glue.NewFromConfig(cfg, s.apply), cfg.Region, client.CloseIdleConnections, nil
}

func (s *Settings) proxy() (func(*http.Request) (*url.URL, error), error) {
	if s.Proxy == "" {
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(s.Proxy)
	if err != nil {
		return nil, errors.New("the address of the proxy cannot be read")
	}
	return http.ProxyURL(u), nil
}

func (s *Settings) assumed(cfg *aws.Config) aws.CredentialsProvider {
	return aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(*cfg), s.Role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = s.Session
	}))
}

func (s *Settings) apply(o *glue.Options) {
	if s.Endpoint != "" {
		o.BaseEndpoint = aws.String(s.Endpoint)
	}
}

func (s *Settings) retries(o *retry.StandardOptions) {
	o.MaxAttempts = s.Attempts
	o.RateLimiter = ratelimit.None
	o.Retryables = mayPass()
	o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
		bound := min(maxBackoff, 2*s.Backoff<<min(attempt, 10))
		return bound/2 + rand.N(bound/2+1), nil
	})
}

// bounded is an HTTP client that does not read answers of any size.
type bounded struct{ *http.Client }

func (b bounded) Do(q *http.Request) (*http.Response, error) {
	resp, err := b.Client.Do(q)
	if err == nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxAnswer)
	}
	return resp, err
}
