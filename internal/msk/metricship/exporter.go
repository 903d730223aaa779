package metricship

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/millrace/millrace/internal/awsaccess"
)

const (
	// DefaultNamespace is where metrics are without another namespace.
	DefaultNamespace = "Millrace/KafkaConnect"

	reserved   = "AWS/"
	maxData    = 1000 // of a request
	answerTime = 20 * time.Second
	maxAnswer  = 1 << 20 // bytes
)

// Settings say where metrics go and where they come from. What they do not say about AWS
// is found in the environment, as AWS programs do, credentials among it.
type Settings struct {
	Region    string // "" for that of the environment
	Endpoint  string // "" for CloudWatch's own
	Namespace string // "" for DefaultNamespace; it may not begin with AWS/
	// Every is how often metrics are read and sent: a minute for 0.
	Every time.Duration
	// Read returns the metrics of all connectors. Reading and sending together may take
	// as long as Every.
	Read func(ctx context.Context) []Snapshot
	Log  *slog.Logger // nil discards
	// Transport takes the place of the network, for tests; nil for the network.
	Transport http.RoundTripper
}

// Exporter sends metrics until it is stopped.
type Exporter struct {
	settings   Settings
	client     *cloudwatch.Client
	connection *awsaccess.Connection
	stop       context.CancelFunc
	done       chan struct{}

	trouble string // the last one; belongs to run

	mu      sync.Mutex
	sent    int64
	dropped int64
}

// Start begins to send metrics, the first after one period. It makes no request itself.
func Start(ctx context.Context, s Settings) (*Exporter, error) {
	s.Namespace, s.Every = cmp.Or(s.Namespace, DefaultNamespace), cmp.Or(s.Every, time.Minute)
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	switch {
	case s.Read == nil:
		return nil, errors.New("export metrics: there is nothing to read them from")
	case strings.HasPrefix(s.Namespace, reserved):
		return nil, fmt.Errorf("export metrics: namespace %s is Amazon's own; choose one that does not begin with %s", s.Namespace, reserved)
	}
	e := &Exporter{settings: s, done: make(chan struct{})}
	if err := e.connect(ctx); err != nil {
		return nil, fmt.Errorf("export metrics: %w", err)
	}
	ctx, e.stop = context.WithCancel(ctx)
	go e.run(ctx)
	return e, nil
}

func (e *Exporter) connect(ctx context.Context) error {
	c, err := awsaccess.Connect(ctx, awsaccess.Settings{
		Region: e.settings.Region, Endpoint: e.settings.Endpoint, MaxAnswer: maxAnswer, Timeout: answerTime, Transport: e.settings.Transport,
	})
	if err != nil {
		return fmt.Errorf("load the AWS configuration: %w", err)
	}
	if c.Region == "" {
		return errors.New("no AWS region is set")
	}
	e.connection, e.client = c, cloudwatch.NewFromConfig(c.Config)
	return nil
}

// Stop ends the exporter at once; what it has not sent is dropped. It may be called
// again.
func (e *Exporter) Stop() {
	e.stop()
	<-e.done
	e.connection.Close()
}

// Sent returns how many values were accepted, and how many were dropped since CloudWatch
// did not accept them.
func (e *Exporter) Sent() (accepted, dropped int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sent, e.dropped
}

func (e *Exporter) run(ctx context.Context) {
	defer close(e.done)
	tick := time.NewTicker(e.settings.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		e.export(ctx)
	}
}

// export reads and sends once. What is not accepted is dropped: there will be newer
// values.
func (e *Exporter) export(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, e.settings.Every)
	defer cancel()
	var data []types.MetricDatum
	for _, s := range e.settings.Read(ctx) {
		if s.Connector != "" {
			data = append(data, s.data()...)
		}
	}
	for len(data) > 0 {
		n := min(len(data), maxData)
		_, err := e.client.PutMetricData(ctx, &cloudwatch.PutMetricDataInput{Namespace: aws.String(e.settings.Namespace), MetricData: data[:n]})
		e.note(n, err)
		data = data[n:]
	}
}

// note counts, and logs when there is another trouble than before.
func (e *Exporter) note(n int, err error) {
	trouble := ""
	e.mu.Lock()
	if err == nil {
		e.sent += int64(n)
	} else {
		e.dropped += int64(n)
		trouble = awsaccess.Explain(err).Error()
	}
	e.mu.Unlock()
	switch {
	case trouble == e.trouble:
	case err != nil:
		e.settings.Log.Warn("Metrics cannot be sent to CloudWatch", "err", trouble)
	default:
		e.settings.Log.Info("Metrics are sent to CloudWatch again")
	}
	e.trouble = trouble
}
