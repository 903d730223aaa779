package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/msk/model"
	"github.com/millrace/millrace/internal/msk/operate"
)

var _ operate.Prober = (*Prober)(nil)

// answerTimeout is how long a broker may take to answer, and how long a request is tried
// again: somebody listens, so this is about brokers that hang up on us.
const answerTimeout = 6 * time.Second

// Prober looks at clusters over the network of this machine.
type Prober struct {
	log    *slog.Logger
	answer time.Duration
}

// New returns a Prober; log may be nil.
func New(log *slog.Logger) *Prober {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Prober{log, answerTimeout}
}

// Probe implements [operate.Prober].
func (p *Prober) Probe(ctx context.Context, q operate.Probe) error {
	if err := reach(ctx, q.Worker["bootstrap.servers"]); err != nil {
		return err
	}
	if hasReference(q.Worker) {
		return nil // only the workers have the config providers
	}
	client, err := p.client(q.Worker)
	if err != nil {
		return &operate.Failure{Code: model.ReasonKafkaAuthentication, Message: "the settings of the workers' Kafka clients are not usable: " + err.Error(), Err: err}
	}
	defer client.Close()
	if _, err := kafka.ClusterID(ctx, client); err != nil {
		return refusedLogin(q.Worker, err)
	}
	if err := checkTopics(ctx, client, q.Topics); err != nil {
		return err
	}
	if err := checkReads(ctx, client, q.Reads); err != nil {
		return err
	}
	return checkGroups(ctx, client, q.Groups)
}

func (p *Prober) client(worker map[string]string) (*kgo.Client, error) {
	options, err := kafka.AdminOptions(kafka.WorkerAdminProps(worker, nil, "probe"))
	if err != nil {
		return nil, err
	}
	// The timeouts of a worker are too long for somebody who waits for the answer, and a
	// request does not end with its context while the connection is made.
	return kgo.NewClient(append(options.Opts, kgo.WithLogger(kafka.Logger(p.log)), kgo.RetryTimeout(p.answer), kgo.RequestTimeoutOverhead(p.answer))...)
}

// hasReference reports whether a client's property is a reference to a secret.
func hasReference(worker map[string]string) bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(worker)), func(key string) bool {
		security := strings.HasPrefix(key, "sasl.") || strings.HasPrefix(key, "ssl.") || strings.HasPrefix(key, "security.") || key == "bootstrap.servers"
		return security && strings.Contains(worker[key], "${")
	})
}

// refused says why a cluster that can be reached does not let us in.
func refused(err error) error {
	code := model.ReasonBootstrapUnreachable
	for _, known := range []error{kerr.SaslAuthenticationFailed, kerr.UnsupportedSaslMechanism, kerr.IllegalSaslState} {
		if errors.Is(err, known) {
			code = model.ReasonKafkaAuthentication
		}
	}
	return &operate.Failure{Code: code, Message: err.Error() + advice, Err: err}
}

// advice names what a client of the API can change about settings of the workers.
const advice = "; check the port in bootstrapServers, encryptionType and authenticationType of the connector, and keys of its worker configuration that begin with " + operate.ClientPrefix

// refusedLogin also takes a broker that hangs up for one that refuses the login: some do
// not say so, or only once.
func refusedLogin(worker map[string]string, err error) error {
	sasl := strings.HasPrefix(strings.ToUpper(worker["security.protocol"]), "SASL_")
	var first *kgo.ErrFirstReadEOF
	if sasl && (errors.Is(err, io.EOF) || errors.As(err, &first)) {
		return &operate.Failure{Code: model.ReasonKafkaAuthentication, Message: err.Error() + advice, Err: err}
	}
	return refused(err)
}

func forbidden(format string, values ...any) error {
	return lacks(model.ReasonInternalTopicsForbidden, format, values...)
}

func lacks(code, format string, values ...any) error {
	return operate.Failed(code, "%s; give the service execution role, or whoever the workers are, this right", fmt.Sprintf(format, values...))
}
