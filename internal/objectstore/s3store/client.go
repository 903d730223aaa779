package s3store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	dialTime   = 30 * time.Second
	answerTime = 5 * time.Minute // S3 may take long to complete a large object
	idleTime   = 90 * time.Second
	maxBackoff = 24 * time.Hour
	expectFrom = 2 << 20 // bytes of a body
)

// newClient returns a client and a function that closes its idle connections.
func newClient(ctx context.Context, s *Settings) (*s3.Client, func(), error) {
	transport, closeIdle, err := s.transport()
	if err != nil {
		return nil, nil, err
	}
	options := append(
		s.Credentials.options(),
		config.WithRegion(s.Region), config.WithHTTPClient(&http.Client{Transport: transport}),
	)
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err == nil {
		err = s.Credentials.upgrade(&cfg)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("load AWS configuration: %w", err)
	}
	return s3.NewFromConfig(cfg, s.apply), closeIdle, nil
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
	o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(alsoRetryable)}, o.Retryables...)
	o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
		bound := maxBackoff
		if shift := min(attempt, 30); s.Backoff < maxBackoff>>shift {
			bound = s.Backoff << shift
		}
		return rand.N(bound + 1), nil
	})
}

func (s *Settings) transport() (http.RoundTripper, func(), error) {
	if s.Transport != nil {
		return s.Transport, func() {}, nil
	}
	proxy := http.ProxyFromEnvironment
	if s.Proxy.URL != "" {
		u, err := url.Parse(s.Proxy.URL)
		if err != nil || u.Host == "" {
			return nil, nil, fmt.Errorf("proxy %q is not a URL such as http://host:port", s.Proxy.URL)
		}
		if s.Proxy.User != "" {
			u.User = url.UserPassword(s.Proxy.User, s.Proxy.Password)
		}
		proxy = http.ProxyURL(u)
	}
	t := &http.Transport{
		Proxy:                 proxy,
		DialContext:           (&net.Dialer{Timeout: dialTime}).DialContext,
		TLSHandshakeTimeout:   dialTime,
		ResponseHeaderTimeout: answerTime,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       idleTime,
		MaxIdleConnsPerHost:   max(s.Parallel, 2),
		WriteBufferSize:       64 << 10,
		ForceAttemptHTTP2:     false,
		DisableCompression:    true,
	}
	return t, t.CloseIdleConnections, nil
}
