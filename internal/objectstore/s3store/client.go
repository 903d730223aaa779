package s3store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
)

const (
	answerTime = 5 * time.Minute // S3 may take long to complete a large object
	idleTime   = 90 * time.Second
	maxBackoff = 24 * time.Hour
	expectFrom = 2 << 20 // bytes of a body
)

// newClient returns a client and a function that closes its idle connections.
func newClient(ctx context.Context, s *Settings) (*s3.Client, func(), error) {
	proxy, err := s.Proxy.function()
	if err != nil {
		return nil, nil, err
	}
	// The SDK's own kind of client takes AWS_CA_BUNDLE and the like.
	network := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { s.tune(t, proxy) })
	options := append(s.Credentials.options(), config.WithRegion(s.Region), config.WithHTTPClient(network), config.WithLogger(logging.Nop{}))
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil {
		err = s.Credentials.upgrade(&cfg)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	client := &http.Client{Transport: s.Transport, CheckRedirect: checkRedirect}
	if built, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && s.Transport == nil {
		client.Transport = built.GetTransport()
	}
	cfg.HTTPClient = client
	s.renewFrom(cfg.Credentials)
	return s3.NewFromConfig(cfg, s.apply), client.CloseIdleConnections, nil
}

// renewFrom has new credentials taken from a provider when S3 says that those in use have
// expired, which may be before the provider expects it.
func (s *Settings) renewFrom(p aws.CredentialsProvider) {
	if cache, ok := p.(*aws.CredentialsCache); ok && s.Credentials.Kind != Static {
		s.renew = cache.Invalidate
	}
}

// checkRedirect follows only what keeps method and body.
func checkRedirect(r *http.Request, _ []*http.Request) error {
	switch r.Response.StatusCode {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return nil
	}
	return http.ErrUseLastResponse
}

func (s *Settings) apply(o *s3.Options) {
	if s.Endpoint != "" {
		o.BaseEndpoint = aws.String(withScheme(s.Endpoint))
	}
	o.UsePathStyle, o.UseAccelerate = s.PathStyle, s.Accelerate
	o.Retryer = retry.NewStandard(s.retries)
	// Checksums that many stores do not know are left out.
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	o.ContinueHeaderThresholdBytes = expectFrom
	if !s.Expect {
		o.ContinueHeaderThresholdBytes = -1
	}
	if product, version, ok := strings.Cut(s.UserAgent, "/"); ok {
		o.APIOptions = append(o.APIOptions, middleware.AddUserAgentKeyValue(product, version))
	}
}

func withScheme(endpoint string) string {
	if strings.Contains(endpoint, "://") {
		return endpoint
	}
	return "https://" + endpoint
}

// retries is the policy of the Java client: a number of attempts, and pauses of a
// random length below a bound that doubles.
func (s *Settings) retries(o *retry.StandardOptions) {
	o.MaxAttempts = s.Attempts
	o.RateLimiter = ratelimit.None
	o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(s.alsoRetryable)}, o.Retryables...)
	o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
		bound := maxBackoff
		if shift := min(attempt, 30); s.Backoff < maxBackoff>>shift {
			bound = s.Backoff << shift
		}
		return rand.N(bound + 1), nil
	})
}

func (p *Proxy) function() (func(*http.Request) (*url.URL, error), error) {
	if p.URL == "" {
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(p.URL)
	if err != nil || u.Host == "" {
		return nil, errors.New("the proxy's address is not a URL such as http://host:port")
	}
	if p.User != "" {
		u.User = url.UserPassword(p.User, p.Password)
	}
	return http.ProxyURL(u), nil
}

func (s *Settings) tune(t *http.Transport, proxy func(*http.Request) (*url.URL, error)) {
	t.Proxy = proxy
	t.ResponseHeaderTimeout = answerTime
	t.IdleConnTimeout = idleTime
	t.MaxIdleConnsPerHost = max(s.Parallel, 2)
	t.WriteBufferSize = 64 << 10
	t.DisableCompression = true
}
