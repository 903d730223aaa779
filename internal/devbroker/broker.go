package devbroker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

const (
	retentionCheck = 5 * time.Minute
	// never is the interval, in ms, of the compaction kfake would do by itself.
	// It may lose a partition when the process is killed meanwhile.
	never = 100 * 365 * 24 * 3600 * 1000
)

// Settings says where a [Broker] listens and stores.
type Settings struct {
	// Addr is host:port to listen on; empty means a random port of 127.0.0.1.
	// Further brokers take the ports behind it.
	Addr string
	// Advertised is the host clients are told to connect to; empty means the
	// host of Addr. It is needed when that is no address to connect to, such as
	// 0.0.0.0.
	Advertised string
	// DataDir keeps the data over restarts; empty keeps everything in memory.
	DataDir string
	// Sync flushes every batch to the device before it is acknowledged.
	Sync bool
	// AutoCreateTopics creates a topic when a client that allows it asks for it.
	AutoCreateTopics bool
	// DefaultPartitions is the partition count of topics created without one; 0
	// means 1.
	DefaultPartitions int
	// Brokers is the size of the cluster; 0 means 1.
	Brokers int
	// CompactAbove is the size in bytes of all compacted topics from which Start
	// compacts them; 0 means 32 MiB, less than 0 never. It needs a data
	// directory.
	CompactAbove int64
	// TLS encrypts connections.
	TLS *tls.Config
	// Listen replaces net.Listen, for a network in memory.
	Listen func(network, address string) (net.Listener, error)
	// Logger receives warnings of the broker; nil discards them.
	Logger *slog.Logger
	// Options are handed to kfake as they are: SASL users, ACLs, broker
	// configurations.
	Options []kfake.Opt
}

// Broker is a running cluster. Methods are safe for concurrent use.
type Broker struct {
	settings Settings
	log      *slog.Logger
	cluster  *kfake.Cluster
	lock     *os.File
	addrs    []string

	stop      chan struct{}
	retention sync.WaitGroup
	closing   sync.Once
	closeErr  error
}

// Start opens the data directory and begins to listen. An address that is taken
// is recognised with errors.Is(err, syscall.EADDRINUSE), a data directory that
// is taken with errors.Is(err, ErrInUse). The caller closes the broker.
func Start(settings Settings) (*Broker, error) {
	b := &Broker{settings: settings, log: settings.Logger, stop: make(chan struct{})}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if err := b.open(); err != nil {
		return nil, fmt.Errorf("start development broker: %w", errors.Join(err, b.unlock()))
	}
	b.retention.Go(b.applyRetention)
	return b, nil
}

func (b *Broker) open() error {
	listeners, err := b.listen()
	if err != nil {
		return err
	}
	if err := b.openData(); err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	next := 0
	handOut := func(string, string) (net.Listener, error) {
		next++
		return listeners[next-1], nil
	}
	options := append(b.options(), kfake.NumBrokers(len(listeners)), kfake.ListenFn(handOut))
	if b.cluster, err = kfake.NewCluster(append(options, b.settings.Options...)...); err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	b.addrs = b.cluster.ListenAddrs()
	if b.settings.AutoCreateTopics {
		b.createTopicsOnDemand()
	}
	if b.settings.DataDir == "" {
		return nil
	}
	// kfake has read all logs into memory and needs none of that any more.
	debug.FreeOSMemory()
	return b.forgetSequences()
}

// openData locks the data directory and puts it in order.
func (b *Broker) openData() error {
	dir := b.settings.DataDir
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var err error
	if b.lock, err = lockFile(filepath.Join(dir, "lock")); err != nil {
		return fmt.Errorf("data directory %s: %w: %w", dir, ErrInUse, err)
	}
	if err := restore(dir); err != nil {
		return fmt.Errorf("undo broken compaction of data directory %s: %w", dir, err)
	}
	if err := b.recoverFromKill(); err != nil {
		return fmt.Errorf("recover data directory %s: %w", dir, err)
	}
	if err := b.compact(); err != nil {
		return fmt.Errorf("compact data directory %s: %w", dir, err)
	}
	return removeFile(filepath.Join(dir, cleanFile))
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// forgetSequences removes the producers' sequence numbers of the last clean
// stop. They are loaded by now, and must not be loaded again after a kill, when
// they would be old and good batches would be refused.
func (b *Broker) forgetSequences() error {
	err := removeFile(filepath.Join(b.settings.DataDir, "seq_windows.json"))
	if err != nil {
		b.cluster.Close()
	}
	return err
}

func (b *Broker) options() []kfake.Opt {
	options := []kfake.Opt{
		kfake.ClusterID("millrace-dev"),
		kfake.DefaultNumPartitions(max(1, b.settings.DefaultPartitions)),
		kfake.WithLogger(logger{b.log}),
		// kfake would apply a default retention to compacted topics too, and so
		// delete the configurations and offsets of connectors after a week.
		kfake.BrokerConfigs(map[string]string{
			"log.retention.ms":       "-1",
			"log.cleaner.backoff.ms": strconv.Itoa(never),
		}),
	}
	if b.settings.DataDir != "" {
		options = append(options, kfake.DataDir(b.settings.DataDir))
	}
	if b.settings.Sync {
		options = append(options, kfake.SyncWrites())
	}
	return options
}

// applyRetention deletes what topics with a retention of their own no longer
// keep, until Close.
func (b *Broker) applyRetention() {
	ticker := time.NewTicker(retentionCheck)
	defer ticker.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-ticker.C:
			b.cluster.ApplyRetention()
		}
	}
}

// Addrs returns the host:port clients connect to, one per broker.
func (b *Broker) Addrs() []string { return append([]string(nil), b.addrs...) }

// Cluster returns the underlying cluster, to intercept requests, move
// partitions or look at groups. After Close its methods may block for ever.
func (b *Broker) Cluster() *kfake.Cluster { return b.cluster }

// Fault makes matching requests fail; see [kfake.Fault].
func (b *Broker) Fault(faults ...kfake.Fault) *kfake.FaultHandle { return b.cluster.Fault(faults...) }

// Close writes everything to disk and ends all connections. Closing twice is
// harmless.
func (b *Broker) Close() error {
	b.closing.Do(func() {
		close(b.stop)
		b.retention.Wait()
		b.cluster.Close()
		b.closeErr = errors.Join(b.markClean(), b.unlock())
	})
	return b.closeErr
}

// markClean tells the next start that there is nothing to recover.
func (b *Broker) markClean() error {
	if b.lock == nil {
		return nil
	}
	return os.WriteFile(filepath.Join(b.settings.DataDir, cleanFile), nil, 0o644)
}

func (b *Broker) unlock() error {
	if b.lock == nil {
		return nil
	}
	return b.lock.Close()
}
