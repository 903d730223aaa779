package run

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

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/internal/group/membership"
	"github.com/millrace/millrace/internal/group/protocol"
	"github.com/millrace/millrace/internal/herder/distributed"
	"github.com/millrace/millrace/internal/herder/validation"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/clientmeter"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/store/configstore"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/store/statusstore"
	"github.com/millrace/millrace/internal/worker"
	"github.com/millrace/millrace/internal/workerconfig"
)

// DistributedOptions are what the distributed command is given.
type DistributedOptions struct {
	WorkerFile string
	Log        io.Writer
	LogJSON    bool            // a JSON object a line
	Plugins    []plugin.Plugin // besides those that are built in
}

// LostError is a worker that had started and cannot go on.
type LostError struct{ Err error }

// Error returns why.
func (e *LostError) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *LostError) Unwrap() error { return e.Err }

// Distributed runs a worker of a cluster until ctx ends, or until its group refuses
// it.
func Distributed(ctx context.Context, o DistributedOptions) error {
	lost := make(chan error, 1)
	n, err := startFile(ctx, distributedMode(lost), o.WorkerFile, logs.Settings{Out: o.Log, JSON: o.LogJSON}, o.Plugins)
	if n == nil {
		return err
	}
	defer n.stop()
	select {
	case <-ctx.Done():
		n.log.Info("Kafka Connect stopping")
		return nil
	case err := <-lost:
		return &LostError{err}
	}
}

func distributedMode(lost chan<- error) mode {
	return mode{
		logger: "org.apache.kafka.connect.cli.ConnectDistributed",
		parse:  workerconfig.ParseDistributed,
		herd: func(ctx context.Context, n *node, p parts) (stoppable, error) {
			s, err := n.distributed(ctx, p)
			if err != nil {
				return nil, err
			}
			s.Fatal = func(err error) {
				select {
				case lost <- err:
				default:
				}
			}
			return distributed.Open(ctx, s)
		},
	}
}

// distributed puts the settings of the herder together and opens the offsets.
func (n *node) distributed(ctx context.Context, p parts) (s distributed.Settings, err error) {
	cluster := p.cfg.Cluster
	s = distributed.Settings{
		Worker: n.workerSettings(p), Cluster: *cluster,
		WorkerID: n.api.WorkerID(), ClusterID: p.clusterID, Leader: n.api.Leader(),
		TopicTracking: p.cfg.TopicTracking, TopicReset: p.cfg.TrackingReset,
		Validate: n.validator(p, &validation.Cluster{Group: cluster.Group, ExactlyOnce: cluster.ExactlyOnce.Enabled()}).ValidateNulls,
		SetLevel: levelSetter(p.logs, n.log),
		Configs: configstore.TopicSettings{
			ClientOptions: p.network.ClientOptions,
			Worker:        p.cfg.Originals(), GroupID: cluster.Group, EOS: string(cluster.ExactlyOnce),
			Topic: cluster.Configs.Name, Replication: cluster.Configs.ReplicationFactor, TopicConfig: cluster.Configs.Settings,
			Log: p.logs.For("org.apache.kafka.connect.storage.KafkaConfigBackingStore"),
		},
	}
	if s.Member, err = n.member(p); err != nil {
		return s, err
	}
	return s, n.openOffsets(ctx, p, &s)
}

func levelSetter(registry *logs.Logs, log *slog.Logger) func(namespace, level string) {
	return func(namespace, level string) {
		l, ok := logs.ParseLevel(level)
		if !ok {
			log.Warn("A log level that was set for all workers is not known here", "logger", namespace, "level", level)
			return
		}
		if _, err := registry.SetLevel(namespace, l); err != nil {
			log.Warn("A log level that was set for all workers could not be set", "logger", namespace, "err", err)
		}
	}
}

// openOffsets opens the offsets topic, which every task of the worker shares.
func (n *node) openOffsets(ctx context.Context, p parts, s *distributed.Settings) error {
	cluster, props := p.cfg.Cluster, p.cfg.Originals()
	exactlyOnce := cluster.ExactlyOnce.Enabled()
	client := kafka.InternalProps(props, kafka.Offsets, exactlyOnce)
	offsets, err := offsetstore.OpenTopic(ctx, offsetstore.TopicSettings{
		Topic: cluster.Offsets.Name, Property: "offset.storage.topic",
		Partitions: cluster.Offsets.Partitions, Replication: cluster.Offsets.ReplicationFactor, Config: cluster.Offsets.Settings,
		Producer: client, Consumer: client, Admin: kafka.InternalProps(props, kafka.SharedAdmin, exactlyOnce),
		ClientOptions: p.network.ClientOptions, Log: p.logs.For("org.apache.kafka.connect.storage.KafkaOffsetBackingStore"),
	})
	if err != nil {
		return fmt.Errorf("offset.storage.topic: %w", err)
	}
	n.closes = append(n.closes, offsets.Close)
	s.Worker.Offsets, s.Worker.OffsetsTopic = offsets, cluster.Offsets
	if exactlyOnce {
		s.Worker.ExactlyOnce = &worker.ExactlyOnce{}
	}
	s.Statuses = statusstore.TopicSettings{
		Worker: props, Topic: cluster.Statuses.Name, Partitions: cluster.Statuses.Partitions,
		Replication: cluster.Statuses.ReplicationFactor, TopicConfig: cluster.Statuses.Settings,
		ClientOptions: p.network.ClientOptions, Log: p.logs.For("org.apache.kafka.connect.storage.KafkaStatusBackingStore"),
	}
	return nil
}

// member makes the settings of the group's member, and its client.
func (n *node) member(p parts) (membership.Settings, error) {
	cluster := p.cfg.Cluster
	props := maps.Clone(kafka.InternalProps(p.cfg.Originals(), kafka.SharedAdmin, false))
	props["client.id"] = n.clientID(p)
	if strings.TrimSpace(cluster.Group) == "" {
		return membership.Settings{}, errors.New("group.id: The configured group.id should not be an empty string or whitespace.")
	}
	opts, err := kafka.AdminOptions(props)
	if err != nil {
		return membership.Settings{}, err
	}
	log := p.logs.For("org.apache.kafka.connect.runtime.distributed.WorkerCoordinator")
	network := clientmeter.NewNetwork(sampling(p.cfg))
	n.metrics.Network = network.Sample
	client, err := kgo.NewClient(slices.Concat(opts.Opts, []kgo.Opt{kgo.WithLogger(kafka.Logger(log))}, p.network.ClientOptions, network.Options())...)
	if err != nil {
		return membership.Settings{}, err
	}
	n.closes = append(n.closes, client.Close)
	mode, _ := protocol.ParseMode(cluster.Protocol)
	ms := func(key string) time.Duration { return time.Duration(p.cfg.Long(key)) * time.Millisecond }
	return membership.Settings{
		Client: client, GroupID: cluster.Group, Mode: mode, URL: n.api.AdvertisedURL(),
		SessionTimeout: cluster.SessionTimeout, RebalanceTimeout: cluster.RebalanceTimeout, HeartbeatInterval: cluster.HeartbeatInterval,
		MaxDelay: cluster.MaxRebalanceDelay, RetryBackoff: ms("retry.backoff.ms"), RetryBackoffMax: ms("retry.backoff.max.ms"),
		Log: log, Sampling: sampling(p.cfg),
	}, nil
}
