package logship

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/logging"
)

const (
	answerTime = 20 * time.Second // for each attempt
	maxAnswer  = 4 << 20          // bytes

	findCredential = 2 * time.Second
)

// Access says how to reach AWS. What it does not say is found in the environment, as AWS
// programs do, credentials among it.
type Access struct {
	Region   string // "" for that of the environment
	Endpoint string // the address of all services; "" for their own
	// S3Endpoint is the address of S3 alone; "" for Endpoint. Without credentials in the
	// environment nothing is signed for it.
	S3Endpoint string
	// Parallel is how many batches are sent at once to each service: 4 for 0. A batch has
	// up to 4 MiB.
	Parallel int
	// Transport takes the place of the network, for tests; nil for the network.
	Transport http.RoundTripper
}

// Services are connections that shippers share. They are safe for concurrent use.
type Services struct {
	logs     *cloudwatchlogs.Client
	s3       *s3.Client
	firehose *firehose.Client
	client   *http.Client
	slots    map[Kind]chan struct{}
}

// Connect reads the environment; it does not call the services yet. Close the services when all
// shippers have stopped.
func Connect(ctx context.Context, a Access) (*Services, error) {
	// The SDK's own kind of client takes AWS_CA_BUNDLE and the like.
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(a.Region), config.WithHTTPClient(awshttp.NewBuildableClient()), config.WithLogger(logging.Nop{}))
	if err == nil && cfg.Region == "" {
		err = errors.New("no region is set")
	}
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration for the delivery of logs: %w", err)
	}
	client := &http.Client{
		Transport: a.Transport, Timeout: answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if built, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && client.Transport == nil {
		client.Transport = built.GetTransport()
	}
	cfg.HTTPClient = bounded{client}
	if a.Endpoint != "" {
		cfg.BaseEndpoint = aws.String(a.Endpoint)
	}
	s := &Services{
		logs: cloudwatchlogs.NewFromConfig(cfg), s3: s3.NewFromConfig(a.bucketConfig(ctx, cfg), a.bucketOptions), firehose: firehose.NewFromConfig(cfg),
		client: client, slots: map[Kind]chan struct{}{},
	}
	for _, kind := range []Kind{CloudWatch, S3, Firehose} {
		s.slots[kind] = make(chan struct{}, cmp.Or(a.Parallel, 4))
	}
	return s, nil
}

// bucketConfig is for stores of one's own, of which some know no keys.
func (a Access) bucketConfig(ctx context.Context, cfg aws.Config) aws.Config {
	if a.S3Endpoint == "" {
		return cfg
	}
	ctx, cancel := context.WithTimeout(ctx, findCredential)
	defer cancel()
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		cfg.Credentials = aws.AnonymousCredentials{}
	}
	return cfg
}

func (a Access) bucketOptions(o *s3.Options) {
	if a.S3Endpoint != "" {
		o.BaseEndpoint = aws.String(a.S3Endpoint)
	}
	// Other stores seldom have a host name for each bucket, or know checksums.
	o.UsePathStyle = o.BaseEndpoint != nil
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
}

// Close closes idle connections.
func (s *Services) Close() { s.client.CloseIdleConnections() }

// bounded is an HTTP client that does not read answers of any size.
type bounded struct{ *http.Client }

func (b bounded) Do(q *http.Request) (*http.Response, error) {
	answer, err := b.Client.Do(q)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, maxAnswer)
	}
	return answer, err
}
