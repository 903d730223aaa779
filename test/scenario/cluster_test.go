package scenario

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/run"
)

// cluster is what a script acts on: brokers, workers and what they tell.
type cluster struct {
	t       *testing.T
	network *devbrokertest.Network
	broker  *devbroker.Broker
	brokers int
	kafka   *kgo.Client // the operator's
	admin   *kadm.Client
	http    *http.Client
	stage   *stage
	readers map[string]*reader  // of topics
	lost    map[string][]string // what a worker ran when it was stopped or killed
	faults  map[string]*kfake.FaultHandle
	foreign map[string]*foreigner
	workers []*worker // in the order of their first start; the last incarnation of each
	ending  sync.WaitGroup
	sides   []*sideline
	seen    map[string]map[string]int // ids that were there, by task
}

// afterEnd is for what ends a while after the worker that gave it up.
const afterEnd = time.Minute

const defaultGroup = "connect"

// topics by the names that scripts have for them.
var internalTopics = map[string]string{"config": "connect-configs", "offset": "connect-offsets", "status": "connect-status"}

func topicName(name string) string {
	if full, ok := internalTopics[name]; ok {
		return full
	}
	return name
}

func newCluster(t *testing.T) *cluster {
	return &cluster{
		t: t, network: devbrokertest.NewNetwork(), brokers: 1, stage: newStage(), readers: map[string]*reader{},
		lost: map[string][]string{}, faults: map[string]*kfake.FaultHandle{}, foreign: map[string]*foreigner{}, seen: map[string]map[string]int{},
	}
}

// open starts Kafka, unless it runs.
func (c *cluster) open() error {
	if c.broker != nil {
		return nil
	}
	var err error
	c.broker, err = devbroker.Start(devbroker.Settings{
		Addr: "kafka:9092", Brokers: c.brokers, Listen: c.network.Listen, AutoCreateTopics: true,
	})
	if err != nil {
		return err
	}
	operator := c.network.Host("operator")
	if c.kafka, err = kgo.NewClient(c.clientOptions(operator)...); err != nil {
		return err
	}
	c.admin = kadm.NewClient(c.kafka)
	c.http = &http.Client{Transport: &http.Transport{DialContext: operator.DialContext, DisableKeepAlives: true}}
	return nil
}

func (c *cluster) clientOptions(from *devbrokertest.Host) []kgo.Opt {
	return []kgo.Opt{
		kgo.SeedBrokers(c.broker.Addrs()...), kgo.Dialer(from.DialContext), kgo.DisableClientMetrics(),
		kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.MetadataMinAge(250 * time.Millisecond),
	}
}

// close ends everything, so that the bubble can end.
func (c *cluster) close() {
	close(c.stage.released)
	for _, f := range c.foreign {
		f.end()
	}
	for _, h := range c.faults {
		h.Remove()
	}
	for _, w := range c.workers {
		if w.dead || w.apart {
			c.kill(w)
			continue
		}
		c.stage.kill(w)
		c.ending.Go(w.embedded.Stop)
	}
	c.ending.Wait()
	time.Sleep(afterEnd)
	for _, r := range c.readers {
		r.client.Close()
	}
	if c.broker == nil {
		return
	}
	c.http.CloseIdleConnections()
	c.kafka.Close()
	if err := c.broker.Close(); err != nil {
		c.t.Error(err)
	}
}

// worker is one incarnation of a worker: started once, stopped or killed once.
type worker struct {
	name     string
	props    map[string]string
	stage    *stage
	host     *devbrokertest.Host
	log      *logText
	embedded *run.Embedded
	ports    []net.Listener

	apart   bool // cut off or stalled: nobody asks it
	dead    bool // stopped or killed; guarded by the stage
	exited  error
	mayExit bool // the script expects that
}

// logText is what a worker has logged.
type logText struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// last returns the end of the log.
func (l *logText) last(lines int) string {
	all := strings.Split(strings.TrimSpace(l.String()), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// properties are those of a worker that says nothing else.
func (c *cluster) properties(name string) map[string]string {
	const text = "org.apache.kafka.connect.storage.StringConverter"
	props := map[string]string{
		"bootstrap.servers": strings.Join(c.broker.Addrs(), ","), "group.id": defaultGroup,
		"key.converter": text, "value.converter": text, "enable.metrics.push": "false",
		"producer.enable.metrics.push": "false", "consumer.enable.metrics.push": "false", "admin.enable.metrics.push": "false",
		"offset.flush.interval.ms": "10000", "offset.storage.partitions": "2", "status.storage.partitions": "2",
		"listeners": "http://" + name + ":8083", "rest.advertised.host.name": name,
	}
	for what, topic := range internalTopics {
		props[what+".storage.topic"] = topic
		props[what+".storage.replication.factor"] = "1"
	}
	return props
}

// start starts a worker; it may have to wait for its group afterwards.
func (c *cluster) start(name string, more map[string]string) error {
	if err := c.open(); err != nil {
		return err
	}
	w := &worker{name: name, props: c.properties(name), stage: c.stage, host: c.network.Replace(name), log: &logText{}}
	for key, value := range more {
		w.props[key] = value
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var err error
	w.embedded, err = run.StartEmbedded(ctx, run.EmbeddedSettings{
		Props: w.props, Logs: logs.New(logs.Settings{Out: w.log}), Plugins: w.plugins(),
		Network: run.Network{ClientOptions: []kgo.Opt{kgo.Dialer(w.dial)}, Listen: w.listen, Dial: w.dial},
	})
	if err != nil {
		return fmt.Errorf("worker %s does not start: %w", name, err)
	}
	for i, old := range c.workers {
		if old.name == name {
			c.workers[i] = w
			return nil
		}
	}
	c.workers = append(c.workers, w)
	return nil
}

// dial gives up after socket.connection.setup.timeout.ms, as a real worker does.
func (w *worker) dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return w.host.DialContext(ctx, network, address)
}

func (w *worker) listen(network, address string) (net.Listener, error) {
	l, err := w.host.Listen(network, address)
	if err == nil {
		w.ports = append(w.ports, l)
	}
	return l, err
}

// worker returns a worker that was started.
func (c *cluster) worker(name string) (*worker, error) {
	for _, w := range c.workers {
		if w.name == name {
			return w, nil
		}
	}
	return nil, fmt.Errorf("there is no worker %s", name)
}

// alive returns the workers whose processes run.
func (c *cluster) alive() []*worker {
	var alive []*worker
	for _, w := range c.workers {
		if !w.dead && w.gone() == nil {
			alive = append(alive, w)
		}
	}
	return alive
}

// gone returns why a worker has ended by itself.
func (w *worker) gone() error {
	select {
	case w.exited = <-w.embedded.Lost():
	default:
	}
	return w.exited
}

// stop stops a worker as the end of its process does.
func (c *cluster) stop(w *worker) {
	c.lost[w.name] = c.stage.work(w)
	w.embedded.Stop()
	c.stage.kill(w)
}

// kill ends a worker as kill -9 does. What is left of it cannot reach anything.
func (c *cluster) kill(w *worker) {
	if w.dead {
		return
	}
	c.lost[w.name] = c.stage.work(w)
	c.stage.kill(w)
	w.host.Cut()
	for _, l := range w.ports {
		_ = l.Close() // nobody waits for it
	}
	c.ending.Go(w.embedded.Stop)
}

// address returns that of a broker.
func (c *cluster) address(node int32) string {
	return "kafka:" + strconv.Itoa(9092+int(node))
}

// settle lets everything happen that takes no time.
func settle() { synctest.Wait() }
