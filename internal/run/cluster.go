package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka"
)

// findTimeout bounds the first talk with Kafka, unless default.api.timeout.ms is
// shorter: a worker that cannot reach it shall say so soon.
const findTimeout = 30 * time.Second

// findCluster asks Kafka for the id of its cluster: the first proof that the
// worker's connection settings are right.
func findCluster(ctx context.Context, p parts, log *slog.Logger) (string, error) {
	props := p.cfg.Originals()
	opts, err := kafka.AdminOptions(kafka.WorkerAdminProps(props, nil, "worker"))
	if err != nil {
		return "", err
	}
	client, err := kgo.NewClient(slices.Concat(opts.Opts, []kgo.Opt{kgo.WithLogger(kafka.Logger(log))}, p.network.ClientOptions)...)
	if err != nil {
		return "", err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, min(findTimeout, opts.APITimeout))
	defer cancel()
	id, err := awaitCluster(ctx, client)
	if err != nil {
		return "", fmt.Errorf("%w (bootstrap.servers=%s)", err, strings.Join(strings.Fields(props["bootstrap.servers"]), ""))
	}
	return id, nil
}

const askAgainAfter = time.Second

// awaitCluster asks until somebody listens: worker and brokers may be started at the
// same time.
func awaitCluster(ctx context.Context, client *kgo.Client) (string, error) {
	for {
		id, err := kafka.ClusterID(ctx, client)
		var dial *net.OpError
		if err == nil || !errors.As(err, &dial) || dial.Op != "dial" {
			return id, err
		}
		select {
		case <-ctx.Done():
			return "", err
		case <-time.After(askAgainAfter):
		}
	}
}
