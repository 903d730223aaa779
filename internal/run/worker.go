package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/configprovider"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/herder/standalone"
	"github.com/millrace/millrace/internal/herder/validation"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
	"github.com/millrace/millrace/internal/rest"
	"github.com/millrace/millrace/internal/store/offsetstore"
	"github.com/millrace/millrace/internal/worker"
	"github.com/millrace/millrace/internal/workerconfig"
)

// node is a running standalone worker with its REST API.
type node struct {
	log     *slog.Logger
	herder  *standalone.Herder
	api     *rest.Server
	secrets *configprovider.Transformer
	changed []string // keys of the worker that have what secrets returned
}

// startNode starts a standalone worker: configuration, Kafka, herder, REST API, in
// this order. What was started is stopped when a later step fails.
func startNode(ctx context.Context, props map[string]string, registry *logs.Logs, more []plugin.Plugin) (_ *node, err error) {
	n := &node{log: registry.For("org.apache.kafka.connect.cli.ConnectStandalone")}
	defer func() {
		if err != nil {
			err = hide(err, props, n.changed)
			n.stop()
		}
	}()
	// For plugins and libraries that are not given a logger.
	slog.SetDefault(registry.For(logs.Root))
	plugins := pluginset.New(append(builtin.Plugins(), more...)...)
	if props, err = n.resolve(ctx, props, plugins); err != nil {
		return nil, err
	}
	cfg, err := workerconfig.ParseStandalone(props, plugins.ClassName)
	if err != nil {
		return nil, err
	}
	warnUnread(cfg, n.log)
	clusterID, err := findCluster(ctx, cfg.Originals(), n.log)
	if err != nil {
		return nil, err
	}
	settings, err := n.settings(cfg, plugins, registry)
	if err != nil {
		return nil, err
	}
	if n.api, err = openAPI(cfg, registry); err != nil {
		return nil, err
	}
	settings.WorkerID, settings.ClusterID = n.api.WorkerID(), clusterID
	n.herder = standalone.New(settings)
	n.api.Mount(n.herder)
	n.log.Info("Kafka Connect started", "rest", strings.Join(n.api.URLs(), ","), "cluster", clusterID)
	return n, nil
}

func openAPI(cfg *workerconfig.Config, registry *logs.Logs) (*rest.Server, error) {
	s, err := rest.FromConfig(cfg)
	if err != nil {
		return nil, err
	}
	s.Log, s.Loggers = registry.For(rest.LoggerName), registry
	return rest.Open(s)
}

// resolve replaces references in the worker's own properties, and keeps the
// providers for those of connectors.
func (n *node) resolve(ctx context.Context, props map[string]string, plugins *pluginset.Set) (_ map[string]string, err error) {
	n.secrets, err = configprovider.Open(props, func(class string) (plugin.Provider, error) {
		e, err := plugins.Find(class, pluginset.Provider)
		if err != nil {
			return plugin.Provider{}, err
		}
		return e.Plugin.(plugin.Provider), nil
	})
	if err != nil {
		return nil, err
	}
	result, err := n.secrets.Transform(ctx, props)
	n.changed = result.Changed
	return result.Props, err
}

func (n *node) settings(cfg *workerconfig.Config, plugins *pluginset.Set, registry *logs.Logs) (standalone.Settings, error) {
	offsets, err := offsetstore.OpenFile(cfg.OffsetFile)
	if err != nil {
		return standalone.Settings{}, fmt.Errorf("offset.storage.file.filename: %w", err)
	}
	overrides, err := newPolicy(cfg, plugins)
	if err != nil {
		return standalone.Settings{}, err
	}
	return standalone.Settings{
		TopicTracking: cfg.TopicTracking, TopicReset: cfg.TrackingReset,
		Validate: n.validator(cfg, plugins, overrides).ValidateNulls,
		Worker: worker.Settings{
			Props: cfg.Originals(), Plugins: plugins, Offsets: offsets, Policy: overrides,
			Log: registry.For("org.apache.kafka.connect.runtime.Worker"),
			Converters: worker.Converters{
				Key: defaultConverter(cfg.Key), Value: defaultConverter(cfg.Value), Header: defaultConverter(cfg.Header),
			},
			Resolve: func(ctx context.Context, _ string, props map[string]string) (map[string]string, error) {
				r, err := n.secrets.Transform(ctx, props)
				return r.Props, err
			},
			OffsetFlushInterval: cfg.FlushInterval, OffsetFlushTimeout: cfg.FlushTimeout,
			GracefulTimeout: cfg.GracefulTimeout, TopicCreation: cfg.TopicCreation,
		},
	}, nil
}

func (n *node) validator(cfg *workerconfig.Config, plugins *pluginset.Set, overrides policy.Policy) *validation.Validator {
	converter := func(c workerconfig.Converter) validation.Converter {
		return validation.Converter{Class: c.Class, Version: c.Version}
	}
	return &validation.Validator{
		Plugins: plugins, Providers: n.secrets, Policy: overrides, PolicyAs: cfg.Policy,
		Worker: validation.Worker{Key: converter(cfg.Key), Value: converter(cfg.Value), Header: converter(cfg.Header)},
	}
}

// warnUnread names keys that look like mistakes; their values may be secrets.
func warnUnread(cfg *workerconfig.Config, log *slog.Logger) {
	for _, key := range cfg.Unknown() {
		if _, read := kafka.AdminDef().Key(key); !read {
			log.Warn("The worker configuration has a key that nothing reads", "key", key)
		}
	}
	for _, key := range cfg.Ignored() {
		log.Warn("A key of the worker configuration has no effect", "key", key)
	}
}

func defaultConverter(c workerconfig.Converter) connectorconfig.Plugin {
	return connectorconfig.Plugin{Class: c.Class, Props: c.Props}
}

func newPolicy(cfg *workerconfig.Config, plugins *pluginset.Set) (policy.Policy, error) {
	const key = "connector.client.config.override.policy"
	e, err := plugins.Find(cfg.Policy, pluginset.Policy)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	p, err := e.Plugin.(plugin.Policy).New(cfg.Originals())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return p, nil
}

// findTimeout bounds the first talk with Kafka, unless default.api.timeout.ms is
// shorter: a worker that cannot reach it shall say so soon.
const findTimeout = 30 * time.Second

// findCluster asks Kafka for the id of its cluster: the first proof that the
// worker's connection settings are right.
func findCluster(ctx context.Context, props map[string]string, log *slog.Logger) (string, error) {
	opts, err := kafka.AdminOptions(kafka.WorkerAdminProps(props, nil, "worker"))
	if err != nil {
		return "", err
	}
	client, err := kgo.NewClient(append(opts.Opts, kgo.WithLogger(kafka.Logger(log)))...)
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

// apiStopTimeout is how long requests may go on when the worker stops.
const apiStopTimeout = 5 * time.Second

// addFile creates the connector that a file describes and waits for it.
func (n *node) addFile(ctx context.Context, path string) error {
	r, err := readConnectorFile(path)
	if err != nil {
		return err
	}
	if _, _, err := n.herder.PutConnector(ctx, r); err != nil {
		if errors.Is(err, context.Canceled) {
			return nil
		}
		return &ConfigFileError{path, err}
	}
	n.log.Info("Created connector", "connector", r.Name, "file", path)
	return nil
}

// stop stops the API, then the herder with its connectors, then the providers.
func (n *node) stop() {
	if n.api != nil {
		ctx, cancel := context.WithTimeout(context.Background(), apiStopTimeout)
		defer cancel()
		if err := n.api.Close(ctx); err != nil {
			n.log.Warn("Requests were cut off", "err", err)
		}
	}
	if n.herder != nil {
		n.herder.Stop()
	}
	if n.secrets != nil {
		if err := n.secrets.Close(); err != nil {
			n.log.Warn("A config provider did not close", "err", err)
		}
	}
}
