package logship

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/millrace/millrace/internal/awsaccess"
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
	logs       *cloudwatchlogs.Client
	s3         *s3.Client
	firehose   *firehose.Client
	connection *awsaccess.Connection
	slots      map[Kind]chan struct{}
}

// Connect reads the environment; it does not call the services yet. Close the services when all
// shippers have stopped.
func Connect(ctx context.Context, a Access) (*Services, error) {
	c, err := awsaccess.Connect(ctx, awsaccess.Settings{
		Region: a.Region, Endpoint: a.Endpoint, MaxAnswer: maxAnswer, Timeout: answerTime, Transport: a.Transport,
	})
	if err == nil && c.Region == "" {
		err = errors.New("no region is set")
	}
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration for the delivery of logs: %w", err)
	}
	s := &Services{
		logs: cloudwatchlogs.NewFromConfig(c.Config), s3: s3.NewFromConfig(a.bucketConfig(ctx, c.Config), a.bucketOptions),
		firehose: firehose.NewFromConfig(c.Config), connection: c, slots: map[Kind]chan struct{}{},
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
func (s *Services) Close() { s.connection.Close() }
