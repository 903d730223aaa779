package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/policy"
	"github.com/millrace/millrace/internal/configprovider"
	"github.com/millrace/millrace/internal/connectorconfig"
	"github.com/millrace/millrace/internal/herder"
	"github.com/millrace/millrace/internal/herder/validation"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/metrics"
	"github.com/millrace/millrace/internal/pluginset"
	"github.com/millrace/millrace/internal/pluginset/builtin"
	"github.com/millrace/millrace/internal/rest"
	"github.com/millrace/millrace/internal/restclient"
	"github.com/millrace/millrace/internal/worker"
	"github.com/millrace/millrace/internal/workerconfig"
)

// node is a running worker with its REST API.
type node struct {
	log       *slog.Logger
	herder    stoppable
	api       *rest.Server
	metrics   *metrics.Registry
	secrets   *configprovider.Transformer
	started   chan struct{} // closed when the herder is there
	refresher *configprovider.Refresher
	changed   []string // keys of the worker that have what secrets returned
	closes    []func() // what the herder uses, last first
}

// stoppable is a herder that was started.
type stoppable interface {
	herder.Herder
	Worker() *worker.Worker
	Stop()
}

// mode is how a worker is made of its configuration.
type mode struct {
	logger string
	parse  func(props map[string]string, classes config.Classes) (*workerconfig.Config, error)
	herd   func(ctx context.Context, n *node, p parts) (stoppable, error)
}

// parts are what a herder is made of in every mode.
type parts struct {
	cfg       *workerconfig.Config
	plugins   *pluginset.Set
	logs      *logs.Logs
	overrides policy.Policy
	network   Network
	clusterID string
}

// setup is a worker to be started.
type setup struct {
	props   map[string]string
	logs    *logs.Logs
	plugins []plugin.Plugin // besides those that are built in
	network Network
}

// start starts a worker: configuration, Kafka, REST API, herder, in this order. What
// was started is stopped when a later step fails.
func (m mode) start(ctx context.Context, s setup) (_ *node, err error) {
	n := &node{log: s.logs.For(m.logger), metrics: &metrics.Registry{}}
	props := s.props
	defer func() {
		if err != nil {
			err = hide(err, props, n.changed)
			n.stop()
		}
	}()
	// For plugins and libraries that are not given a logger.
	slog.SetDefault(s.logs.For(logs.Root))
	p := parts{logs: s.logs, network: s.network, plugins: pluginset.New(append(builtin.Plugins(), s.plugins...)...)}
	if props, err = n.resolve(ctx, props, p.plugins); err != nil {
		return nil, err
	}
	if p.cfg, err = m.parse(props, p.plugins.ClassName); err != nil {
		return nil, err
	}
	warnUnread(p.cfg, n.log)
	if p.overrides, err = newPolicy(p.cfg, p.plugins); err != nil {
		return nil, err
	}
	if p.clusterID, err = findCluster(ctx, p, n.log); err != nil {
		return nil, err
	}
	if n.api, err = openAPI(p, n.metrics); err != nil {
		return nil, err
	}
	n.openRefresher(p.logs)
	if n.herder, err = m.herd(ctx, n, p); err != nil {
		return nil, err
	}
	n.measure(p)
	close(n.started)
	n.api.Mount(n.herder)
	n.log.Info("Kafka Connect started", "rest", strings.Join(n.api.URLs(), ","), "cluster", p.clusterID)
	return n, nil
}

func openAPI(p parts, m *metrics.Registry) (*rest.Server, error) {
	s, err := rest.FromConfig(p.cfg)
	if err != nil {
		return nil, err
	}
	s.Log, s.Loggers, s.Listen, s.Metrics = p.logs.For(rest.LoggerName), p.logs, p.network.Listen, m
	if p.network.Dial != nil {
		s.Leader = restclient.NewLeader(restclient.LeaderSettings{Dial: p.network.Dial})
	}
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

// workerSettings are those that a worker has in every mode.
func (n *node) workerSettings(p parts) worker.Settings {
	cfg := p.cfg
	return worker.Settings{
		Props: cfg.Originals(), Plugins: p.plugins, Policy: p.overrides, ClientOptions: p.network.ClientOptions,
		Log: p.logs.For("org.apache.kafka.connect.runtime.Worker"), Loggers: p.logs.For, Sampling: sampling(cfg),
		Converters: worker.Converters{
			Key: defaultConverter(cfg.Key), Value: defaultConverter(cfg.Value), Header: defaultConverter(cfg.Header),
		},
		Resolve:             n.refresher.Resolve,
		OffsetFlushInterval: cfg.FlushInterval, OffsetFlushTimeout: cfg.FlushTimeout,
		GracefulTimeout: cfg.GracefulTimeout, TopicCreation: cfg.TopicCreation,
	}
}

func (n *node) validator(p parts, cluster *validation.Cluster) *validation.Validator {
	converter := func(c workerconfig.Converter) validation.Converter {
		return validation.Converter{Class: c.Class, Version: c.Version}
	}
	return &validation.Validator{
		Plugins: p.plugins, Providers: n.secrets, Policy: p.overrides, PolicyAs: p.cfg.Policy,
		Worker: validation.Worker{
			Key: converter(p.cfg.Key), Value: converter(p.cfg.Value), Header: converter(p.cfg.Header), Cluster: cluster,
		},
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

// stop stops the API, then the herder with its connectors, its clients and stores,
// then the providers.
func (n *node) stop() {
	if n.api != nil {
		ctx, cancel := context.WithTimeout(context.Background(), apiStopTimeout)
		defer cancel()
		if err := n.api.Close(ctx); err != nil {
			n.log.Warn("Requests were cut off", "err", err)
		}
	}
	if n.refresher != nil {
		n.refresher.Close()
	}
	if n.herder != nil {
		n.herder.Stop()
	}
	for _, end := range slices.Backward(n.closes) {
		end()
	}
	if n.secrets != nil {
		if err := n.secrets.Close(); err != nil {
			n.log.Warn("A config provider did not close", "err", err)
		}
	}
}
