package awsproviders

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/logging"

	"github.com/millrace/millrace/connect/config"
)

// lookUpTime is how long it may take to look something up, with all attempts.
const lookUpTime = 30 * time.Second

// lookUp returns the bounds of answers that have values; the largest secret has 64 KiB.
func lookUp() bounds { return bounds{1 << 20, 10 * time.Second} }

// account says how to reach a service. What is not said is found as the AWS SDK does:
// in the environment, in profiles, by the roles of web identities, containers and
// machines.
type account struct {
	region, endpoint string // "" for what the SDK finds
	id               string // of the access key; "" for what the SDK finds
	secret           config.Password
	bounds           bounds
}

// bounds are those of an answer.
type bounds struct {
	size int64         // in bytes
	time time.Duration // for each attempt; 0 for no bound of its own
}

// connection is an account that was found.
type connection struct {
	aws.Config
	client *http.Client
}

// open reads the environment; it does not call yet.
func (a account) open() (*connection, error) {
	// The SDK's own kind of client takes AWS_CA_BUNDLE and the like.
	options := []func(*awsconfig.LoadOptions) error{
		awsconfig.WithRegion(a.region), awsconfig.WithHTTPClient(awshttp.NewBuildableClient()), awsconfig.WithLogger(logging.Nop{}),
	}
	if a.id != "" {
		options = append(options, awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(a.id, a.secret.Reveal(), "")))
	}
	cfg, err := awsconfig.LoadDefaultConfig(context.Background(), options...)
	if err != nil {
		return nil, config.Errorf("", "The AWS configuration cannot be read: %s", err)
	}
	client := &http.Client{Timeout: a.bounds.time, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if built, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		client.Transport = built.GetTransport()
	}
	c := &connection{cfg, client}
	c.HTTPClient = bounded{client, a.bounds.size}
	if a.endpoint != "" {
		c.BaseEndpoint = aws.String(a.endpoint)
	}
	return c, nil
}

// located fails when no region was found; the SDK would say so in its own terms.
func (c *connection) located() error {
	if c.Region == "" {
		return config.Errorf("", "There is no AWS region: neither a parameter of the configuration provider nor AWS_REGION nor a profile names one")
	}
	return nil
}

// Close closes idle connections.
func (c *connection) Close() error {
	c.client.CloseIdleConnections()
	return nil
}

// bounded is an HTTP client that does not read answers of any size.
type bounded struct {
	*http.Client
	most int64
}

func (b bounded) Do(q *http.Request) (*http.Response, error) {
	answer, err := b.Client.Do(q)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, b.most)
	}
	return answer, err
}

// address checks the endpoint that a parameter names, "" for none. Without a scheme it
// is https.
func address(key, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", nil
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err == nil && (u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https") {
		err = errors.New("not an address of HTTP without user")
	}
	if err != nil {
		return "", config.Errorf(key, "%s must be an address such as https://host:port", key)
	}
	return text, nil
}
