package metrics

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files")

// fake is a worker and its group.
type fake struct {
	connectors []Connector
	tasks      []Task
}

func (f fake) ConnectorSamples() []Connector { return f.connectors }
func (f fake) TaskSamples() []Task           { return f.tasks }

func (fake) StartSamples() (connectors, tasks Starts) {
	return Starts{4, 3, 1, Outcome{0.75, 0.25}}, Starts{Attempts: 2, Successes: 2, Recent: Outcome{Success: 1}}
}

func (fake) ClientSamples() []Client {
	return []Client{
		{Kind: "producer", ID: "connector-producer-src-0", Sent: 1000, Received: 50, Connections: 2},
		{Kind: "consumer", ID: "connector-consumer-snk-0", Connections: 1, Lags: []Lag{{"t", 1, 7}}},
		{Kind: "admin_client", ID: "shared", Connections: 1},
	}
}

func (fake) RebalanceSample() Rebalances {
	return Rebalances{
		Protocol: "SESSIONED", Leader: "http://127.0.0.1:8083/", Epoch: 5, Completed: 2, Now: true,
		Time: Spread{Avg: 20, Min: 10, Max: 30}, SinceLast: math.Inf(1),
	}
}

func (fake) CoordinatorSample() Coordinator {
	return Coordinator{
		Connectors: 2, Tasks: 3, Heartbeat: Flow{100, 0.33}, HeartbeatTime: Spread{Max: 4}, JoinTime: NoSpread(), SyncTime: NoSpread(),
		RebalanceTime: NoSpread(), SinceRebalance: 12, SinceHeartbeat: -1,
	}
}

func (fake) RestartSamples() []Restarts { return []Restarts{{"src", 1, 3}, {"src", 0, 1}} }

func network() Network {
	return Network{
		Connections: 2, Created: Flow{3, 0.1}, Closed: Flow{1, 0}, Requests: Flow{10, 1}, Responses: Flow{9, 1},
		RequestSize: Spread{Avg: 50, Max: 70}, Sent: Flow{500, 20}, Received: Flow{900, 30}, IO: Flow{19, 2},
	}
}

func registry() *Registry {
	f := fake{
		connectors: []Connector{
			{Name: "src", Status: "running", Kind: "source", Plugin: Plugin{"FileStreamSourceConnector", "4.3.0"}},
			{Name: `odd "name"\` + "\n", Status: "failed", Kind: "sink", Plugin: Plugin{Class: "Mine"}},
		},
		tasks: []Task{
			{
				Connector: "src", Task: 1, Status: "running", Kind: "source", RunningRatio: 0.875, PauseRatio: 0.125,
				Batch: Spread{Avg: 10, Max: 20}, CommitTime: NoSpread(), Commits: Outcome{Success: 1},
				Classes: TaskClasses{
					Connector: Plugin{"FileStreamSourceConnector", "4.3.0"}, Task: Plugin{"FileStreamSourceTask", "4.3.0"}, Value: Plugin{Class: "StringConverter"},
					Transforms: []Named{{"cut", Plugin{"MaskField", "4.3.0"}}}, Predicates: []Named{{"is", Plugin{"TopicNameMatches", ""}}},
				},
				Source: &SourceTask{
					Poll: Flow{300, 10}, Write: Flow{290, 9.5}, PollTime: Spread{Avg: 1.5, Max: 3}, Active: Level{10, Spread{5, 0, 20}},
					Transaction: &Spread{10, 1, 100},
				},
			},
			{
				Connector: "snk", Task: 0, Status: "failed", Kind: "sink", Batch: NoSpread(), CommitTime: NoSpread(),
				Errors: TaskErrors{Failures: 3, Errors: 1, Skipped: 1, Retries: 1, Logged: 1, DeadLetters: 1, DeadFailures: 1, LastTimestamp: 1767225600000},
				Sink: &SinkTask{
					Read: Flow{5, 0.1}, Send: Flow{4, 0.1}, PutTime: NoSpread(), Active: Level{1, NoSpread()}, Partitions: 2, CommitSeqNo: 8,
					Completions: Flow{7, 0.01}, Skips: Flow{1, 0},
				},
			},
			{Connector: "src", Task: 0, Kind: "source", Batch: NoSpread(), CommitTime: NoSpread(), Source: &SourceTask{PollTime: NoSpread(), Active: Level{0, NoSpread()}}},
		},
	}
	return &Registry{
		Worker: f, Group: f, Restart: f, Process: Process{"connect-127.0.0.1:8083", "4.3.0", "abc", "0.1.0", time.UnixMilli(1767225600500)},
		Network: network,
		State: func(connector string, task int) string {
			if connector == "src" && task == 0 {
				return "restarting"
			}
			return map[string]string{"src": "running", "snk": "failed"}[connector]
		},
	}
}

func TestGolden(t *testing.T) {
	for _, n := range []Names{Plain, Exporter, Reporter} {
		var b bytes.Buffer
		if err := registry().WriteText(&b, n); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", string(n)+".txt")
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("names %s: the text differs from %s:\n%s", n, path, b.Bytes())
		}
	}
}

// TestWellFormed: every line has the form of the text format, every name one type, and
// no series comes twice, under any names at once.
func TestWellFormed(t *testing.T) {
	line := regexp.MustCompile(`^([a-z_]+)(\{[a-z_]+="(?:[^"\\]|\\[\\"n])*"(?:,[a-z_]+="(?:[^"\\]|\\[\\"n])*")*\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-][0-9]+)?)$`)
	for _, names := range [][]Names{nil, {Plain}, {Exporter}, {Reporter}, {Plain, Exporter, Reporter}} {
		var b bytes.Buffer
		if err := registry().WriteText(&b, names...); err != nil {
			t.Fatal(err)
		}
		typed, series := map[string]bool{}, map[string]bool{}
		current := ""
		for _, text := range strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n") {
			if rest, ok := strings.CutPrefix(text, "# TYPE "); ok {
				current, _, _ = strings.Cut(rest, " ")
				if typed[current] {
					t.Errorf("%s: two types of %s", names, current)
				}
				typed[current] = true
				continue
			}
			m := line.FindStringSubmatch(text)
			if m == nil || m[1] != current {
				t.Errorf("%s: bad line %q after the type of %s", names, text, current)
				continue
			}
			if series[m[1]+m[2]] {
				t.Errorf("%s: %s comes twice", names, m[1]+m[2])
			}
			series[m[1]+m[2]] = true
		}
	}
}

// TestDashboardNames: the series that published dashboards and alerts ask for.
func TestDashboardNames(t *testing.T) {
	raw, err := os.ReadFile("testdata/dashboards.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := registry().WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(raw)) {
		if !strings.Contains(b.String(), "\n"+name+"{") && !strings.Contains(b.String(), "\n"+name+" ") {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestEmpty(t *testing.T) {
	var b bytes.Buffer
	if err := new(Registry).WriteText(&b); err != nil || b.Len() > 0 {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestHandler(t *testing.T) {
	for _, c := range []struct {
		method, target, accepts string
		status                  int
		want, not               string
	}{
		{"GET", "/metrics", "", 200, "kafka_connect_worker_connector_count 2\n", "status_info"},
		{"GET", "/metrics", "br, gzip", 200, `kafka_connect_connect_worker_metrics_connector_count{connector="aggregate"} 2`, ""},
		{"GET", "/metrics", "gzip;q=0", 200, "kafka_connect_worker_task_count 3\n", ""},
		{"GET", "/metrics?names=reporter", "", 200, `kafka_connect_connector_metrics_status_info{connector="src",status="running"} 1`, "kafka_connect_worker_"},
		{"GET", "/metrics?names=exporter,plain", "", 200, "kafka_connect_worker_task_count 3\n", "status_info"},
		{"GET", "/metrics?names=latin", "", 400, "choose among plain, exporter and reporter", ""},
		{"POST", "/metrics", "", 405, "", ""},
	} {
		req := httptest.NewRequest(c.method, c.target, nil)
		req.Header.Set("Accept-Encoding", c.accepts)
		w := httptest.NewRecorder()
		registry().ServeHTTP(w, req)
		body := read(t, w.Result())
		if w.Code != c.status || !strings.Contains(body, c.want) || c.not != "" && strings.Contains(body, c.not) {
			t.Errorf("%+v: %d\n%s", c, w.Code, body)
		}
		if c.status == 200 && w.Header().Get("Content-Type") != ContentType {
			t.Errorf("%+v: %v", c, w.Header())
		}
	}
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		body = z
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestStuck: calls that last too long have a series each, and are counted.
func TestStuck(t *testing.T) {
	since := time.Now().Add(-2 * time.Minute)
	r := registry()
	f := r.Worker.(fake)
	f.connectors[0].Call = &Call{"TaskConfigs", since}
	f.tasks[0].Call = &Call{"Poll", since}
	f.tasks[1].Call = &Call{"Put", since}
	r.Stuck = func(c Call) bool { return c.Method != "Poll" && time.Since(c.Since) > time.Minute }
	var b bytes.Buffer
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nmillrace_stuck_calls 2\n", `millrace_stuck_call_seconds{connector="snk",task="0",call="Put"} 12`,
		`millrace_stuck_call_seconds{connector="src",call="TaskConfigs"} 12`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("there is no %q", want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", `a"b\c`, "\n", "\xff"} {
		f.Add(seed)
	}
	quoted := regexp.MustCompile(`^(?:[^"\\\n]|\\[\\"n])*$`)
	f.Fuzz(func(t *testing.T, value string) {
		if got := escape(value); !quoted.MatchString(got) {
			t.Errorf("%q becomes %q", value, got)
		}
	})
}

func BenchmarkThousandTasks(b *testing.B) {
	r := registry()
	f := r.Worker.(fake)
	for len(f.tasks) < 1000 {
		f.tasks = append(f.tasks, f.tasks[len(f.tasks)%3])
	}
	r.Worker = f
	b.ReportAllocs()
	for b.Loop() {
		if err := r.WriteText(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
