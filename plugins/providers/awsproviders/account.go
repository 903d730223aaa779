package awsproviders

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/internal/awsaccess"
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
type connection struct{ *awsaccess.Connection }

// open reads the environment; it does not call yet.
func (a account) open() (*connection, error) {
	s := awsaccess.Settings{Region: a.region, Endpoint: a.endpoint, MaxAnswer: a.bounds.size, Timeout: a.bounds.time}
	if a.id != "" {
		s.Credentials = credentials.NewStaticCredentialsProvider(a.id, a.secret.Reveal(), "")
	}
	c, err := awsaccess.Connect(context.Background(), s)
	if err != nil {
		return nil, config.Errorf("", "The AWS configuration cannot be read: %s", err)
	}
	return &connection{c}, nil
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
	c.Connection.Close()
	return nil
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
