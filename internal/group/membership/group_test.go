package membership

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/group/assign"
	"github.com/millrace/millrace/internal/group/protocol"
)

const groupID = "connect-cluster"

// cluster is a broker and the workers of a group, in memory and fake time.
type cluster struct {
	t       *testing.T
	network *devbrokertest.Network
	broker  *devbroker.Broker
	workers []*worker

	dials atomic.Int64 // connections tried

	mu     sync.Mutex
	config assign.Configuration
}

// OnBrokerConnect counts connections that a worker has tried to open.
func (c *cluster) OnBrokerConnect(kgo.BrokerMetadata, time.Duration, net.Conn, error) { c.dials.Add(1) }

// inCluster runs a test in a bubble.
func inCluster(t *testing.T, connectors map[string]int, test func(*cluster)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{t: t, network: devbrokertest.NewNetwork(), config: assign.Configuration{Offset: 7, Connectors: connectors}}
		b, err := devbroker.Start(devbroker.Settings{Addr: "kafka:9092", Brokers: 3, Listen: c.network.Listen})
		if err != nil {
			t.Fatal(err)
		}
		c.broker = b
		test(c)
		for _, w := range c.workers {
			w.kill()
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (c *cluster) configuration() assign.Configuration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return assign.Configuration{Offset: c.config.Offset, Connectors: maps.Clone(c.config.Connectors)}
}

// configure changes what is to be run. Workers read it at once.
func (c *cluster) configure(connectors map[string]int) {
	c.mu.Lock()
	c.config.Offset++
	c.config.Connectors = connectors
	c.mu.Unlock()
}

// worker is a small herder: it runs what it is assigned.
type worker struct {
	c        *cluster
	name     string
	settings Settings
	client   *kgo.Client
	host     *devbrokertest.Host
	member   *Member

	stopTime time.Duration // that stopping takes
	ready    chan struct{} // closed when member is set

	mu      sync.Mutex
	behind  int64 // offsets that it has not read
	running map[string]bool
	last    Assigned
	events  []string
	delay   *time.Timer
	dead    bool
}

type option func(*worker)

func mode(m protocol.Mode) option      { return func(w *worker) { w.settings.Mode = m } }
func group(id string) option           { return func(w *worker) { w.settings.GroupID = id } }
func stopTakes(d time.Duration) option { return func(w *worker) { w.stopTime = d } }
func behindBy(offsets int64) option    { return func(w *worker) { w.behind = offsets } }
func maxDelay(d time.Duration) option  { return func(w *worker) { w.settings.MaxDelay = d } }

func (c *cluster) join(name string, options ...option) *worker {
	c.t.Helper()
	w := &worker{c: c, name: name, host: c.network.Host(name), running: map[string]bool{}, ready: make(chan struct{})}
	client, err := kgo.NewClient(kgo.SeedBrokers(c.broker.Addrs()...), kgo.ClientID("connect-"+name),
		kgo.Dialer(w.host.DialContext), kgo.DisableClientMetrics(), kgo.WithHooks(c))
	if err != nil {
		c.t.Fatal(err)
	}
	w.client = client
	w.settings = Settings{
		Client: client, GroupID: groupID, Mode: protocol.Sessioned, URL: "http://" + name + ":8083/",
		SessionTimeout: 10 * time.Second, RebalanceTimeout: time.Minute, HeartbeatInterval: 3 * time.Second,
		MaxDelay: 5 * time.Minute, RetryBackoff: 100 * time.Millisecond, RetryBackoffMax: time.Second,
		Handover: true, Configuration: w.configuration,
	}
	for _, o := range options {
		o(w)
	}
	w.member = Join(w.settings, w)
	close(w.ready)
	c.workers = append(c.workers, w)
	return w
}

func (w *worker) configuration() assign.Configuration {
	w.mu.Lock()
	defer w.mu.Unlock()
	config := w.c.configuration()
	config.Offset -= w.behind
	return config
}

func (w *worker) note(format string, args ...any) {
	w.events = append(w.events, fmt.Sprintf(format, args...))
}

func (w *worker) Revoke(_ string, done func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("revoke")
	time.AfterFunc(w.stopTime, func() {
		w.mu.Lock()
		w.running = map[string]bool{}
		w.mu.Unlock()
		done()
	})
}

func (w *worker) Assigned(a Assigned) {
	<-w.ready
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("assigned")
	w.last = a
	w.running = map[string]bool{}
	for _, n := range names(a.Work) {
		w.running[n] = true
	}
	if w.delay != nil {
		w.delay.Stop()
	}
	if a.Delay > 0 {
		w.delay = time.AfterFunc(a.Delay, func() { w.member.Rejoin("the delay is over") })
	}
	switch {
	case a.Mismatch:
		w.note("mismatch")
		w.behind = 0
		w.member.Rejoin("has read on")
	case a.Mode.Cooperative() && !a.Revoked.Empty():
		w.member.Rejoin("has stopped what was revoked")
	}
}

func (w *worker) Unsettled(_ string, lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if lost {
		w.note("lost")
	} else {
		w.note("unsettled")
	}
	w.last.Leader = false
}

func (w *worker) Failed(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("failed: %v", err)
}

// kill ends the worker without leaving the group, as kill -9 does. The client
// connections break.
func (w *worker) kill() {
	w.mu.Lock()
	dead := w.dead
	w.dead = true
	w.running = map[string]bool{}
	if w.delay != nil {
		w.delay.Stop()
	}
	w.mu.Unlock()
	if dead {
		return
	}
	w.host.Cut()
	w.member.stop()
	<-w.member.done
	w.client.Close()
}

// stop ends the worker as a herder does.
func (w *worker) stop() error {
	w.mu.Lock()
	w.dead = true
	w.running = map[string]bool{}
	w.mu.Unlock()
	w.member.Release(w.snapshot().Work)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := w.member.Leave(ctx)
	w.client.Close()
	return err
}

// dismiss makes the broker forget a member, as if its session was over.
func (w *worker) dismiss(id string) error {
	leave := kmsg.NewPtrLeaveGroupRequest()
	leave.Group, leave.MemberID = groupID, id
	leave.Members = []kmsg.LeaveGroupRequestMember{{MemberID: id}}
	_, err := leave.RequestWith(w.c.t.Context(), w.client)
	return err
}

func (w *worker) snapshot() Assigned {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// story returns what happened since the last call.
func (w *worker) story() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := strings.Join(w.events, " ")
	w.events = nil
	return s
}

func names(work protocol.Work) []string {
	list := slices.Clone(work.Connectors)
	for _, id := range work.Tasks {
		list = append(list, id.String())
	}
	return list
}

// after lets time pass and expects what all living workers run, as "w1=A,A-0 w2=".
func (c *cluster) after(d time.Duration, want string) {
	c.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	var got []string
	for _, w := range c.workers {
		w.mu.Lock()
		if !w.dead {
			got = append(got, w.name+"="+strings.Join(slices.Sorted(maps.Keys(w.running)), ","))
		}
		w.mu.Unlock()
	}
	if s := strings.Join(got, " "); s != want {
		c.t.Errorf("run %s, want %s", s, want)
	}
}

// spread expects how many connectors and tasks the living workers run, the most
// first, each of them once.
func (c *cluster) spread(d time.Duration, want ...int) {
	c.t.Helper()
	time.Sleep(d)
	synctest.Wait()
	var counts []int
	seen := map[string]string{}
	for _, w := range c.workers {
		w.mu.Lock()
		if !w.dead {
			counts = append(counts, len(w.running))
		}
		for n := range w.running {
			if other := seen[n]; other != "" {
				c.t.Errorf("%s runs on %s and %s", n, other, w.name)
			}
			seen[n] = w.name
		}
		w.mu.Unlock()
	}
	slices.SortFunc(counts, func(a, b int) int { return b - a })
	if !slices.Equal(counts, want) {
		c.t.Errorf("workers run %v, want %v", counts, want)
	}
}

func (c *cluster) leader() *worker {
	c.t.Helper()
	for _, w := range c.workers {
		if !w.dead && w.snapshot().Leader {
			return w
		}
	}
	c.t.Fatal("no leader")
	return nil
}

func (c *cluster) followers() []*worker {
	return slices.DeleteFunc(slices.Clone(c.workers), func(w *worker) bool { return w.dead || w.snapshot().Leader })
}
