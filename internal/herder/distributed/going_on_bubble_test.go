package distributed_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/connect"
	"github.com/millrace/millrace/connect/config"
	"github.com/millrace/millrace/connect/plugin"
	"github.com/millrace/millrace/connect/source"
	"github.com/millrace/millrace/internal/devbroker"
	"github.com/millrace/millrace/internal/devbroker/devbrokertest"
	"github.com/millrace/millrace/internal/logs"
	"github.com/millrace/millrace/internal/run"
)

// change is a connector that gets one configuration after another.
type change struct {
	class     string
	worker    string   // settings that all workers have besides
	steps     []string // settings of the connector, one configuration after another
	starts    []string // of the tasks 0, 1, … after each step
	published []int    // sets of task configurations after each step
}

func changes() map[string]change {
	return map[string]change{
		"more and fewer tasks": {
			class: "test.PlainSource", steps: []string{"tasks.max=2", "tasks.max=3", "tasks.max=1", "tasks.max=2"},
			starts: []string{"1 1", "1 1 1", "1 1 1", "1 2 1"}, published: []int{1, 2, 3, 4},
		},
		"another configuration": {
			class: "test.PlainSource", steps: []string{"tasks.max=2", "tasks.max=2 key=value", "tasks.max=3 key=value2"},
			starts: []string{"1 1", "2 2", "3 3 1"}, published: []int{1, 2, 3},
		},
		"another converter only": { // of which the tasks' own configurations say nothing
			class: "test.BareSource", steps: []string{"tasks.max=2", "tasks.max=2 value.converter=org.apache.kafka.connect.storage.StringConverter"},
			starts: []string{"1", "2"}, published: []int{1, 2},
		},
		"one task whatever may be": {
			class: "test.BareSource", steps: []string{"tasks.max=2", "tasks.max=6", "tasks.max=1"},
			starts: []string{"1", "1", "1"}, published: []int{1, 1, 1},
		},
		"tasks that mind the number": {
			class: "test.MindingSource", steps: []string{"tasks.max=2", "tasks.max=3"},
			starts: []string{"1 1", "2 2 1"}, published: []int{1, 2},
		},
		"a failed task": {
			class: "test.PlainSource", steps: []string{"tasks.max=2 fail=1", "tasks.max=3 fail=1"},
			starts: []string{"1 1", "1 2 1"}, published: []int{1, 2},
		},
		"stopped in between": {
			class: "test.PlainSource", steps: []string{"tasks.max=2", "stop", "resume"},
			starts: []string{"1 1", "1 1", "2 2"}, published: []int{1, 2, 3},
		},
		"deleted in between": {
			class: "test.PlainSource", steps: []string{"tasks.max=2", "delete", "tasks.max=2"},
			starts: []string{"1 1", "1 1", "2 2"}, published: []int{1, 1, 2},
		},
		"exactly once": { // each generation fences the one before
			class: "test.PlainSource", worker: "exactly.once.source.support=enabled", steps: []string{"tasks.max=2", "tasks.max=3"},
			starts: []string{"1 1", "2 2 1"}, published: []int{1, 2},
		},
		"exactly once, the same tasks": {
			class: "test.BareSource", worker: "exactly.once.source.support=enabled", steps: []string{"tasks.max=2", "tasks.max=6"},
			starts: []string{"1", "1"}, published: []int{1, 1},
		},
	}
}

// TestTasksThatGoOn changes the configuration of a connector and counts which of its
// tasks were started once more.
func TestTasksThatGoOn(t *testing.T) {
	for name, c := range changes() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSite(t)
				defer s.close()
				s.start("a", c.worker)
				for i, step := range c.steps {
					s.do(step, c.class)
					time.Sleep(10 * time.Second) // fake time
					if got := s.starts(); got != c.starts[i] {
						t.Errorf("after %q: tasks were started %s times, want %s", step, got, c.starts[i])
					}
					if got := s.published(); got != c.published[i] {
						t.Errorf("after %q: task configurations were published %d times, want %d", step, got, c.published[i])
					}
				}
			})
		})
	}
}

// TestTasksThatMove has a second and a third worker come, with tasks for them, and go,
// in the order in which autoscaling does it: workers before tasks when more come, tasks
// before workers when some go.
func TestTasksThatMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		defer s.close()
		total := 0
		for _, step := range []struct {
			start, stop, tasks string
			moved              int // tasks that ran and were started again
			begun              int // tasks that there were not before
		}{
			{start: "a", tasks: "2", begun: 2},
			{start: "b", tasks: "4", begun: 2, moved: 1},
			{start: "c", tasks: "6", begun: 2, moved: 1},
			{stop: "c", tasks: "4", moved: 1},
			{stop: "b", tasks: "2", moved: 1},
		} {
			if step.start != "" {
				s.start(step.start, "")
				time.Sleep(30 * time.Second) // fake time
			}
			s.do("tasks.max="+step.tasks, "test.PlainSource")
			time.Sleep(30 * time.Second)
			if step.stop != "" {
				s.stop(step.stop)
				time.Sleep(30 * time.Second)
			}
			total += step.moved + step.begun
			if got := s.sum(); got != total {
				t.Errorf("%+v: tasks were started %d times, want %d (%s)", step, got, total, s.starts())
			}
			total = s.sum()
		}
	})
}

// site is a cluster of workers on a network in memory.
type site struct {
	t       *testing.T
	network *devbrokertest.Network
	broker  *devbroker.Broker
	http    *http.Client
	workers map[string]*run.Embedded

	mu    sync.Mutex
	begun map[int]int // how often a task was started
}

func newSite(t *testing.T) *site {
	s := &site{t: t, network: devbrokertest.NewNetwork(), workers: map[string]*run.Embedded{}, begun: map[int]int{}}
	var err error
	s.broker, err = devbroker.Start(devbroker.Settings{Addr: "kafka:9092", Listen: s.network.Listen, AutoCreateTopics: true})
	if err != nil {
		t.Fatal(err)
	}
	s.http = &http.Client{Transport: &http.Transport{DialContext: s.network.Host("operator").DialContext, DisableKeepAlives: true}}
	return s
}

func (s *site) close() {
	for _, w := range s.workers {
		w.Stop()
	}
	time.Sleep(time.Minute) // fake time: connections end
	if err := s.broker.Close(); err != nil {
		s.t.Error(err)
	}
}

func (s *site) start(name, settings string) {
	s.t.Helper()
	const text = "org.apache.kafka.connect.storage.StringConverter"
	props := map[string]string{
		"bootstrap.servers": strings.Join(s.broker.Addrs(), ","), "group.id": "connect", "key.converter": text, "value.converter": text,
		"listeners": "http://" + name + ":8083", "rest.advertised.host.name": name, "scheduled.rebalance.max.delay.ms": "0",
		"offset.storage.partitions": "1", "status.storage.partitions": "1", "heartbeat.interval.ms": "500",
	}
	for _, what := range []string{"config", "offset", "status"} {
		props[what+".storage.topic"], props[what+".storage.replication.factor"] = what+"s", "1"
	}
	for _, client := range []string{"", "producer.", "consumer.", "admin."} {
		props[client+"enable.metrics.push"] = "false"
	}
	put(props, settings)
	host := s.network.Replace(name)
	w, err := run.StartEmbedded(s.t.Context(), run.EmbeddedSettings{
		Props: props, Logs: logs.New(logs.Settings{Out: io.Discard}), Plugins: s.plugins(),
		Network: run.Network{ClientOptions: []kgo.Opt{kgo.Dialer(host.DialContext)}, Listen: host.Listen, Dial: host.DialContext},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.workers[name] = w
}

func (s *site) stop(name string) {
	s.workers[name].Stop()
	delete(s.workers, name)
}

func put(props map[string]string, settings string) {
	for _, setting := range strings.Fields(settings) {
		key, value, _ := strings.Cut(setting, "=")
		props[key] = value
	}
}

// do deletes, stops or resumes the connector, or gives it a configuration.
func (s *site) do(step, class string) {
	s.t.Helper()
	const at = "http://a:8083/connectors/c"
	switch step {
	case "delete":
		s.send(http.MethodDelete, at, "")
	case "stop", "resume":
		s.send(http.MethodPut, at+"/"+step, "")
	default:
		props := map[string]string{"connector.class": class}
		put(props, step)
		var members []string
		for key, value := range props {
			members = append(members, strconv.Quote(key)+":"+strconv.Quote(value))
		}
		s.send(http.MethodPut, at+"/config", "{"+strings.Join(members, ",")+"}")
	}
}

func (s *site) send(method, url, body string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.http.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if text, _ := io.ReadAll(resp.Body); resp.StatusCode >= http.StatusBadRequest {
		s.t.Fatalf("%s %s: %d %s", method, url, resp.StatusCode, text)
	}
}

// starts returns how often each task was started, in their order.
func (s *site) starts() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, n := range slices.Sorted(maps.Keys(s.begun)) {
		all = append(all, strconv.Itoa(s.begun[n]))
	}
	return strings.Join(all, " ")
}

func (s *site) sum() (sum int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.begun {
		sum += n
	}
	return sum
}

// published returns how often the config topic says that task configurations are whole.
func (s *site) published() (commits int) {
	s.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(s.broker.Addrs()...), kgo.Dialer(s.network.Host("operator").DialContext),
		kgo.ConsumeTopics("configs"), kgo.DisableClientMetrics(), kgo.FetchMaxWait(100*time.Millisecond))
	if err != nil {
		s.t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(s.t.Context(), 3*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		client.PollFetches(ctx).EachRecord(func(r *kgo.Record) {
			if string(r.Key) == "commit-c" {
				commits++
			}
		})
	}
	return commits
}

// plugins are sources with as many tasks as they may have, or with one, which does not
// get the connector's configuration.
func (s *site) plugins() []plugin.Plugin {
	minding := config.NewDef(config.Key{Name: "tasks.max", Type: config.Int, Default: 1, Importance: config.High, Doc: "How many tasks divide the work."})
	var all []plugin.Plugin
	for class, def := range map[string]*config.Def{"test.PlainSource": config.NewDef(), "test.MindingSource": minding, "test.BareSource": nil} {
		all = append(all, plugin.Source{
			Info: plugin.Info{Class: class, Version: "1", Config: def},
			New:  func() source.Connector { return &counted{site: s, bare: def == nil} },
		})
	}
	return all
}

type counted struct {
	site  *site
	bare  bool
	props map[string]string
}

func (c *counted) Start(_ context.Context, _ source.ConnectorRuntime, props map[string]string) error {
	c.props = props
	return nil
}

func (c *counted) TaskConfigs(most int) ([]map[string]string, error) {
	if c.bare {
		return []map[string]string{{}}, nil
	}
	return slices.Repeat([]map[string]string{c.props}, most), nil
}

func (c *counted) NewTask() source.Task                       { return &countedTask{site: c.site} }
func (c *counted) Stop() error                                { return nil }
func (c *counted) SupportsExactlyOnce(map[string]string) bool { return true }

type countedTask struct{ site *site }

func (t *countedTask) Start(_ context.Context, rt source.Runtime, props map[string]string) error {
	t.site.mu.Lock()
	defer t.site.mu.Unlock()
	t.site.begun[rt.Task]++
	if props["fail"] == strconv.Itoa(rt.Task) {
		return errors.New("it fails on purpose")
	}
	return nil
}

func (t *countedTask) Poll(ctx context.Context) ([]connect.Record, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (t *countedTask) Stop() error { return nil }
