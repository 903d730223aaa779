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
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/millrace/millrace/internal/awsaccess"
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
	c, err := awsaccess.Connect(context.Background(), awsaccess.Settings{
		Region: s.Region, MaxAnswer: maxAnswer, Timeout: answerTime, Proxy: proxy,
	})
	if err != nil {
		return nil, "", nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	if c.Region == "" {
		return nil, "", nil, errors.New("the region is not set: neither by " + regionKey + " nor by AWS_REGION or a profile")
	}
	c.Retryer = func() aws.Retryer { return retry.NewStandard(s.retries) }
	if s.Role != "" {
		c.Credentials = s.assumed(&c.Config)
	}
	return glue.NewFromConfig(c.Config, s.apply), c.Region, c.Close, nil
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
