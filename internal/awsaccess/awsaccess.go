// Package awsaccess is how services of AWS are called with small questions and answers:
// configured as AWS programs are, by the environment, profiles and roles, over an HTTP
// client that does not read answers of any size, follows no redirects and does not wait
// for ever.
//
// Floor 0. Connect: none (software.amazon.awssdk.awscore.client).
package awsaccess

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// Settings say how to reach AWS. What they do not say is found in the environment.
type Settings struct {
	Region      string                  // "" for that of the environment
	Endpoint    string                  // the address of all services; "" for their own
	Credentials aws.CredentialsProvider // nil for those of the environment
	// MaxAnswer is the size of an answer in bytes, behind which reading it fails with an
	// [http.MaxBytesError]. Timeout is for each attempt, reading the answer included; 0
	// for none.
	MaxAnswer int64
	Timeout   time.Duration
	Proxy     func(*http.Request) (*url.URL, error) // nil for that of the environment
	// Transport takes the place of the network, for tests; nil for the network.
	Transport http.RoundTripper
}

// Connection is the configuration for clients of services, which share its connections.
// It is safe for concurrent use. Its Region may be empty, when none is set anywhere.
type Connection struct {
	aws.Config
	// Network is below the bound. Its Transport may be exchanged before the first request.
	Network *http.Client
}

// Connect reads the environment; it makes no request yet. Close the connection when its
// clients are used no more.
func Connect(ctx context.Context, s Settings) (*Connection, error) {
	// The SDK's own kind of client takes AWS_CA_BUNDLE and the like.
	network := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		if s.Proxy != nil {
			t.Proxy = s.Proxy
		}
	})
	options := []func(*config.LoadOptions) error{config.WithRegion(s.Region), config.WithHTTPClient(network), config.WithLogger(logging.Nop{})}
	if s.Credentials != nil {
		options = append(options, config.WithCredentialsProvider(s.Credentials))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	c := &Connection{cfg, &http.Client{Transport: s.Transport, Timeout: s.Timeout, CheckRedirect: stay}}
	if built, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && s.Transport == nil {
		c.Network.Transport = built.GetTransport()
	}
	c.HTTPClient = bounded{c.Network, s.MaxAnswer}
	if s.Endpoint != "" {
		c.BaseEndpoint = aws.String(s.Endpoint)
	}
	return c, nil
}

// Close closes idle connections.
func (c *Connection) Close() { c.Network.CloseIdleConnections() }

// stay takes a redirect for the answer: what is signed for one host is for no other.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// bounded is an HTTP client that does not read answers of any size.
type bounded struct {
	*http.Client
	most int64 // bytes
}

func (b bounded) Do(q *http.Request) (*http.Response, error) {
	answer, err := b.Client.Do(q)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, b.most)
	}
	return answer, err
}
